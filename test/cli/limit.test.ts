import { deadPort, goEBlock, startGoE } from "./devices.js";
import { configFile, documentOf, linesOf, runCli } from "./support.js";

async function limit(block: object, options: readonly string[], house: object = {}) {
  return runCli(["limit", "Garage", ...options, "--config", configFile({ chargers: [block], ...house })]);
}

describe("the cap for a power, at 230 V and 16 A", () => {
  test.each([
    [1380, "one phase, 6 A", { power: 1380, current: 6, phases: 1 }], // the minimum
    [2300, "one phase, 10 A", { power: 2300, current: 10, phases: 1 }], // to the watt
    [2529, "one phase, 10 A", { power: 2300, current: 10, phases: 1 }], // down to whole amperes
    [3680, "one phase, 16 A", { power: 3680, current: 16, phases: 1 }], // the maximum of one phase
    [3681, "one phase, 16 A", { power: 3680, current: 16, phases: 1 }], // three would have 5 A, below the minimum
    [4139, "one phase, 16 A", { power: 3680, current: 16, phases: 1 }], // nor here
    [4140, "three phases, 6 A each", { power: 4140, current: 6, phases: 3 }], // the minimum of three
    [6900, "three phases, 10 A each", { power: 6900, current: 10, phases: 3 }], // to the watt
    [7589.9, "three phases, 10 A each", { power: 6900, current: 10, phases: 3 }], // down to whole amperes
    [11040, "three phases, 16 A each", { power: 11040, current: 16, phases: 3 }], // the maximum
  ] as const)("%s W: %s", async (power, text, cap) => {
    const { block, charger } = await startGoE(2);
    expect(await limit(block, ["--power", String(power)])).toEqual({ code: 0, out: `Garage: ${text}\n`, errors: "" });
    expect(charger.evse).toMatchObject({ current: cap.current, phases: cap.phases });
    expect(documentOf(await limit(block, ["--json"]))).toEqual({ chargers: { Garage: cap } });
  });

  test("more than the maximum is capped at it, and reported", async () => {
    const { block, charger } = await startGoE(2);
    expect(await limit(block, ["--power", "22000"])).toEqual({
      code: 0,
      out: "Garage: three phases, 16 A each: its maximum, 11040 W instead of 22000 W\n",
      errors: "",
    });
    expect(charger.evse.current).toBe(16);
  });

  test("the voltage is the site's, the currents are the charger's own", async () => {
    const { block } = await startGoE(2);
    const cap = async (power: number) =>
      (await limit({ ...block, minCurrent: 8, maxCurrent: 20 }, [`--power=${power}`], { site: { voltage: 240 } })).out;
    expect(await cap(4_800)).toBe("Garage: one phase, 20 A\n");
    expect(await cap(5_760)).toBe("Garage: three phases, 8 A each\n");
  });

  test("with --json the output is the cap that was set, not the one requested", async () => {
    const { block } = await startGoE(2);
    expect(documentOf(await limit(block, ["--power", "5000", "--json"]))).toEqual({
      chargers: { Garage: { power: 4830, current: 7, phases: 3 } },
    });
  });
});

describe("what is written, and in which order", () => {
  test.each([
    ["1 × 10 A to 1 × 8 A", { current: 10, phases: 1 }, 1840, ["amp=8", "psm=1"]],
    [
      "1 × 16 A to 3 × 6 A: the current first, lest it be 3 × 16 A",
      { current: 16, phases: 1 },
      4140,
      ["amp=6", "psm=2"],
    ],
    [
      "3 × 6 A to 1 × 16 A: the phases first, lest it be 3 × 16 A",
      { current: 6, phases: 3 },
      3680,
      ["psm=1", "amp=16"],
    ],
    ["1 × 10 A to 3 × 12 A", { current: 10, phases: 1 }, 8280, ["psm=2", "amp=12"]],
    ["3 × 16 A to 1 × 6 A", { current: 16, phases: 3 }, 1380, ["amp=6", "psm=1"]],
  ] as const)("%s", async (_change, before, power, written) => {
    const { block, writes } = await startGoE(2, before);
    expect((await limit(block, ["--power", String(power)])).code).toBe(0);
    expect(writes()).toEqual(written);
  });

  test("a charger that detects its version switches phases, too, after its first reading", async () => {
    const { charger, writes } = await startGoE(2);
    const { apiVersion, ...block } = goEBlock(charger.port, 2);
    expect(apiVersion).toBe(2);
    expect((await limit(block, ["--power", "6900"])).out).toBe("Garage: three phases, 10 A each\n");
    expect(writes()).toEqual(["psm=2", "amp=10"]);
  });

  test("version 1 can't switch: a charge on one phase stays there, in a setting that is not kept in flash", async () => {
    const { block, charger, writes } = await startGoE(1);
    expect((await limit(block, ["--power", "1840"])).out).toBe("Garage: one phase, 8 A\n");
    expect(await limit(block, ["--power", "6900"])).toMatchObject({
      code: 0,
      out: "Garage: one phase, 16 A: its maximum, 3680 W instead of 6900 W\n",
    });
    expect(writes()).toEqual(["amx=8", "amx=16"]);
    expect(charger.flashWrites).toBe(0);
  });

  test("version 1 on three phases, by its reading or by configuration", async () => {
    const three = await startGoE(1, { phases: 3 });
    expect((await limit(three.block, ["--power", "6900"])).out).toBe("Garage: three phases, 10 A each\n");
    const said = await startGoE(1);
    expect((await limit({ ...said.block, phases: 3 }, ["--power", "6900"])).out).toBe(
      "Garage: three phases, 10 A each\n",
    );
  });

  test.each([
    [3, { phases: 3 }, {}, "three phases, 6 A each", "psm=2"],
    [1, { phases: 1 }, {}, "one phase, 16 A: its maximum, 3680 W instead of 4140 W", "psm=1"],
    [1, {}, { site: { phases: 1 } }, "one phase, 16 A: its maximum, 3680 W instead of 4140 W", "psm=1"],
  ] as const)("%s by configuration, whatever it supports: %j %j", async (_count, own, house, text, written) => {
    const { block, writes } = await startGoE(2);
    expect((await limit({ ...block, ...own }, ["--power", "4140"], house)).out).toBe(`Garage: ${text}\n`);
    expect(writes()).toContain(written);
  });
});

describe("the present cap", () => {
  test.each([
    [2, { current: 10, phases: 1 }, "Garage: 2300 W (one phase, 10 A)"],
    [2, { current: 16, phases: 3 }, "Garage: 11040 W (three phases, 16 A each)"],
    [1, { current: 13, phases: 3 }, "Garage: 8970 W (three phases, 13 A each)"],
  ] as const)("version %s at %j; nothing is written", async (apiVersion, before, text) => {
    const { block, writes } = await startGoE(apiVersion, before);
    expect(await limit(block, [])).toEqual({ code: 0, out: `${text}\n`, errors: "" });
    expect(writes()).toEqual([]);
  });

  test("version 1 without a car reports no phases: those of the site count", async () => {
    const { block, charger } = await startGoE(1);
    charger.evse.unplug();
    charger.evse.advance(60);
    expect((await limit(block, [])).out).toBe("Garage: 6900 W (three phases, 10 A each)\n");
    expect((await limit({ ...block, phases: 1 }, [])).out).toBe("Garage: 2300 W (one phase, 10 A)\n");
  });
});

describe("a failure: exit 1, and one line with the reason", () => {
  async function refused(block: object, power: number): Promise<string> {
    const { code, out, errors } = await limit(block, ["--power", String(power), "--json"]);
    expect({ code, out }).toEqual({ code: 1, out: "" });
    const [line = ""] = linesOf(errors);
    expect(errors).toBe(`${line}\n`);
    return line;
  }

  test.each([1379.9, 690, 0])("%s W is below its minimum", async (power) => {
    const { block, writes } = await startGoE(2);
    expect(await refused(block, power)).toBe(
      `ev-charging: Garage: ${power} W is too little to charge with: it takes 1380 W (one phase, 6 A) at least. ` +
        "Nothing was changed; to stop it: ev-charging set Garage --allow off. (unsupported)",
    );
    expect(writes()).toEqual([]);
  });

  test("on three phases only, the minimum is that of three", async () => {
    const { block, writes } = await startGoE(2);
    expect(await refused({ ...block, phases: 3 }, 4_000)).toContain(
      "it takes 4140 W (three phases, 6 A each) at least",
    );
    expect(writes()).toEqual([]);
  });

  test("a current above the installer's limit", async () => {
    const { block } = await startGoE(2, { maxCurrent: 16 });
    expect(await refused({ ...block, maxCurrent: 32 }, 13_800)).toMatch(/amp=20 was refused: .*\(refused\)$/);
  });

  test("it accepts the write without an effect", async () => {
    const { block, charger } = await startGoE(1);
    charger.fault = "ignore-writes";
    expect(await refused(block, 1_840)).toMatch(/\(not-taken-over\)$/);
  });

  test.each(["html", "garbage", { status: 403 }] as const)("it answers with %j", async (fault) => {
    const { block, charger } = await startGoE(2);
    charger.fault = fault;
    expect(await refused(block, 1_840)).toMatch(/^ev-charging: Garage: /);
    expect(charger.evse.current).toBe(10);
  });

  test("it is not reachable", async () => {
    expect(await refused(goEBlock(await deadPort(), 1), 2_300)).toMatch(/\(unreachable\)$/);
  });
});

describe("a usage error: exit 2, and no request to the charger", () => {
  const circuits = { site: { circuits: [{ name: "Yard", limit: 32 }] } };

  test.each([
    [["Garage", "--power", "much"], '--power takes a number, not "much"'],
    [["Garage", "--power="], "--power takes a value"],
    [["Garage", "--power", "Infinity"], '--power takes a number, not "Infinity"'],
    [["Garage", "--power", "-1"], "--power takes W above 0, not -1"],
    [["--power", "2300"], "say which charger: ev-charging limit NAME --power 2300"],
    [["Garage", "Carport"], 'one charger at a time; "Carport" is one too many'],
    [["Garag"], 'no charger is named "Garag"; did you mean "Garage"?'],
    [
      ["Yard", "--power", "2300"],
      '"Yard" is a circuit, and no device sets its power; cap the chargers on it ("Garage"), or change its limit in site.circuits',
    ],
  ])("%j", async (args, message) => {
    const { block, charger } = await startGoE(2);
    const file = configFile({ chargers: [{ ...block, circuit: "Yard" }], ...circuits });
    expect(await runCli(["limit", ...args, "--config", file])).toEqual({
      code: 2,
      out: "",
      errors: `ev-charging: ${message}\n`,
    });
    expect(charger.requests).toEqual([]);
  });

  test("a circuit without chargers", async () => {
    const { block } = await startGoE(2);
    expect(
      (await runCli(["limit", "Yard", "--config", configFile({ chargers: [block], ...circuits })])).errors,
    ).toContain("cap a charger, or change its limit");
  });

  test("a charger takes precedence over a circuit of the same name", async () => {
    const { block } = await startGoE(2);
    const house = { site: { circuits: [{ name: "Garage", limit: 32 }] } };
    expect((await limit({ ...block, circuit: "Garage" }, [], house)).out).toBe("Garage: 2300 W (one phase, 10 A)\n");
  });
});
