/** A virtual house with real delays, and the controller in the loop: what it decides, and what the fuse sees. */

import { wiringVerdict, type WiringVerdict } from "../../../src/control/estimate/wiring-check.js";
import { newMemory, type Memory } from "../../../src/control/memory.js";
import { pass } from "../support.js";
import type { ControlSettings } from "../../../src/control/settings.js";
import type { ChargerCommand, Decision } from "../../../src/model/commands.js";
import { perPhase, type PerPhase } from "../../../src/model/phases.js";
import type { Reason } from "../../../src/model/reasons.js";
import type { ChargerReading, MeterReading } from "../../../src/model/readings.js";
import { Battery, type BatteryOptions } from "../../../src/simulator/house/battery.js";
import { Car, type CarOptions } from "../../../src/simulator/house/car.js";
import { Evse } from "../../../src/simulator/house/evse.js";
import { VirtualHouse } from "../../../src/simulator/house/house.js";
import { batteryReading, chargerReading, gridReading } from "../../../src/simulator/house/readings.js";
import { start } from "../support.js";

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
  private readonly options: PlantOptions;
  private memory: Memory = newMemory();
  private planned: ChargerCommand | null = null;
  private decisions: Readonly<Record<string, Decision>> = {};
  private readonly underWay: {
    readonly due: number;
    readonly meter?: MeterReading;
    readonly battery?: MeterReading;
    readonly chargers?: readonly ChargerReading[];
  }[] = [];

  constructor(options: PlantOptions) {
    this.options = options;
    const { settings, vehicles = [], sun = () => 0, household = () => [0, 0, 0], answerTime = 1 } = options;
    this.evses = settings.chargers.map(({ phases, maxCurrent, step }, index) => {
      const evse = new Evse({
        allowed: false,
        current: 6,
        phases: phases === 3 ? 3 : 1,
        maxCurrent,
        resolution: step,
        answerTime,
      });
      evse.plug(new Car({ maxCurrent, ...vehicles[index] }));
      return evse;
    });
    this.battery = options.battery && new Battery(options.battery);
    this.house = new VirtualHouse({
      phases: settings.phases,
      roof: { power: sun },
      // Bit by bit, so that no two readings are alike, as with any real meter.
      household: { powers: (second) => perPhase((i) => household(second)[i] * 230 + ((second * 7 + i) % 11) / 10) },
      evses: settings.chargers.map(({ rotation }, index) => ({ evse: this.evse(index), rotation })),
      ...(this.battery && { battery: this.battery }),
    });
  }

  run(seconds: number): readonly Second[] {
    const first = this.seconds.length;
    for (let passed = 0; passed < seconds; passed++) this.second();
    return this.seconds.slice(first);
  }

  /** What a person asks of the first charger, in the next second. */
  ask(command: ChargerCommand): void {
    this.planned = command;
  }

  /** How far the answers of a meter are trusted. */
  answersOf(meter: string): WiringVerdict {
    const memory = this.memory.meters[meter];
    if (memory === undefined) throw new RangeError(`nothing is known of ${meter}`);
    return wiringVerdict(memory.wiringCheck);
  }

  plug(index: number, car: Car): void {
    this.evse(index).plug(car);
  }

  unplug(index: number): Car {
    const { car } = this.evse(index);
    if (car === null) throw new RangeError(`no car is plugged in at wallbox ${index}`);
    this.evse(index).unplug();
    return car;
  }

  private evse(index: number): Evse {
    const evse = this.evses[index];
    if (evse === undefined) throw new RangeError(`there is no wallbox ${index}`);
    return evse;
  }

  private second(): void {
    const { settings, meterPeriod = 5, meterDelay = 0, chargerPeriod = 5, chargerDelay = 0 } = this.options;
    const { told = (reading) => reading, batteryDelay = 0 } = this.options;
    const second = this.seconds.length;
    this.house.advance(1, second);
    const isHeard = second % meterPeriod === 0;
    const spoken = isHeard ? told(gridReading(this.house), second) : undefined;
    if (spoken !== undefined) this.underWay.push({ due: second + meterDelay, meter: spoken });
    if (this.battery && isHeard)
      this.underWay.push({ due: second + batteryDelay, battery: batteryReading(this.battery) });
    if (second % chargerPeriod === 0)
      this.underWay.push({ due: second + chargerDelay, chargers: this.evses.map((evse) => chargerReading(evse)) });

    const arrived = this.underWay.filter(({ due }) => due === second);
    const meter = arrived.find((each) => each.meter)?.meter;
    const battery = arrived.find((each) => each.battery)?.battery;
    const readings = arrived.find((each) => each.chargers)?.chargers;
    const outcome = pass(settings, this.memory, {
      time: start + second * 1_000,
      meters: { ...(meter && { Grid: meter }), ...(battery && { Battery: battery }) },
      chargers: readings ? Object.fromEntries(settings.chargers.map(({ name }, i) => [name, readings[i] ?? null])) : {},
      commands: this.planned === null ? {} : { [settings.chargers[0]?.name ?? ""]: this.planned },
    });
    this.planned = null;
    this.memory = outcome.memory;
    this.decisions = outcome.decisions;
    settings.chargers.forEach(({ name }, index) => obey(this.evse(index), this.decisions[name]));
    const { currents, power } = this.house.grid;
    this.seconds.push({
      second,
      currents,
      power,
      told: settings.chargers.map(({ name }) => this.decisions[name]?.current ?? 0),
      reasons: settings.chargers.map(({ name }) => this.decisions[name]?.reasons[0]),
      drawn: this.evses.map(({ draw }) => Math.max(...draw)),
      battery: this.battery?.power ?? 0,
      soc: 100 * (this.battery?.soc ?? 0),
    });
  }
}

function obey(evse: Evse, decision: Decision | undefined): void {
  if (decision === undefined) return;
  const { allowCharging, current, phases } = decision;
  if (evse.allowed !== allowCharging) evse.allowed = allowCharging;
  if (!allowCharging) return;
  if (evse.current !== current) evse.current = current;
  if (evse.phases !== phases) evse.phases = phases;
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
