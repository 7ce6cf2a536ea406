import { startGoE } from "./devices.js";
import { configFile, linesOf, runCli } from "./support.js";

/** Exit 2, one line, nothing on standard output, and no request to the charger. */
async function usageErrorOf(args: readonly string[]): Promise<string> {
  const { block, charger } = await startGoE(2);
  const { code, out, errors } = await runCli(["set", ...args, "--json", "--config", configFile({ chargers: [block] })]);
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(charger.requests).toEqual([]);
  const [line = ""] = linesOf(errors);
  expect(errors).toBe(`${line}\n`);
  return line;
}

test.each(["5", "5.9", "0", "33", "-10", "1e9", "7.5", "10.0001"])("%s A is out of range", async (current) => {
  expect(await usageErrorOf(["Garage", `--current=${current}`])).toBe(
    `ev-charging: --current: Garage takes 6 to 32 A in steps of 1 A, not ${Number(current)}`,
  );
});

test.each([" ", "ten", "10A", "10,5", "NaN", "Infinity", "1e999", "0x"])("%j is no number", async (current) => {
  expect(await usageErrorOf(["Garage", `--current=${current}`])).toBe(
    `ev-charging: --current takes a number, not ${JSON.stringify(current)}`,
  );
  expect(await usageErrorOf(["Garage", `--energy-limit=${current}`])).toContain("--energy-limit takes a number");
});

test.each([
  ["--allow", "yes", "--allow takes on or off"],
  ["--allow", "ON", "--allow takes on or off"],
  ["--phases", "2", "--phases takes 1 or 3"],
  ["--phases", "three", "--phases takes 1 or 3"],
])("%s %s does not fit", async (option, value, message) => {
  expect(await usageErrorOf(["Garage", option, value])).toContain(message);
});

test("an energy limit below zero does not fit", async () => {
  expect(await usageErrorOf(["Garage", "--energy-limit=-1"])).toContain("--energy-limit takes 0 or more kWh, not -1");
});

test.each([
  ["--current", "-5"],
  ["--energy-limit", "-1"],
])("%s %s, with a blank, is the same error", async (option, value) => {
  const message = await usageErrorOf(["Garage", option, value]);
  expect(message).toContain(`not ${value}`);
});

test.each([
  [["Garage"]],
  [["Garage", "--current", "10", "--allow", "on"]],
  [["Garage", "--phases", "1", "--current", "10"]],
  [["Garage", "--energy-limit", "0", "--allow", "off"]],
])("exactly one change: %j", async (args) => {
  expect(await usageErrorOf(args)).toContain("make one change");
});

test("one change written twice is not one change", async () => {
  expect(await usageErrorOf(["Garage", "--current", "10", "--current", "16"])).toContain("--current was given twice");
});

test("exactly one charger", async () => {
  expect(await usageErrorOf(["--current", "10"])).toContain("say which charger");
  expect(await usageErrorOf(["Garage", "Carport", "--current", "10"])).toContain('"Carport" is one too many');
});

test("a configured one", async () => {
  expect(await usageErrorOf(["Garag", "--current", "10"])).toBe(
    'ev-charging: no charger is named "Garag"; did you mean "Garage"?',
  );
});

test("a meter is no charger", async () => {
  const file = configFile({ meters: [{ name: "Grid", driver: "shelly-3em", transport: "http", host: "127.0.0.1" }] });
  const said = await runCli(["set", "Grid", "--current", "10", "--config", file]);
  expect(said).toMatchObject({ code: 2, out: "" });
  expect(said.errors).toContain('no charger is named "Grid"');
});
