import { deadPort, type GoE, goEBlock, startGoE } from "./devices.js";
import { configFile, documentOf, linesOf, runCli } from "./support.js";

async function set(block: object, ...change: string[]) {
  return runCli(["set", "Garage", ...change, "--config", configFile({ chargers: [block] })]);
}

describe("each change is one write, and is read back", () => {
  test.each([
    [1, ["--current", "8"], ["amx=8"], "maxAmpere", 8],
    [1, ["--allow", "off"], ["alw=0"], "allowCharging", false],
    [1, ["--allow", "on"], ["alw=1"], "allowCharging", true],
    [1, ["--energy-limit", "12.5"], ["dwo=125", "stp=2"], "sessionChargeConsumptionLimit", 12.5],
    [1, ["--energy-limit", "0"], ["dwo=0"], "sessionChargeConsumptionLimit", null],
    [2, ["--current", "8"], ["amp=8"], "maxAmpere", 8],
    [2, ["--allow", "off"], ["frc=1"], "allowCharging", false],
    [2, ["--allow", "on"], ["frc=2"], "allowCharging", true],
    [2, ["--phases", "1"], ["psm=1"], "phases", 1],
    [2, ["--phases", "3"], ["psm=2"], "phases", 3],
    [2, ["--energy-limit", "12.5"], ["dwo=12500"], "sessionChargeConsumptionLimit", 12.5],
    [2, ["--energy-limit", "0"], ["dwo=null"], "sessionChargeConsumptionLimit", null],
  ] as const)("API version %s: %j", async (apiVersion, change, written, channel, value) => {
    const garage = await startGoE(apiVersion);
    const said = await set(garage.block, ...change, "--json");
    expect(said).toMatchObject({ code: 0, errors: "" });
    expect(documentOf(said)).toEqual({ chargers: { Garage: { [channel]: value } } });
    expect(garage.writes()).toEqual(written);
  });
});

test("a charger that detects its version accepts all changes of that version", async () => {
  const { apiVersion, ...block } = goEBlock((await startGoE(2)).charger.port, 2);
  expect(apiVersion).toBe(2);
  expect(await set(block, "--phases", "1")).toMatchObject({ code: 0, errors: "" });
});

describe("the effect of a change", () => {
  test("the current of version 1 is not the one in flash", async () => {
    const { block, charger } = await startGoE(1);
    await set(block, "--current", "13");
    expect(charger.evse.current).toBe(13);
    expect(charger.flashWrites).toBe(0);
  });

  test("a stopped charger stops, a started one starts", async () => {
    const { block, charger } = await startGoE(2);
    expect((await set(block, "--allow", "off")).code).toBe(0);
    expect(charger.evse.allowed).toBe(false);
    expect((await set(block, "--allow", "on")).code).toBe(0);
    expect(charger.evse.allowed).toBe(true);
  });

  test("an energy limit is set, and 0 lifts it", async () => {
    const { block, charger } = await startGoE(1);
    await set(block, "--energy-limit", "5");
    expect(charger.evse.sessionLimit).toBe(5_000);
    await set(block, "--energy-limit", "0");
    expect(charger.evse.sessionLimit).toBeNull();
  });

  test("the text output describes the change", async () => {
    const { block } = await startGoE(2);
    expect((await set(block, "--current", "8")).out).toBe("Garage: at most 8 A\n");
    expect((await set(block, "--allow", "off")).out).toBe("Garage: charging is stopped\n");
    expect((await set(block, "--phases", "3")).out).toBe("Garage: three phases\n");
    expect((await set(block, "--energy-limit", "0")).out).toBe("Garage: no energy limit\n");
  });

  test("a value that the charger already has is written, too", async () => {
    const { block, writes } = await startGoE(1);
    expect((await set(block, "--current", "10")).code).toBe(0);
    expect(writes()).toEqual(["amx=10"]);
  });
});

describe("a failure: exit 1, and one line with the reason", () => {
  async function refused(block: object, ...change: string[]): Promise<string> {
    const { code, out, errors } = await set(block, ...change, "--json");
    expect({ code, out }).toEqual({ code: 1, out: "" });
    const [line = ""] = linesOf(errors);
    expect(errors).toBe(`${line}\n`);
    return line;
  }

  test("a change that version 1 does not support is refused before anything is written", async () => {
    const { block, charger } = await startGoE(1);
    expect(await refused(block, "--phases", "3")).toMatch(/^ev-charging: Garage: .*phases.*\(unsupported\)$/);
    expect(charger.requests.filter(({ url }) => url.startsWith("/mqtt"))).toEqual([]);
  });

  test("a current above the installer's limit", async () => {
    const { block } = await startGoE(2, { maxCurrent: 16 });
    expect(await refused({ ...block, maxCurrent: 32 }, "--current", "20")).toMatch(
      /amp=20 was refused: .*\(refused\)$/,
    );
  });

  test("version 1 accepts the write without an effect", async () => {
    const { block, charger } = await startGoE(1);
    charger.fault = "ignore-writes";
    expect(await refused(block, "--current", "8")).toMatch(/\(not-taken-over\)$/);
  });

  test("version 2 accepts the write without an effect: an error after 10 s", async () => {
    const garage = await startGoE(2);
    garage.charger.fault = "ignore-writes";
    expect(await refusedSlowly(garage, "--current", "8")).toMatch(
      /maxAmpere did not change within 10 s.*\(not-taken-over\)$/,
    );
    expect(garage.writes()).toEqual(["amp=8"]);
  });

  /** Each status takes 4 s. */
  async function refusedSlowly({ block, charger }: GoE, ...change: string[]): Promise<string> {
    const { now } = performance;
    let skipped = 0;
    performance.now = () => now.call(performance) + skipped;
    charger.onRequest(({ url }) => {
      if (url.startsWith("/api/status")) skipped += 4_000;
    });
    try {
      return await refused(block, ...change);
    } finally {
      performance.now = now;
    }
  }

  test("a start that waits for a card is not done", async () => {
    const garage = await startGoE(2);
    garage.charger.box.accessState = 1;
    garage.charger.evse.advance(5);
    const said = await refusedSlowly(garage, "--allow", "on");
    expect(said).toContain("does not let the car charge: the charger waits for a card");
    expect(said).toMatch(/\(not-taken-over\)$/);
    expect(garage.writes()).toEqual(["frc=2"]);
  });

  test("a current above the charger's own limit names that", async () => {
    const garage = await startGoE(2, {}, ["takes-too-much"]);
    garage.charger.box.maxCurrent = 16;
    expect(await refusedSlowly(garage, "--current", "20")).toContain("its own settings allow 16 A");
  });

  test.each(["refuse", "html", "garbage", { status: 403 }] as const)("it answers with %j", async (fault) => {
    const { block, charger } = await startGoE(2);
    charger.fault = fault;
    expect(await refused(block, "--current", "8")).toMatch(/^ev-charging: Garage: /);
    expect(charger.evse.current).toBe(10);
  });

  test("it is not reachable", async () => {
    expect(await refused(goEBlock(await deadPort(), 1), "--allow", "off")).toMatch(/\(unreachable\)$/);
  });
});
