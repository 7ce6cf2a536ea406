import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { deadPort, goEBlock, startGoE, startMqttMeter, type GoE } from "./devices.js";
import { configFile, fileWith, linesOf, runCli } from "./support.js";

const stateFileBeside = (file: string) => join(dirname(file), "ev-charging-state.json");

/** Runs until the charger has been started, or a matching line was written. */
async function runUntil(what: GoE | RegExp, file: string, ...options: string[]) {
  const stopping = new AbortController();
  if (!(what instanceof RegExp)) what.charger.onWrite((key, value) => key === "frc" && value === 2 && stopping.abort());
  return runCli(["run", "--config", file, ...options], {
    stopped: stopping.signal,
    onOut: (text) => {
      if (what instanceof RegExp && what.test(text)) stopping.abort();
    },
  });
}

describe("with devices that answer", () => {
  async function home(charger: object = { mode: "fast" }) {
    const [garage, grid] = [await startGoE(2, { allowed: false, phases: 3, current: 6 }), await startMqttMeter()];
    const chargers = [{ ...garage.block, phases: 3, pollInterval: 1, ...charger }];
    return { garage, chargers, meters: [grid.block], site: { mainFuse: 25 } };
  }

  test("it charges until it is stopped, leaves the charger safe, and keeps its state beside the configuration", async () => {
    const { garage, ...block } = await home();
    const file = configFile(block);
    const { code, out, errors } = await runUntil(garage, file);
    expect({ code, errors }).toEqual({ code: 0, errors: "" });
    expect(out).toMatch(/^\d{4}-\d\d-\d\dT\S+Z Garage: \d+ A on three phases: /m);
    expect(garage.writes().at(-1)).toBe("frc=1");
    expect(garage.charger.evse.allowed).toBe(false);
    expect(JSON.parse(readFileSync(stateFileBeside(file), "utf8"))).toMatchObject({
      version: 1,
      chargers: { Garage: { given: { current: 0 } } },
    });
  });

  test("with a failsafe current, that is what it leaves at the charger", async () => {
    const { garage, ...block } = await home();
    const file = configFile({ ...block, site: { mainFuse: 25, failsafeCurrent: 6 } });
    const { code } = await runUntil(garage, file);
    expect(code).toBe(0);
    expect(garage.charger.evse).toMatchObject({ allowed: true, current: 6 });
  });

  test("a device with an invalid configuration is left out and reported; the others run", async () => {
    const { garage, ...block } = await home();
    const carport = { name: "Carport", driver: "go-e", host: "http://192.168.1.37", apiVersion: 2 };
    const file = configFile({ ...block, chargers: [...block.chargers, carport] });
    const { code, errors } = await runUntil(garage, file);
    expect(code).toBe(0);
    expect(linesOf(errors)).toEqual([expect.stringContaining(`${file}: chargers[1].host (Carport): `)]);
  });
});

test("a charger that does not answer is reported once on standard error", async () => {
  const file = configFile({ site: {}, chargers: [goEBlock(await deadPort(), 2)] });
  const { code, errors } = await runUntil(/Garage: paused/, file);
  expect(code).toBe(0);
  expect(linesOf(errors).filter((line) => line.includes("ECONNREFUSED")).length).toBeLessThanOrEqual(1);
});

describe("nothing to run", () => {
  test.each([
    ["only invalid devices", { chargers: [{ name: "Garage", driver: "goe" }] }],
    ["a problem outside the devices", { site: { mainFuse: -1 }, chargers: [goEBlock(80, 2)] }],
  ])("%s: exit 2, reported on standard error", async (_what, block) => {
    const file = configFile(block);
    const { code, out, errors } = await runCli(["run", "--config", file]);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(linesOf(errors)[0]).toContain(`${file}: `);
    expect(existsSync(stateFileBeside(file))).toBe(false);
  });

  test("no devices: ends at once", async () => {
    expect(await runCli(["run", "--config", configFile({})])).toMatchObject({ code: 0, out: "" });
  });

  test("a file that is not JSON", async () => {
    const { code, out, errors } = await runCli(["run", "--config", fileWith("{")]);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(linesOf(errors)).toHaveLength(1);
  });
});
