import { configFile, documentOf, fileWith, linesOf, runCli } from "./support.js";

const block = {
  platform: "EVCharging",
  site: { mainFuse: 25 },
  meters: [{ name: "Grid", driver: "shelly-3em", transport: "http", host: "192.168.1.20" }],
  chargers: [{ name: "Garage", driver: "go-e", host: "192.168.1.36", apiVersion: 2 }],
};

/** Five problems, one of each kind. */
const faulty = {
  stie: { mainFuse: 25 },
  site: { mainFuse: "25 A" },
  meters: [{ name: "Grid", driver: "shely-3em" }],
  chargers: [
    { name: "Garage", driver: "go-e", host: "http://192.168.1.36/", mode: "sun" },
    { name: "Carport", driver: "go-e", host: "192.168.1.37" },
  ],
};

async function check(file: string, ...options: string[]) {
  return runCli(["check", "--config", file, ...options]);
}

describe("a valid configuration", () => {
  const fine = "fine: 1 charger, 1 meter, a main fuse of 25 A";

  test("in a file with the block only", async () => {
    const file = configFile(block);
    expect(await check(file)).toEqual({ code: 0, out: `${file}: ${fine}\n`, errors: "" });
  });

  test("in Homebridge's own configuration, among other platforms", async () => {
    const file = configFile({
      bridge: { name: "Homebridge", username: "0E:11:22:33:44:55", port: 51826, pin: "031-45-154" },
      accessories: [],
      platforms: [
        { platform: "config", name: "Config" },
        { ...block, _bridge: { username: "0E:00" } },
      ],
    });
    expect(await check(file)).toEqual({ code: 0, out: `${file}: ${fine}\n`, errors: "" });
  });

  test("with a byte order mark and CRLF", async () => {
    const file = fileWith(`\uFEFF${JSON.stringify(block, null, 2).replaceAll("\n", "\r\n")}`);
    expect(await check(file)).toMatchObject({ code: 0, errors: "" });
  });

  test("an empty one is not wrong, but it says that nothing is configured, and where to go", async () => {
    const errors = expect.stringMatching(/: nothing is configured: .*settings page.*config\.json.*\n$/);
    expect(await check(configFile({ platform: "EVCharging" }))).toMatchObject({ code: 0, errors });
  });

  test("as JSON", async () => {
    const said = await check(configFile(block), "--json");
    expect(said).toMatchObject({ code: 0, errors: "" });
    expect(documentOf(said)).toEqual({ valid: true, problems: [], warnings: [] });
  });

  test("one that guards no fuse is valid, with a warning", async () => {
    const file = configFile({ ...block, site: {} });
    const { code, errors } = await check(file);
    expect(code).toBe(0);
    expect(linesOf(errors)).toEqual([`${file}: nothing guards the main fuse: set site.mainFuse`]);
  });
});

describe("an invalid configuration", () => {
  test("is reported with every problem, a line for each, with file, key and what is allowed", async () => {
    const file = configFile(faulty);
    const { code, out, errors } = await check(file);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    const lines = linesOf(errors);
    for (const line of lines) expect(line.startsWith(`${file}: `)).toBe(true);
    for (const message of [
      'stie: "stie" is not a known key: did you mean "site"?',
      'site.mainFuse: "25 A" does not fit: it takes a number from 6 to 1000 A',
      'meters[0].driver (Grid): unknown driver "shely-3em": did you mean "shelly-3em"?',
      expect.stringMatching(/^chargers\[0\]\.host \(Garage\): "http:\/\/192\.168\.1\.36\/" does not fit: write a name/),
      'chargers[0].mode (Garage): "sun" does not fit: it takes "off", "fast", "solar", "solar-min" or "scheduled"',
    ])
      expect(lines.map((line) => line.slice(file.length + 2))).toContainEqual(message);
  });

  test("is the same list as JSON", async () => {
    const said = await check(configFile(faulty), "--json");
    expect(said).toMatchObject({ code: 2, errors: "" });
    expect(documentOf(said)).toMatchObject({
      valid: false,
      problems: expect.arrayContaining([
        { path: "site.mainFuse", message: expect.stringContaining("from 6 to 1000 A") },
        { path: "meters[0].driver", device: "Grid", message: expect.stringContaining("shelly-3em") },
      ]),
    });
  });

  test("exits with 2, also where the other devices answer", async () => {
    const { code } = await check(configFile({ ...block, chargers: [{ name: "Garage" }], meters: [] }), "--connect");
    expect(code).toBe(2);
  });
});

describe("a file that can't be used", () => {
  test.each([
    [
      "a comma too many",
      '{\n  "site": {\n    "mainFuse": 25,\n  }\n}',
      "line 4, column 3: there is a comma too many before this",
    ],
    ["a comma too few", '{"name": "x"\n "site": {}}', "line 2, column 2: a comma is missing before this"],
    ["a comment", '{\n  // fuse\n  "site": {}}', "line 2, column 3: JSON takes no comments"],
    ["half a file", '{"site": {"mainFuse": 25', expect.stringMatching(/^line 1, column 25: the file ends too early/)],
    ["an empty file", "", expect.stringMatching(/^line 1, column 1: the file ends too early/)],
    [
      "no block of ours",
      '{"platforms": [{"platform": "config"}]}',
      expect.stringContaining('none of its platforms is "EVCharging"'),
    ],
    [
      "two of ours",
      '{"platforms": [{"platform": "EVCharging"}, {"platform": "EVCharging"}]}',
      expect.stringContaining('2 of its platforms are "EVCharging"'),
    ],
    ["only another platform", '{"platform": "config"}', expect.stringContaining('it takes "EVCharging"')],
  ])("%s", async (_what, text, message) => {
    const file = fileWith(text);
    const { code, out, errors } = await check(file);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    const [first = ""] = linesOf(errors);
    expect(first.startsWith(`${file}: `)).toBe(true);
    expect(first.slice(file.length + 2).replace(/^platform: /, "")).toEqual(message);
  });

  test.each([["not JSON"], ['{"platforms": []}']])("with --json the problem is in the document: %s", async (text) => {
    const said = await check(fileWith(text), "--json");
    expect(said.code).toBe(2);
    expect(documentOf(said)).toMatchObject({ valid: false, problems: [{ path: "", message: expect.any(String) }] });
  });
});

test.each(["a\nb", "\u001b[31mred", "k".repeat(10_000)])(
  "a key cannot break the line of its problem: %j",
  async (key) => {
    const { errors } = await check(configFile({ site: { mainFuse: 25, [key]: 1 } }));
    const [line = "", next] = linesOf(errors);
    expect(line).toMatch(/^[\x20-\x7e…]{1,1000}$/);
    expect(line).toContain("is not a known key");
    expect(next ?? "").not.toContain("is not a known key");
  },
);
