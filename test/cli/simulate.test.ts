import { readFileSync } from "node:fs";
import { z } from "zod";
import { configFile, documentOf, fileWith, linesOf, runCli } from "./support.js";

const outcome = z.strictObject({
  pvEnergy: z.number(),
  carEnergy: z.number(),
  carEnergyFromSolar: z.number(),
  carEnergyFromGrid: z.number(),
  starts: z.int(),
  phaseSwitches: z.int(),
  setpointChanges: z.int(),
  steps: z.int(),
});

type Outcome = z.output<typeof outcome>;

async function simulate(csv: string, ...options: string[]): Promise<Outcome> {
  const said = await runCli(["simulate", "--json", "--day", fileWith(csv, "day.csv"), ...options]);
  expect(said).toMatchObject({ code: 0, errors: "" });
  return outcome.parse(documentOf(said));
}

/** A row a minute. */
function day(minutes: number, header: string, row: (minute: number) => string): string {
  return [header, ...Array.from({ length: minutes }, (_, minute) => `${60 * minute},${row(minute)}`)].join("\n");
}

/** Holds for every day. */
function expectConsistent({ pvEnergy, carEnergy, carEnergyFromSolar, carEnergyFromGrid, ...counts }: Outcome): void {
  expect(carEnergyFromSolar + carEnergyFromGrid).toBeCloseTo(carEnergy, 2);
  expect(carEnergyFromSolar).toBeLessThanOrEqual(pvEnergy + 0.001);
  for (const value of [pvEnergy, carEnergyFromSolar, carEnergyFromGrid, ...Object.values(counts)])
    expect(value).toBeGreaterThanOrEqual(0);
}

describe("a day", () => {
  test("of three hours with 5 kW: one start, and the car gets nearly all of it", async () => {
    const result = await simulate(day(180, "time,pv", () => "5000"));
    expectConsistent(result);
    expect(result.pvEnergy).toBeCloseTo(15, 1);
    expect(result.carEnergyFromSolar).toBeGreaterThan(0.94 * 15);
    expect(result.carEnergyFromGrid).toBeLessThan(0.05);
    expect(result).toMatchObject({ starts: 1, steps: 180 * 12 });
    expect(result.phaseSwitches).toBeLessThanOrEqual(1);
  });

  test("without sun: no start, nothing charged", async () => {
    const result = await simulate(day(600, "time,pv,house", () => "0,400"));
    expect(result).toMatchObject({ pvEnergy: 0, carEnergy: 0, starts: 0, phaseSwitches: 0, setpointChanges: 0 });
  });

  test("with less surplus than charging needs: no start", async () => {
    const result = await simulate(day(240, "time,pv", () => "500"));
    expect(result).toMatchObject({ carEnergy: 0, starts: 0, pvEnergy: 2 });
  });

  test("with a household that consumes all of it: no start", async () => {
    expect(await simulate(day(240, "time,pv,house", () => "5000,5000"))).toMatchObject({ carEnergy: 0, starts: 0 });
  });

  test("with a household that consumes a part: the car gets no more than the surplus from the sun", async () => {
    const result = await simulate(day(180, "time,pv,house", () => "5000,2000"));
    expectConsistent(result);
    expect(result.carEnergyFromSolar).toBeLessThanOrEqual(9);
    expect(result.carEnergyFromSolar).toBeGreaterThan(0.9 * 9);
  });

  test("with only the grid measured is the same as with its surplus as pv", async () => {
    const [grid, pv] = [day(90, "time,grid", () => "-5000"), day(90, "time,pv", () => "5000")];
    expect(await simulate(grid)).toEqual(await simulate(pv));
  });

  test("with clouds: energies add up, and the contactor switches rarely", async () => {
    const result = await simulate(day(240, "time,pv,house", (minute) => `${minute % 4 < 2 ? 6_000 : 300},250`));
    expectConsistent(result);
    // Contactors endure six switchings of each kind per hour for years.
    expect(result.starts + result.phaseSwitches).toBeLessThanOrEqual(4 * 2 * 6);
  });
});

/** A folder of recorded days, as for `npm run bench`: they are not part of the repository. */
const recordedDays = process.env["BENCH_DAYS"] ?? "";
const withRecordedDays = recordedDays === "" ? describe.skip : describe;

withRecordedDays("the recorded days in BENCH_DAYS", () => {
  test.each(["almostperfect", "day1", "day1_grid_ie"])("%s: most of the sun is used, energies add up", async (name) => {
    const said = await runCli(["simulate", "--json", "--day", `${recordedDays}/${name}.csv`]);
    const result = outcome.parse(documentOf(said));
    expectConsistent(result);
    expect(result.carEnergyFromSolar).toBeGreaterThan(0.6 * result.pvEnergy);
    expect(result.carEnergyFromGrid).toBeLessThan(0.2 * result.carEnergy);
    expect(result.starts).toBeLessThanOrEqual(10);
  });
});

describe("with a configuration", () => {
  const meters = [{ name: "Grid", driver: "shelly-3em", transport: "http", host: "192.168.1.20" }];
  const garage = { name: "Garage", driver: "go-e", host: "192.168.1.36", apiVersion: 2 };
  const sunny = day(120, "time,pv", () => "9000");

  async function configured(charger: object, site: object = { mainFuse: 25 }): Promise<Outcome> {
    return simulate(sunny, "--config", configFile({ site, meters, chargers: [{ ...garage, ...charger }] }));
  }

  test("its charger charges by its settings", async () => {
    expect((await configured({ mode: "off" })).carEnergy).toBe(0);
    const fast = await configured({ mode: "fast" });
    expectConsistent(fast);
    expect(fast.carEnergyFromGrid).toBeGreaterThan(2);
    const onePhase = await configured({ phases: 1, maxCurrent: 10 });
    expect(onePhase.carEnergy).toBeLessThanOrEqual((2 * 2_300) / 1_000 + 0.001);
    expect(onePhase.carEnergy).toBeGreaterThan(4);
  });

  test("its main fuse is guarded in every mode", async () => {
    const { carEnergy } = await configured({ mode: "fast" }, { mainFuse: 10 });
    // 9 kW of surplus and 10 A from the grid on each phase exceed the charger's maximum.
    expect(carEnergy).toBeLessThanOrEqual(2 * 3 * 16 * 0.23);
  });

  test.each([
    ["a charger", { meters }],
    ["a meter that measures the grid", { chargers: [garage] }],
  ])("without %s is a usage error", async (lacking, block) => {
    const args = ["simulate", "--json", "--day", fileWith(sunny), "--config", configFile(block)];
    const said = await runCli(args);
    expect(said).toMatchObject({ code: 2, out: "" });
    expect(linesOf(said.errors)).toEqual([expect.stringContaining(`a simulation needs ${lacking}`)]);
  });
});

describe("an invalid file is one line, exit 2, and nothing on standard output", () => {
  test.each([
    ["a time that is none", "time,pv\n08:00,1\nnoon,2\n", /, line 3: "noon" is no time/],
    ["a cell that is no number", "time,pv\n08:00,1\n08:01,x\n", /, line 3: pv is "x", which is no number of watts/],
    ["time going back", "time,pv\n08:00,1\n07:59,2\n", /, line 3: its time is not after/],
    ["no header", "08:00,1\n08:01,2\n", /, line 1: no column is named time/],
    ["nothing", "", /, line 1: /],
    ["no rows", "time,pv\n", /, line 2: /],
  ])("%s", async (_what, csv, message) => {
    const file = fileWith(csv, "day.csv");
    const said = await runCli(["simulate", "--json", "--day", file]);
    expect(said).toMatchObject({ code: 2, out: "" });
    expect(linesOf(said.errors)).toEqual([expect.stringMatching(message)]);
    expect(said.errors).toContain(file);
  });

  test("not there", async () => {
    const said = await runCli(["simulate", "--day", "/no/such/day.csv"]);
    expect(said).toMatchObject({ code: 2, out: "" });
    expect(linesOf(said.errors)).toEqual([expect.stringContaining("/no/such/day.csv")]);
  });

  test("not named", async () => {
    expect(await runCli(["simulate"])).toMatchObject({ code: 2, errors: expect.stringContaining("--day FILE") });
  });
});

describe("--svg", () => {
  const sunny = day(60, "time,pv", () => "5000");

  test("draws the day into a file, and prints the same as without", async () => {
    const [file, svg] = [fileWith(sunny, "june.csv"), fileWith("", "june.svg")];
    const said = await runCli(["simulate", "--day", file, "--svg", svg]);
    expect(said).toEqual(await runCli(["simulate", "--day", file]));
    const drawn = readFileSync(svg, "utf8");
    expect(drawn).toMatch(/^<svg /);
    expect(drawn).toContain("june, λ 1");
    expect(drawn).toMatch(/roof 5\.0 kWh · car \d\.\d kWh, 100 % of it from the sun · starts: 1 · phase switches: \d/);
  });

  test("into a missing folder is a usage error", async () => {
    const said = await runCli(["simulate", "--day", fileWith(sunny), "--svg", "/no/such/day.svg"]);
    expect(said).toMatchObject({
      code: 2,
      out: "",
      errors: expect.stringContaining("/no/such/day.svg can't be written: there is no such file or folder"),
    });
  });
});

test("the text output is a plot of the day and its sums", async () => {
  const { code, out } = await runCli(["simulate", "--day", fileWith(day(60, "time,pv", () => "5000"))]);
  expect(code).toBe(0);
  expect(out).toMatch(/^roof +5\.\d+ kWh$/m);
  expect(out).toMatch(/^car +\d\.\d+ kWh, \d+ % of it from the sun$/m);
  expect(out).toMatch(/^starts +1$/m);
  expect(Math.max(...linesOf(out).map((line) => line.length))).toBeLessThanOrEqual(90);
});
