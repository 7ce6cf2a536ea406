/** Settings and readings for the controller's tests, and a controller over time. */

import { decide, type Outcome } from "../../src/control/decide/decide.js";
import { newMemory, type Memory } from "../../src/control/memory.js";
import type { Observation } from "../../src/control/observation.js";
import { observe } from "../../src/control/observe/observe.js";
import {
  mainFuse,
  type ChargerSettings,
  type ControlSettings,
  type VehicleSettings,
} from "../../src/control/settings.js";
import type { Decision, ManualOverride } from "../../src/model/commands.js";
import {
  noChargerReading,
  noQuantities,
  residualCurrentBands,
  type ByBand,
  type ChargerReading,
  type MeterReading,
  type Quantities,
  type ResidualCurrentReading,
} from "../../src/model/readings.js";

export const start = 1_750_000_000_000;

export function charger(overrides: Partial<ChargerSettings> = {}): ChargerSettings {
  return {
    name: "Garage",
    minCurrent: 6,
    maxCurrent: 16,
    step: 1,
    phases: 1,
    canSwitchPhases: true,
    rotation: [0, 1, 2],
    mode: "solar",
    priority: 1,
    circuit: null,
    sessionEnergyLimit: 0,
    targets: [],
    cheapHours: false,
    refusesUnknownTags: false,
    plugInHold: null,
    unpluggedCurrent: 0,
    stopOnUnplug: false,
    ...overrides,
  };
}

/** What a person did by hand; a start holds until the car is unplugged. `null`: nothing. */
export function byHand(kind: ManualOverride["kind"] | null): ManualOverride | null {
  if (kind === null) return null;
  return kind === "start" ? { kind, until: null } : { kind, endedStart: null };
}

/** A car that is known by one tag. */
export function car(overrides: Partial<VehicleSettings> = {}): VehicleSettings {
  return {
    name: "Zoe",
    tags: ["04A1B2"],
    minCurrent: null,
    maxCurrent: null,
    sunOnly: null,
    energyLimit: null,
    minPower: 0,
    ...overrides,
  };
}

export function siteSettings(overrides: Partial<ControlSettings> = {}): ControlSettings {
  return {
    phases: 3,
    voltage: 230,
    timeZone: "Europe/Berlin",
    powerLimit: null,
    tariff: { cheapHours: [], prices: [], priceLimit: null },
    vehicles: [],
    circuits: [{ name: mainFuse, limit: 25, parent: null, meters: ["Grid"] }],
    failsafeCurrent: 0,
    overloadTolerance: 0,
    gridTarget: 0,
    importPenalty: 1,
    minimumRun: 300_000,
    minimumPause: 300_000,
    batteryPriority: 100,
    batteryReserve: 100,
    meters: [{ name: "Grid", measures: ["grid"] }],
    monitors: [],
    chargers: [charger()],
    ...overrides,
  };
}

/** A grid reading; the power is spread evenly over the phases unless currents are given. */
export function grid(power: number, overrides: Partial<Quantities> = {}): MeterReading {
  const each = power / 690;
  return { grid: { ...noQuantities, power, currents: [each, each, each], ...overrides } };
}

/** A grid reading by what flows on each phase. */
export function gridCurrents(l1: number, l2: number, l3: number): MeterReading {
  return grid((l1 + l2 + l3) * 230, { currents: [l1, l2, l3] });
}

export function connected(overrides: Partial<ChargerReading> = {}): ChargerReading {
  return {
    ...noChargerReading,
    state: "connected",
    allowCharging: false,
    maxAmpere: 6,
    phases: 1,
    power: 0,
    currentL1: 0,
    currentL2: 0,
    currentL3: 0,
    ...overrides,
  };
}

/** A car that draws this current on the first one or on all three phases. */
export function charging(current: number, phases: 1 | 3 = 1, overrides: Partial<ChargerReading> = {}): ChargerReading {
  const others = phases === 3 ? current : 0;
  return connected({
    state: "charging",
    allowCharging: true,
    maxAmpere: current,
    phases,
    power: current * phases * 230,
    currentL1: current,
    currentL2: others,
    currentL3: others,
    ...overrides,
  });
}

export const disconnected = connected({ state: "disconnected" });

export const noBands: ByBand<null> = {
  dc: null,
  total: null,
  "50Hz": null,
  below100Hz: null,
  "150Hz": null,
  "100HzTo1kHz": null,
  above1kHz: null,
  above10kHz: null,
};

/** A residual-current monitor without an alarm. */
export const soundMonitor: ResidualCurrentReading = {
  valid: null,
  currents: noBands,
  alarmA: [],
  alarmB: [],
  thresholdsA: noBands,
  thresholdsB: noBands,
  enabledA: residualCurrentBands,
  enabledB: residualCurrentBands,
  alarmDelay: null,
};

/** Observes, and decides at once. */
export function pass(settings: ControlSettings, memory: Memory, news: Observation): Outcome {
  return decide(settings, observe(settings, memory, news));
}

/** The controller over time. */
export class Run {
  memory: Memory = newMemory();
  seconds = 0;
  readonly settings: ControlSettings;
  last: Outcome | undefined;

  constructor(settings: ControlSettings = siteSettings()) {
    this.settings = settings;
  }

  /** One pass, so many seconds after the one before. */
  after(seconds: number, observation: Partial<Omit<Observation, "time">> = {}): Decision {
    this.seconds += seconds;
    const time = start + this.seconds * 1_000;
    this.last = pass(this.settings, this.memory, { meters: {}, chargers: {}, commands: {}, ...observation, time });
    this.memory = this.last.memory;
    return this.decision("Garage");
  }

  decision(name: string): Decision {
    const decision = this.last?.decisions[name];
    if (decision === undefined) throw new Error(`nothing was decided for ${name}`);
    return decision;
  }

  /** The same readings every five seconds for so long. */
  keep(seconds: number, observation: Partial<Omit<Observation, "time">>): Decision {
    for (let passed = 5; passed < seconds; passed += 5) this.after(5, observation);
    return this.after(5, observation);
  }
}
