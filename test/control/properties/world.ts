/** Random houses and what happens in them, for properties that hold in all of them. */

import * as fc from "fast-check";
import { newMemory, type Memory } from "../../../src/control/memory.js";
import type { Observation } from "../../../src/control/observation.js";
import { mainFuse, type ChargerSettings, type ControlSettings } from "../../../src/control/settings.js";
import { chargerModes, type ChargerCommand, type Decision } from "../../../src/model/commands.js";
import { perPhase, phaseIndexes, type PerPhase, type PhaseRotation } from "../../../src/model/phases.js";
import {
  noQuantities,
  type ChargerReading,
  type MeterReading,
  type ResidualCurrentReading,
} from "../../../src/model/readings.js";
import { charger, charging, connected, disconnected, siteSettings, pass, soundMonitor, start } from "../support.js";

const rotations: readonly PhaseRotation[] = [
  [0, 1, 2],
  [1, 2, 0],
  [2, 0, 1],
];

const chargerSettings = fc.record({
  minCurrent: fc.constantFrom(6, 9),
  maxCurrent: fc.constantFrom(16, 32),
  step: fc.constantFrom(1, 0.1, 0.6),
  phases: fc.constantFrom<ChargerSettings["phases"]>(1, 3, "auto"),
  canSwitchPhases: fc.boolean(),
  rotation: fc.constantFrom(...rotations),
  mode: fc.constantFrom(...chargerModes),
  priority: fc.constantFrom(1, 2),
  circuit: fc.constantFrom(null, "Barn"),
  sessionEnergyLimit: fc.constantFrom(0, 5),
});

/** A by which no two readings of a real meter are alike. */
const noise = 0.001;

export const houses: fc.Arbitrary<ControlSettings> = fc
  .record({
    fuse: fc.constantFrom(16, 25, 63),
    barn: fc.constantFrom(13, 32),
    barnHasMeter: fc.boolean(),
    hasBattery: fc.boolean(),
    monitors: fc.constantFrom<readonly string[]>([], [], ["RCM"]),
    site: fc.record({
      phases: fc.constantFrom<1 | 3>(1, 3, 3),
      failsafeCurrent: fc.constantFrom(0, 6),
      importPenalty: fc.constantFrom(0.25, 1, 10),
      gridTarget: fc.constantFrom(-500, 0, 300),
      minimumRun: fc.constantFrom(0, 300_000),
      minimumPause: fc.constantFrom(0, 300_000),
    }),
    chargers: fc.array(chargerSettings, { minLength: 1, maxLength: 3 }),
  })
  .map(({ fuse, barn, barnHasMeter, hasBattery, monitors, site, chargers }) =>
    siteSettings({
      ...site,
      monitors,
      circuits: [
        { name: mainFuse, limit: fuse, parent: null, meters: ["Grid"] },
        { name: "Barn", limit: barn, parent: mainFuse, meters: barnHasMeter ? ["Barn meter"] : [] },
      ],
      meters: [
        { name: "Grid", measures: hasBattery ? ["grid", "battery"] : ["grid"] },
        ...(barnHasMeter ? [{ name: "Barn meter", measures: [] }] : []),
      ],
      chargers: chargers.map((settings, index) =>
        charger({
          ...settings,
          ...(site.phases === 1 ? { rotation: rotations[0] } : {}),
          name: `Charger ${index + 1}`,
        }),
      ),
    }),
  );

const command: fc.Arbitrary<ChargerCommand> = fc.oneof(
  fc.record({ mode: fc.constantFrom(...chargerModes) }),
  fc.record({ allowCharging: fc.boolean() }),
  fc.record({ maxAmpere: fc.constantFrom(null, 4, 8, 40) }),
  fc.record({ powerLimit: fc.constantFrom(null, 1_000, 3_000, 9_000) }),
  fc.record({ sessionChargeConsumptionLimit: fc.constantFrom(null, 0, 3) }),
  fc.record({ phases: fc.constantFrom<1 | 3 | "auto">(1, 3, "auto") }),
  fc.record({ minAmpere: fc.constantFrom(null, 6, 10) }),
);

const anyNumber = fc.constantFrom(null, 0, 6, 16, -16, 65_535, 6_553.5, 1e9, -1e9, Infinity);

/** What a charger says that does not do what it is told, or has trouble to tell. */
const oddReading: fc.Arbitrary<ChargerReading> = fc
  .record({
    state: fc.constantFrom("disconnected", "connected", "charging", "fault", null),
    enabled: fc.constantFrom(true, false, null),
    allowCharging: fc.constantFrom(true, false, null),
    maxAmpere: anyNumber,
    phases: fc.constantFrom(1, 2, 3, null, 0),
    power: anyNumber,
    currentL1: anyNumber,
    currentL2: anyNumber,
    currentL3: anyNumber,
    cableEncoding: fc.constantFrom(null, 0, 13, 20),
    sessionChargeConsumption: fc.constantFrom(null, 0, 4, 9),
    uptime: fc.constantFrom(null, 0, 60_000, 1e9),
  })
  .map((values) => ({ ...connected(), ...values }));

const chargerNews = fc.oneof(
  { weight: 20, arbitrary: fc.constant("obeys" as const) },
  { weight: 2, arbitrary: fc.constantFrom("left out" as const, "failed" as const, "unplugged" as const) },
  { weight: 1, arbitrary: oddReading },
);

const meterNews = fc.oneof(
  { weight: 12, arbitrary: fc.constant("good" as const) },
  {
    weight: 4,
    arbitrary: fc.constantFrom("left out", "failed", "no currents", "one phase missing", "no power", "absurd" as const),
  },
);

export const happenings = fc.record({
  seconds: fc.constantFrom(1, 5, 5, 5, 8, 12),
  /** A that the house draws, or feeds in. */
  load: fc
    .tuple(...phaseIndexes.map(() => fc.integer({ min: -20, max: 24 })))
    .map(([a = 0, b = 0, c = 0]) => perPhase((i) => [a, b, c][i] ?? 0)),
  calm: fc.boolean(),
  meter: meterNews,
  chargers: fc.array(chargerNews, { minLength: 3, maxLength: 3 }),
  command: fc.option(fc.tuple(fc.nat({ max: 2 }), command), { freq: 12 }),
  powerLimit: fc.option(fc.constantFrom("lifted" as const, 0, 4_200, 9_000), { freq: 25 }),
  /** A on every phase that others draw in the barn; `null`: its meter fails. */
  barn: fc.constantFrom(0, 0, 0, 2, 8, null),
  /** W that the battery gives. */
  battery: fc.constantFrom(0, 0, 2_000, -2_000),
  monitor: fc.constantFrom("quiet", "quiet", "quiet", "quiet", "quiet", "quiet", "alarm", "silent", "invalid" as const),
});

export type Happening = typeof happenings extends fc.Arbitrary<infer T> ? T : never;

export const stories = fc.array(happenings, { minLength: 1, maxLength: 40, size: "max" });

function monitorReading(news: "quiet" | "alarm" | "invalid"): ResidualCurrentReading {
  return { ...soundMonitor, valid: news !== "invalid", alarmA: news === "alarm" ? ["dc"] : [] };
}

/** A house in which cars draw at once what they are offered. */
export class World {
  readonly settings: ControlSettings;
  memory: Memory = newMemory();
  before: Memory = newMemory();
  time = start;
  load: PerPhase<number> = [0, 0, 0];
  observation: Observation = { time: start, meters: {}, chargers: {}, commands: {} };
  previous: Readonly<Record<string, Decision>> = {};
  decisions: Readonly<Record<string, Decision>> = {};

  constructor(settings: ControlSettings) {
    this.settings = settings;
  }

  live(happening: Happening): void {
    this.time += happening.seconds * 1_000;
    if (!happening.calm) this.load = this.settings.phases === 1 ? [happening.load[0], 0, 0] : happening.load;
    this.load = [this.load[0] + noise, this.load[1], this.load[2]];
    const { powerLimit } = happening;
    const meter = this.meterReading(happening);
    const barnMeter = this.barnReading(happening.barn);
    const [index = 0, planned] = happening.command ?? [];
    const name = this.settings.chargers[index]?.name;
    this.observation = {
      time: this.time,
      meters: {
        ...(meter === undefined ? {} : { Grid: meter }),
        ...(barnMeter === undefined ? {} : { "Barn meter": barnMeter }),
      },
      monitors: happening.monitor === "silent" ? {} : { RCM: monitorReading(happening.monitor) },
      chargers: this.chargerReadings(happening),
      commands: planned && name !== undefined ? { [name]: planned } : {},
      ...(powerLimit === null ? {} : { powerLimit: powerLimit === "lifted" ? null : powerLimit }),
    };
    const { memory, decisions } = pass(this.settings, this.memory, this.observation);
    this.before = this.memory;
    this.memory = memory;
    this.previous = this.decisions;
    this.decisions = decisions;
  }

  /** A that a charger loads the phases of the house with when it is told this. */
  drawnBy({ rotation }: ChargerSettings, decision: Decision | undefined): PerPhase<number> {
    const used = decision?.phases === 3 && this.settings.phases === 3 ? rotation : [rotation[0]];
    return perPhase((i) => (used.includes(i) ? (decision?.current ?? 0) : 0));
  }

  /** A on each phase that all chargers load it with when they are told this. */
  drawnByAll(decisions: Readonly<Record<string, Decision>>): PerPhase<number> {
    const all = this.settings.chargers.map((each) => this.drawnBy(each, decisions[each.name]));
    return perPhase((i) => all.reduce((sum, draw) => sum + draw[i], 0));
  }

  private chargerReadings({ chargers }: Happening): Record<string, ChargerReading | null> {
    const told: Record<string, ChargerReading | null> = {};
    this.settings.chargers.forEach(({ name }, index) => {
      const news = chargers[index] ?? "obeys";
      const { current = 0, phases = 1 } = this.decisions[name] ?? {};
      if (news === "left out") return;
      if (news === "failed") told[name] = null;
      else if (news === "unplugged") told[name] = disconnected;
      else if (news !== "obeys") told[name] = news;
      else told[name] = current > 0 ? charging(current, this.settings.phases === 1 ? 1 : phases) : connected();
    });
    return told;
  }

  private barnReading(others: number | null): MeterReading | null | undefined {
    if (!this.settings.meters.some(({ name }) => name === "Barn meter")) return undefined;
    if (others === null) return null;
    const inBarn = this.settings.chargers.filter(({ circuit }) => circuit === "Barn");
    const drawn = inBarn.map((each) => this.drawnBy(each, this.decisions[each.name]));
    const currents = perPhase((i) => others + drawn.reduce((sum, draw) => sum + draw[i], this.load[0] / 1_000));
    return { grid: { ...noQuantities, power: 230 * (currents[0] + currents[1] + currents[2]), currents } };
  }

  private meterReading({ meter: news, battery }: Happening): MeterReading | null | undefined {
    if (news === "left out") return undefined;
    if (news === "failed") return null;
    const drawn = this.drawnByAll(this.decisions);
    const all = perPhase((i) => this.load[i] + drawn[i]);
    const currents = perPhase((i) => (this.settings.phases === 1 && i > 0 ? null : all[i]));
    const power = all.reduce((sum, current) => sum + current * 230, 0);
    const told = {
      good: { power, currents },
      "no currents": { power, currents: [null, null, null] as const },
      "one phase missing": { power, currents: [null, currents[1], currents[2]] as const },
      "no power": { power: null, currents },
      absurd: { power, currents: [65_535, currents[1], currents[2]] as const },
    };
    const grid = { ...noQuantities, ...told[news] };
    const hasBattery = this.settings.meters.some(({ measures }) => measures.includes("battery"));
    return hasBattery ? { grid, battery: { ...noQuantities, power: battery, soc: 50 } } : { grid };
  }
}
