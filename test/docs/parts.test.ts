import { z } from "zod";
import { defineCharger, type Charger, type ChargerDriver } from "../../src/drivers/driver.js";
import { noChargerReading } from "../../src/model/readings.js";
import { abilitiesOf } from "../../tools/docs/abilities.js";
import { documents, freshText } from "../../tools/docs/documents.js";
import { jsonBlock, table } from "../../tools/docs/markdown.js";
import { withParts } from "../../tools/docs/marks.js";
import { jsonOf, optionsOf } from "../../tools/docs/options.js";

const closed: string[] = [];

function connect(): Charger {
  return {
    read: () => Promise.resolve(noChargerReading),
    writes: { maxAmpere: () => Promise.resolve(), allowCharging: () => Promise.resolve() },
    watch: () => undefined,
    expiry: 120_000,
    close: async () => void closed.push("box"),
  };
}

const box = defineCharger({
  kind: "charger",
  driver: "box",
  products: [
    { brand: "Boxes Inc.", model: "Box|1" },
    { brand: "Boxes Inc.", model: "Box 2" },
  ],
  needs: ["Switch it on"],
  unverified: ["whether it is a box"],
  options: z.object({
    host: z.string().describe("Where it is."),
    relay: z.boolean().default(false).describe("It can switch phases."),
    version: z.literal([1, 2]).optional().describe("Version of its language."),
  }),
  current: { min: 6, max: 20, step: 2 },
  writable: ({ relay, version }) => [
    "maxAmpere",
    "allowCharging",
    ...(relay ? (["phases"] as const) : []),
    ...(version === 2 ? (["transaction"] as const) : []),
  ],
  connect,
});

const drivers = { chargers: [box], meters: [], residualCurrentMonitors: [] };

async function pageText(driver: ChargerDriver, present: string | null = null): Promise<string> {
  const found = (await documents({ ...drivers, chargers: [driver] })).find(({ path }) => path.endsWith("/box.md"));
  if (found === undefined) throw new Error("no page");
  return freshText(found, present);
}

describe("marks", () => {
  const text = "Ours.\n\n<!-- a -->\nold\n<!-- /a -->\n\nOurs too.\n";

  test("what stands between them is replaced, and nothing else", () => {
    const filled = withParts(text, { a: "new" });
    expect(filled).toBe("Ours.\n\n<!-- a -->\n\nnew\n\n<!-- /a -->\n\nOurs too.\n");
    expect(withParts(filled, { a: "new" })).toBe(filled);
  });

  test("an empty part leaves the marks", () => {
    expect(withParts(text, { a: "" })).toBe("Ours.\n\n<!-- a -->\n<!-- /a -->\n\nOurs too.\n");
  });

  test.each(["", "<!-- a -->", "<!-- /a -->", "<!-- /a --> <!-- a -->"])("%j lacks one", (without) => {
    expect(() => withParts(without, { a: "new" })).toThrow("put <!-- a --> and <!-- /a --> where this part belongs");
  });

  test("a part with a dollar sign stays as it is", () => {
    expect(withParts(text, { a: "costs $& and $1" })).toContain("costs $& and $1");
  });
});

describe("options", () => {
  test.each([
    ["a text", null, true, z.string()],
    ["a number from 6 to 32", "16", false, z.number().min(6).max(32).default(16)],
    ['"a" or "b"', null, false, z.enum(["a", "b"]).optional()],
    ['1, 3 or "auto"', '"auto"', false, z.literal([1, 3, "auto"]).default("auto")],
    [
      'a list that is not empty, each "a" or "b"',
      null,
      false,
      z
        .array(z.enum(["a", "b"]))
        .min(1)
        .optional(),
    ],
    ["a text or null", "null", false, z.string().nullable().default(null)],
    ["a text", null, true, z.string().transform(Number)],
  ])("%s, default %s, needed: %s", (takes, standard, required, schema) => {
    const [option] = optionsOf(jsonOf(z.object({ key: schema })));
    expect(option).toMatchObject({ path: "key", takes, default: standard, required });
  });

  test("the unit stands by itself, title and description are sentences", () => {
    const schema = z.object({ key: z.number().meta({ title: "Limit", unit: "A", description: "of each phase" }) });
    expect(optionsOf(jsonOf(schema))).toEqual([
      expect.objectContaining({ unit: "A", takes: "a number", meaning: "Limit. Of each phase." }),
    ]);
  });

  test("what stands in blocks is told with its path", () => {
    const inner = z.object({ x: z.number() });
    const schema = z.object({ block: inner.optional(), any: z.record(z.string(), inner) });
    expect(optionsOf(jsonOf(schema)).map(({ path }) => path)).toEqual(["block", "block.x", "any", "any.NAME.x"]);
  });
});

test("what can be changed only with some options names them", () => {
  expect(abilitiesOf(box)).toEqual([
    { channel: "maxAmpere", with: [] },
    { channel: "allowCharging", with: [] },
    { channel: "phases", with: ["relay true"] },
    { channel: "transaction", with: ["version 2"] },
  ]);
});

describe("markdown", () => {
  test("a table is aligned, has no empty column, and no cell ends it", () => {
    expect(
      table([
        ["a", "empty", "b"],
        ["1|2", "", "longer"],
      ]),
    ).toBe(["| a    | b      |", "| ---- | ------ |", "| 1\\|2 | longer |"].join("\n"));
  });

  test("JSON is on one line where it fits, and can be read back", () => {
    const value = {
      short: [{ a: 1 }],
      long: [{ text: "x".repeat(70), other: "y".repeat(40), n: null }],
      list: [1, "2"],
    };
    const block = jsonBlock(value);
    expect(block).toContain('\n  "short": [{ "a": 1 }],\n  "long": [\n    {\n      "text"');
    expect(JSON.parse(block.replace(/^```(json)?$/gm, ""))).toEqual(value);
  });
});

describe("the page of a driver", () => {
  test("a new one has everything, with people's title", async () => {
    const page = await pageText(box);
    for (const told of [
      "# box\n",
      "| Boxes Inc. | Box\\|1 |",
      "- Switch it on.",
      '"chargers": [{ "name": "Garage", "driver": "box", "host": "192.168.1.36" }]',
      "6 to 20 A in steps of 2 A",
      "- Whether it is a box.",
    ])
      expect(page).toContain(told);
    expect(page).not.toContain("## When the connection is lost");
  });

  test("what people wrote around the parts stays", async () => {
    const page = (await pageText(box)).replace("# box\n", "# The box\n\nA word from people.\n");
    const changed = await pageText({ ...box, onConnectionLoss: "it weeps" }, page);
    expect(changed).toContain("# The box\n\nA word from people.\n");
    expect(changed).toContain("## When the connection is lost\n\nIt weeps.");
  });

  test("a page without its marks names itself", async () => {
    await expect(pageText(box, "# box\n")).rejects.toThrow(/^docs\/devices\/box\.md: put <!-- products -->/);
  });
});

test("the overview: brands once, what it does, whether it speaks and forgets; connections are closed again", async () => {
  closed.splice(0);
  const overview = (await documents(drivers)).find(({ path }) => path === "README.md");
  expect(overview?.parts["devices"]?.split("\n").slice(2)).toEqual([
    expect.stringMatching(
      /^\| charger \| Boxes Inc\. Box\\\|1; Box 2 \| \[`box`\]\(docs\/devices\/box\.md\) \| current, start and stop, phases \(`relay true`\), transaction \(`version 2`\), watchdog \(2 min\) \|$/,
    ),
  ]);
  expect(closed).toEqual(["box"]);
});
