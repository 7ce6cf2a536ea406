import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigError } from "../../src/config/errors.js";
import { defaultConfigFile, loadConfig, readBlock } from "../../src/config/load.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ev-config-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function file(content: unknown): string {
  const path = join(folder, "config.json");
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

function errorOf(path: string): ConfigError {
  try {
    loadConfig(path);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error("it was loaded");
}

const block = { platform: "EVCharging", chargers: [{ name: "Garage", driver: "go-e", host: "192.168.1.36" }] };

test.each<[what: string, content: unknown]>([
  ["only the block", block],
  ["only the block, without its platform", { chargers: block.chargers }],
  ["Homebridge's own", { bridge: {}, accessories: [], platforms: [{ platform: "config" }, block, null] }],
  ["a file that begins with a byte order mark", `\uFEFF${JSON.stringify(block)}`],
])("%s", (_what, content) => {
  const path = file(content);
  const { config, warnings } = loadConfig(path);
  expect(config.chargers.map(({ name }) => name)).toEqual(["Garage"]);
  expect(warnings).toContain("nothing guards the main fuse: set site.mainFuse");
});

test.each<[what: string, content: unknown, message: string]>([
  [
    "no block",
    { platforms: [{ platform: "config" }] },
    'none of its platforms is "EVCharging"; add a block with "platform": "EVCharging" to "platforms"',
  ],
  [
    "platforms that are no list",
    { platforms: {} },
    'none of its platforms is "EVCharging"; add a block with "platform": "EVCharging" to "platforms"',
  ],
  [
    "two blocks",
    { platforms: [block, block] },
    '2 of its platforms are "EVCharging"; put all devices into one of them',
  ],
  ["a list", [], "[] does not fit: it takes a block of settings"],
  ["an empty file", "", "line 1, column 1: the file ends too early; a bracket, a brace or a value is missing"],
  [
    "a file cut off",
    '{\n  "site": {"mainFuse": 25',
    "line 2, column 26: the file ends too early; a bracket, a brace or a value is missing",
  ],
  ["a comment", '{\n  // A\n  "site": {}}', "line 2, column 3: JSON takes no comments"],
  ["a comma too many", '{"chargers": [\n],\n}', "line 3, column 1: there is a comma too many before this"],
  ["a comma missing", '{"a": true\n "b": 1}', "line 2, column 2: a comma is missing before this"],
  ["single quotes", "{'a': 1}", "line 1, column 2: texts and keys stand in double quotes"],
  [
    "something after the end",
    "{} }",
    "line 1, column 4: this is not JSON; check quotes, commas and brackets around it",
  ],
  [
    "a line break in a text",
    '{"a": "b\n"}',
    "line 1, column 7: this is not JSON; check quotes, commas and brackets around it",
  ],
])("%s", (_what, content, message) => {
  const path = file(content);
  expect(errorOf(path).message).toBe(`${path}: ${message}`);
});

test("an error in the JSON quotes nothing of the file", () => {
  const path = file('{"mqtt": {"password": "geheim" "url": 5}}');
  expect(errorOf(path).message).toBe(`${path}: line 1, column 32: a comma is missing before this`);
});

test("every problem has a line of its own", () => {
  const path = file({ site: { mainFuse: 1 }, chargers: [{ name: "Garage", driver: "go-e", mode: "sun" }] });
  const { message, problems } = errorOf(path);
  expect(problems.map((problem) => problem.path)).toEqual(["site.mainFuse", "chargers[0].mode", "chargers[0].host"]);
  expect(message.split("\n")).toEqual([
    `${path}: site.mainFuse: 1 does not fit: it takes a number from 6 to 1000 A`,
    `${path}: chargers[0].mode (Garage): "sun" does not fit: it takes "off", "fast", "solar", "solar-min" or "scheduled"`,
    `${path}: chargers[0].host (Garage): is needed for transport "http", such as 192.168.1.36`,
  ]);
});

test("an invalid device is an error here too, and the others can still be loaded", () => {
  const path = file({ chargers: [{ name: "Garage" }] });
  expect(errorOf(path).problems[0]?.device).toBe("Garage");
  expect(readBlock(path)).toEqual({ chargers: [{ name: "Garage" }] });
});

test("a missing file", () => {
  const path = join(folder, "none.json");
  expect(errorOf(path).message).toBe(`${path}: there is no such file; name the configuration with --config FILE`);
  const below = join(file({}), "config.json");
  expect(errorOf(below).message).toBe(`${below}: there is no such file; name the configuration with --config FILE`);
});

test("a folder", () => {
  const path = join(folder, "sub");
  mkdirSync(path);
  expect(errorOf(path).message).toBe(`${path}: this is a folder; name the file in it, mostly config.json`);
});

/** Root can read every file. */
const asPlainUser = process.getuid?.() === 0 || process.platform === "win32" ? test.skip : test;

asPlainUser("a file that may not be read", () => {
  const path = file({});
  chmodSync(path, 0o000);
  expect(errorOf(path).message).toContain("it may not be read by this user");
});

test("left out, it is also looked for where Homebridge's packages keep it, and home comes first", () => {
  const before = process.env["UIX_STORAGE_PATH"];
  const home = join(folder, "home");
  const packaged = join(folder, "packaged");
  const usual = join(home, ".homebridge");
  try {
    delete process.env["UIX_STORAGE_PATH"];
    expect(defaultConfigFile({ home, packaged })).toBe(join(usual, "config.json"));
    mkdirSync(packaged);
    writeFileSync(join(packaged, "config.json"), "{}");
    expect(defaultConfigFile({ home, packaged })).toBe(join(packaged, "config.json"));
    mkdirSync(usual, { recursive: true });
    writeFileSync(join(usual, "config.json"), "{}");
    expect(defaultConfigFile({ home, packaged })).toBe(join(usual, "config.json"));
  } finally {
    if (before !== undefined) process.env["UIX_STORAGE_PATH"] = before;
  }
});

test("left out, it is Homebridge's own file", () => {
  const before = process.env["UIX_STORAGE_PATH"];
  try {
    delete process.env["UIX_STORAGE_PATH"];
    expect(defaultConfigFile({ packaged: "/no/such/folder" })).toBe(join(homedir(), ".homebridge", "config.json"));
    process.env["UIX_STORAGE_PATH"] = folder;
    file(block);
    expect(loadConfig().file).toBe(join(folder, "config.json"));
  } finally {
    if (before === undefined) delete process.env["UIX_STORAGE_PATH"];
    else process.env["UIX_STORAGE_PATH"] = before;
  }
});
