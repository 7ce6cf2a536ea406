/** A virtual house with real delays, and the controller in the loop: what it decides, and what the fuse sees. */

import { wiringVerdict, type WiringVerdict } from "../../../src/control/estimate/wiring-check.js";
import { newMemory, type Memory } from "../../../src/control/memory.js";
import type { ControlSettings } from "../../../src/control/settings.js";
import type { ChargerCommand } from "../../../src/model/commands.js";
import { perPhase, type PerPhase } from "../../../src/model/phases.js";
import type { MeterReading } from "../../../src/model/readings.js";
import type { Reason } from "../../../src/model/reasons.js";
import { ClosedLoop } from "../../../src/simulator/closed-loop.js";
import type { Battery, BatteryOptions } from "../../../src/simulator/house/battery.js";
import type { Car, CarOptions } from "../../../src/simulator/house/car.js";
import type { Evse } from "../../../src/simulator/house/evse.js";
import type { VirtualHouse } from "../../../src/simulator/house/house.js";
import { pass, start } from "../support.js";

export interface PlantOptions {
  readonly settings: ControlSettings;
  readonly vehicles?: readonly CarOptions[];
  /** W that the roof gives at a second. */
  readonly sun?: (second: number) => number;
  /** A that the household draws on L1, L2, L3 at a second. */
  readonly household?: (second: number) => PerPhase<number>;
  /** s between two readings, and from measuring to the controller. */
  readonly meterPeriod?: number;
  readonly meterDelay?: number;
  readonly chargerPeriod?: number;
  readonly chargerDelay?: number;
  /** s from a command to the pilot */
  readonly answerTime?: number;
  /** What of a true reading the meter tells; `undefined`: nothing. */
  readonly told?: (reading: MeterReading, second: number) => MeterReading | undefined;
  /** It is measured by a meter of its own, read as often as the grid's, each time so many s later. */
  readonly battery?: BatteryOptions;
  readonly batteryDelay?: number;
}

/** One second of the plant. */
export interface Second {
  readonly second: number;
  /** A at the grid connection, import + */
  readonly currents: PerPhase<number>;
  /** W */
  readonly power: number;
  /** A that each charger is told, and what decided that */
  readonly told: readonly number[];
  readonly reasons: readonly (Reason | undefined)[];
  /** A that each car draws on its fullest phase */
  readonly drawn: readonly number[];
  /** W, discharge +, and % */
  readonly battery: number;
  readonly soc: number;
}

export class Plant {
  readonly evses: readonly Evse[];
  readonly house: VirtualHouse;
  readonly battery: Battery | undefined;
  readonly seconds: Second[] = [];
  private readonly settings: ControlSettings;
  private readonly loop: ClosedLoop;
  private memory: Memory = newMemory();

  constructor(options: PlantOptions) {
    const { settings, vehicles = [], sun = () => 0, household = () => [0, 0, 0], answerTime = 1 } = options;
    const { meterPeriod = 5, meterDelay = 0, chargerPeriod = 5, chargerDelay = 0, told, battery } = options;
    this.settings = settings;
    this.loop = new ClosedLoop({
      settings,
      start,
      heartbeat: 1,
      pv: sun,
      // Bit by bit, so that no two readings are alike, as with any real meter.
      household: (second) => perPhase((i) => household(second)[i] * 230 + ((second * 7 + i) % 11) / 10),
      cars: vehicles,
      evse: { answerTime },
      metering: { period: meterPeriod, delay: meterDelay },
      chargerPeriod,
      chargerDelay,
      ...(told && { given: (reading: MeterReading, second: number) => told(reading, second) ?? null }),
      ...(battery && { battery, batteryDelay: options.batteryDelay ?? 0 }),
      decide: (observation) => {
        const outcome = pass(settings, this.memory, observation);
        this.memory = outcome.memory;
        return outcome.decisions;
      },
    });
    this.evses = this.loop.evses;
    this.house = this.loop.house;
    this.battery = this.loop.battery;
  }

  run(seconds: number): readonly Second[] {
    const first = this.seconds.length;
    for (let passed = 0; passed < seconds; passed++) this.second();
    return this.seconds.slice(first);
  }

  /** What a person asks of the first charger, in the next second. */
  ask(command: ChargerCommand): void {
    this.loop.command({ [this.settings.chargers[0]?.name ?? ""]: command });
  }

  /** How far the answers of a meter are trusted. */
  answersOf(meter: string): WiringVerdict {
    const memory = this.memory.meters[meter];
    if (memory === undefined) throw new RangeError(`nothing is known of ${meter}`);
    return wiringVerdict(memory.wiringCheck);
  }

  plug(index: number, car: Car): void {
    this.loop.evse(index).plug(car);
  }

  unplug(index: number): Car {
    const evse = this.loop.evse(index);
    const { car } = evse;
    if (car === null) throw new RangeError(`no car is plugged in at charger ${index}`);
    evse.unplug();
    return car;
  }

  private second(): void {
    const { second, decisions } = this.loop.advance();
    const { currents, power } = this.house.grid;
    const { chargers } = this.settings;
    this.seconds.push({
      second,
      currents,
      power,
      told: chargers.map(({ name }) => decisions?.[name]?.current ?? 0),
      reasons: chargers.map(({ name }) => decisions?.[name]?.reasons[0]),
      drawn: this.evses.map(({ draw }) => Math.max(...draw)),
      battery: this.battery?.power ?? 0,
      soc: 100 * (this.battery?.soc ?? 0),
    });
  }
}

/** Longest stretch in s in which a phase of the grid connection was above the limit. */
export function longestOverload(seconds: readonly Second[], limit: number): number {
  let longest = 0;
  let now = 0;
  for (const { currents } of seconds) {
    now = Math.max(...currents) > limit + 0.1 ? now + 1 : 0;
    longest = Math.max(longest, now);
  }
  return longest;
}
