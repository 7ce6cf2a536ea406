import { readFileSync } from "node:fs";
import { configFile, documentOf, linesOf, runCli } from "./support.js";

const subcommands = ["demo", "run", "check", "discover", "read", "set", "limit", "replay", "simulate"];

describe("without a subcommand", () => {
  test("the overview lists all of them, and the exit code is that of a usage error", async () => {
    const said = await runCli([]);
    expect(said).toMatchObject({ code: 2, errors: "" });
    for (const name of subcommands) expect(said.out).toMatch(new RegExp(`^  ${name} `, "m"));
  });

  test.each(["--help", "-h", "help"])("%s prints the overview, and succeeds", async (option) => {
    expect(await runCli([option])).toEqual({ ...(await runCli([])), code: 0 });
  });
});

describe.each(subcommands)("%s", (name) => {
  test.each(["--help", "-h"])("prints its help with %s, and does nothing else", async (help) => {
    const said = await runCli([name, "--config", "/no/such/file", help]);
    expect(said).toMatchObject({ code: 0, errors: "" });
    expect(said.out).toMatch(new RegExp(`^Usage: ev-charging ${name}\\b`));
  });

  test("names the nearest option for an unknown one", async () => {
    const said = await runCli([name, "--confgi", "x"]);
    expect(said).toEqual({
      code: 2,
      out: "",
      errors: 'ev-charging: --confgi is no option here; did you mean "--config"?\n',
    });
  });

  test("reports --config without a file", async () => {
    const said = await runCli([name, "--config"]);
    expect(said).toMatchObject({ code: 2, out: "" });
    expect(linesOf(said.errors)).toEqual(["ev-charging: --config takes a value; write it behind, like --config VALUE"]);
  });
});

test.each([
  [["check", "--json=yes"], "--json takes no value; leave it out"],
  [
    ["check", "--config", "--json"],
    "--config takes a value, and another option follows; write it behind, like --config=VALUE",
  ],
])("%j is answered in words of our own", async (args, advice) => {
  expect(await runCli(args)).toEqual({ code: 2, out: "", errors: `ev-charging: ${advice}\n` });
});

test.each(["--version", "-V"])("%s tells the package's", async (asked) => {
  const version: unknown = Object(JSON.parse(readFileSync("package.json", "utf8"))).version;
  expect(await runCli([asked])).toEqual({ code: 0, out: `${String(version)}\n`, errors: "" });
});

test.each([
  ["chek", "check"],
  ["raed", "read"],
  ["simulat", "simulate"],
  ["RUN", "run"],
])("%s is answered with %s", async (written, meant) => {
  const errors = `ev-charging: "${written}" is no subcommand; did you mean "${meant}"?\n`;
  expect(await runCli([written])).toEqual({ code: 2, out: "", errors });
});

test("an unknown subcommand that resembles none is answered with all of them", async () => {
  const { code, errors } = await runCli(["zzzzzzzz"]);
  expect(code).toBe(2);
  for (const name of subcommands) expect(errors).toContain(`"${name}"`);
  expect(linesOf(errors)).toHaveLength(1);
});

test.each([
  ["check", ["extra"]],
  ["run", ["extra"]],
  ["replay", ["extra"]],
  ["simulate", ["extra", "--day", "x.csv"]],
  ["demo", ["extra"]],
])("%s refuses an extra argument", async (name, args) => {
  const said = await runCli([name, ...args]);
  expect(said).toMatchObject({ code: 2, out: "" });
  expect(linesOf(said.errors)).toEqual([expect.stringContaining('"extra"')]);
});

test.each([["read"], ["set", "Garage", "--current", "10"], ["replay"], ["run"], ["check"]])(
  "%s with a configuration that is not there says so in one line, also with --json",
  async (...args) => {
    const said = await runCli([...args, "--config", "/no/such/config.json"]);
    expect(said.code).toBe(2);
    expect(said.out).toBe("");
    expect(linesOf(said.errors)).toEqual([
      "/no/such/config.json: there is no such file; name the configuration with --config FILE",
    ]);
  },
);

test("an option before the subcommand: the error is that the subcommand comes first", async () => {
  const { code, errors } = await runCli(["--config", "x.json", "check"]);
  expect(code).toBe(2);
  expect(errors).toMatch(/subcommand (comes|stands) first/);
});

test("an empty --config is a usage error that names --config", async () => {
  const { code, errors } = await runCli(["check", "--config="]);
  expect(code).toBe(2);
  expect(errors).toContain("--config");
  expect(errors).not.toMatch(/^:/);
});

test("run refuses --json", async () => {
  const said = await runCli(["run", "--json", "--config", configFile({})]);
  expect(said.code).toBe(2);
  expect(said.errors).toContain("--json");
});

test("--json prints one document and nothing else", async () => {
  const said = await runCli(["check", "--json", "--config", configFile({ mqtt: { url: "mqtt://127.0.0.1" } })]);
  expect(documentOf(said)).toMatchObject({ valid: true });
  expect(said.errors).toBe("");
});
