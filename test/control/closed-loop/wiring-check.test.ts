import type { ChargerMode } from "../../../src/model/commands.js";
import { perPhase, type PhaseIndex } from "../../../src/model/phases.js";
import type { MeterReading } from "../../../src/model/readings.js";
import type { Reason } from "../../../src/model/reasons.js";
import { Household } from "../../../src/simulator/house/household.js";
import { Roof } from "../../../src/simulator/house/roof.js";
import { Weather, weatherKinds } from "../../../src/simulator/house/weather.js";
import { charger, siteSettings } from "../support.js";
import { Plant, type PlantOptions, type Second } from "./plant.js";

const fuse = 25;
const energy = 1_000_000;

/** A meter with this current of the truth on each phase, turned where it is negative. */
function mounted(clamps: readonly [string, string, string]) {
  return ({ grid }: MeterReading): MeterReading => {
    if (grid === undefined) return {};
    const currents = perPhase((i) => {
      const phase = Number(clamps[i].replace(/\D/g, "")) - 1;
      const current = (phase === 0 ? grid.currents[0] : phase === 1 ? grid.currents[1] : grid.currents[2]) ?? 0;
      return clamps[i].startsWith("-") ? -current : current;
    });
    return { grid: { ...grid, currents, power: 230 * (currents[0] + currents[1] + currents[2]) } };
  };
}

function wronglyMounted(clamps: readonly [string, string, string], options: Partial<PlantOptions> = {}): Plant {
  const tampered = mounted(clamps);
  return new Plant({
    settings: siteSettings({ chargers: [charger({ mode: "fast", phases: 3 })] }),
    vehicles: [{ energy }],
    household: () => [4, 6, 5],
    told: (reading) => tampered(reading),
    ...options,
  });
}

/** How often the car was told another current until somebody was told what is wrong. */
function changesUntilFound(seconds: readonly Second[]): number {
  const found = seconds.findIndex(
    ({ reasons: [reason] }) => reason?.code === "clamps-reversed" || reason?.code === "clamps-swapped",
  );
  if (found < 0) throw new Error("nothing was found");
  const told = seconds.slice(0, found).map((each) => each.told[0] ?? 0);
  return told.filter((current, i) => current !== (told[i - 1] ?? 0)).length;
}

function reversed(phases: readonly PhaseIndex[]): Reason {
  return { code: "clamps-reversed", meter: "Grid", phases };
}

const one = siteSettings({ chargers: [charger({ mode: "fast" })] });
const onePhase = { settings: one, vehicles: [{ phases: 1 as const, energy }] };

describe.each<[why: string, clamps: readonly [string, string, string], options: Partial<PlantOptions>, reason: Reason]>(
  [
    ["turned round", ["-L1", "-L2", "-L3"], {}, reversed([0, 1, 2])],
    ["the clamp on L2 turned", ["L1", "-L2", "L3"], {}, reversed([1])],
    ["two clamps turned", ["-L1", "L2", "-L3"], {}, reversed([0, 2])],
    [
      "L1 and L3 swapped, a car on one phase",
      ["L3", "L2", "L1"],
      onePhase,
      { code: "clamps-swapped", meter: "Grid", phases: [0, 2] },
    ],
  ],
)("a meter with %s", (_why, clamps, options, reason) => {
  test.each([1, 5, 10])("read every %i s, is found out by its answer to two changes of ours", (meterPeriod) => {
    const plant = wronglyMounted(clamps, { ...options, meterPeriod });
    const seconds = plant.run(240);
    expect(changesUntilFound(seconds)).toBeLessThanOrEqual(2);
    expect(seconds.at(-1)).toMatchObject({ told: [6] });
    expect(seconds.at(-1)?.reasons).toEqual([reason]);
  });

  test("is trusted again once it was put right, and a person has started the charge", () => {
    let isRight = false;
    const tampered = mounted(clamps);
    const plant = wronglyMounted(clamps, { ...options, told: (reading) => (isRight ? reading : tampered(reading)) });
    plant.run(240);
    isRight = true;
    expect(plant.run(120).at(-1)?.told).toEqual([6]);
    plant.ask({ allowCharging: true });
    const after = plant.run(300);
    expect(after.at(-1)?.told).toEqual([16]);
  });

  test("is found out again by one change, if it was not put right", () => {
    const plant = wronglyMounted(clamps, options);
    plant.run(240);
    plant.ask({ allowCharging: true });
    const after = plant.run(300);
    expect(after.at(-1)?.reasons).toEqual([reason]);
    expect(after.at(-1)?.told).toEqual([6]);
  });
});

test("a turned clamp on a loaded phase: above the fuse only until its first answer", () => {
  const plant = wronglyMounted(["L1", "-L2", "L3"], { household: () => [4, 15, 5], meterPeriod: 1 });
  const seconds = plant.run(300);
  const above = seconds.filter(({ currents }) => Math.max(...currents) > fuse);
  expect(above.length).toBeLessThanOrEqual(45);
  expect(Math.max(...(seconds.at(-1)?.currents ?? []))).toBeLessThanOrEqual(fuse);
});

test("export with the wrong sign: the sun is not followed any more", () => {
  const settings = siteSettings({ chargers: [charger({ mode: "solar-min" })], circuits: [] });
  const plant = wronglyMounted(["-L1", "-L2", "-L3"], { settings, vehicles: [{ phases: 1, energy }] });
  const seconds = plant.run(600);
  expect(seconds.at(-1)?.told).toEqual([0]);
  expect(seconds.at(-1)?.reasons).toEqual([{ code: "failsafe", problem: reversed([0]) }]);
});

/** Household and weather from ten on, with meters of all kinds. */
function livesThrough(weather: (typeof weatherKinds)[number], mode: ChargerMode, seed: number): Plant {
  const roof = new Roof({ peak: 4 + 2 * (seed % 4), weather: new Weather(weather, seed) });
  const household = new Household({ seed });
  const noon = 10 * 3_600;
  const rotation: readonly [PhaseIndex, PhaseIndex, PhaseIndex] = seed % 2 === 0 ? [0, 1, 2] : [2, 0, 1];
  return new Plant({
    settings: siteSettings({ chargers: [charger({ mode, phases: seed % 3 === 0 ? 3 : "auto", rotation })] }),
    vehicles: [{ energy }],
    sun: (second) => roof.power(noon + second),
    household: (second) => {
      const powers = household.powers(noon + second);
      return perPhase((i) => powers[i] / 230);
    },
    meterPeriod: [1, 5, 10][seed % 3] ?? 5,
    meterDelay: [0, 2, 8][(seed >> 1) % 3] ?? 0,
  });
}

describe.each(weatherKinds)("%s", (weather) => {
  test.each<[ChargerMode, number]>([
    ["solar", 1],
    ["fast", 3],
    ["solar-min", 5],
  ])("no household and no cloud makes a good meter look wrong: mode %s, house %i", (mode, seed) => {
    const plant = livesThrough(weather, mode, seed);
    for (let quarter = 0; quarter < 6; quarter++) {
      plant.run(900);
      expect(plant.answersOf("Grid")).not.toBe("wrong");
    }
  });
});
