/**
 * The closed loop: a virtual house at one step a second, meters and chargers that are read with their delays, something
 * that decides, and chargers that carry out what was decided. No protocol and no clock: an hour takes a moment.
 */

import type { Observation } from "../control/observation.js";
import type { ControlSettings } from "../control/settings.js";
import type { ChargerCommand, Decision } from "../model/commands.js";
import type { PerPhase } from "../model/phases.js";
import type { ChargerReading, MeterReading } from "../model/readings.js";
import { Battery, type BatteryOptions } from "./house/battery.js";
import { Car, type CarOptions } from "./house/car.js";
import { Evse, type EvseOptions } from "./house/evse.js";
import { VirtualHouse } from "./house/house.js";
import { Metering, type MeteringOptions } from "./house/metering.js";
import { batteryReading, chargerReading } from "./house/readings.js";

/** By name of the charger; one that is left out goes on as it was. */
export type Decisions = Readonly<Record<string, Decision>>;

export interface ClosedLoopOptions {
  readonly settings: ControlSettings;
  /** W that the roof gives, by the second since the start. */
  readonly pv: (second: number) => number;
  /** W that the household takes on L1, L2, L3. */
  readonly household: (second: number) => PerPhase<number>;
  /** What the chargers are like, beside what the settings say. */
  readonly evse?: EvseOptions;
  /** One for each charger of the settings; what is left out of it follows from the charger, or is a car's usual. */
  readonly cars?: readonly CarOptions[];
  /** Second at which all cars come; left out: they are there from the beginning. */
  readonly pluggedAt?: number;
  /** Measured by a meter of its own, named `Battery`. */
  readonly battery?: BatteryOptions;
  /** Name of the meter at the grid; left out: `Grid`. */
  readonly meterName?: string;
  /** How it measures; left out: every 5 s, exactly and at once. */
  readonly metering?: MeteringOptions;
  /** What it gives of a reading that it has taken in this second; `null`: nothing. Left out: all of it. */
  readonly given?: (reading: MeterReading, second: number) => MeterReading | null;
  /** s from measuring the battery to the reading; left out: it is read when the grid's reading arrives. */
  readonly batteryDelay?: number;
  /** s between two readings of the chargers; left out: they are read when the grid's reading arrives. */
  readonly chargerPeriod?: number;
  /** s from a charger's state to its reading. */
  readonly chargerDelay?: number;
  /** s between two decisions while nothing was read; left out: decisions need a reading. */
  readonly heartbeat?: number;
  /** ms since 1970 of second 0. */
  readonly start: number;
  readonly decide: (observation: Observation) => Decisions;
}

/** What became of a charger by a decision. */
export interface Change {
  readonly starts: boolean;
  /** Another number of phases, while it may charge and while it may not. */
  readonly switchesCharging: boolean;
  readonly switchesIdle: boolean;
}

/** One second of the loop. */
export interface Second {
  readonly second: number;
  /** `null`: nothing was decided. */
  readonly decisions: Decisions | null;
  /** For each charger; empty: nothing was decided. */
  readonly changes: readonly Change[];
}

/** What the meter of a battery is called. */
export const batteryName = "Battery";

/** s */
const usualPeriod = 5;

export class ClosedLoop {
  readonly evses: readonly Evse[];
  readonly house: VirtualHouse;
  readonly battery: Battery | undefined;
  readonly #options: ClosedLoopOptions;
  readonly #metering: Metering;
  readonly #batteryReadings: Delivery<MeterReading>;
  readonly #chargerReadings: Delivery<Readonly<Record<string, ChargerReading>>>;
  #commands: Readonly<Record<string, ChargerCommand>> = {};
  #second = 0;

  constructor(options: ClosedLoopOptions) {
    const { settings, pv, household, evse = {}, battery, metering, batteryDelay = 0, chargerDelay = 0 } = options;
    this.#options = options;
    this.#metering = new Metering({ period: usualPeriod, ...metering });
    this.#batteryReadings = new Delivery(batteryDelay);
    this.#chargerReadings = new Delivery(chargerDelay);
    this.evses = settings.chargers.map(({ minCurrent, phases, maxCurrent, step }) => {
      const own = { current: minCurrent, phases: phases === 3 ? 3 : 1, maxCurrent, resolution: step } as const;
      return new Evse({ allowed: false, ...own, ...evse });
    });
    this.battery = battery && new Battery(battery);
    this.house = new VirtualHouse({
      voltage: settings.voltage,
      phases: settings.phases,
      roof: { power: () => pv(this.#second) },
      household: { powers: () => household(this.#second) },
      evses: settings.chargers.map(({ rotation }, index) => ({ evse: this.evse(index), rotation })),
      ...(this.battery && { battery: this.battery }),
    });
    if (options.pluggedAt === undefined) this.#plug();
  }

  /** @throws RangeError where there is none */
  evse(index: number): Evse {
    const evse = this.evses[index];
    if (evse === undefined) throw new RangeError(`there is no charger ${index}`);
    return evse;
  }

  /** What people ask of the chargers, by name, at the next decision. */
  command(commands: Readonly<Record<string, ChargerCommand>>): void {
    this.#commands = commands;
  }

  /** Lets a second pass. */
  advance(): Second {
    const { settings, pluggedAt, heartbeat, start, decide } = this.#options;
    const second = this.#second;
    if (second === pluggedAt) this.#plug();
    this.house.advance(1, second % 86_400);
    const { meters, chargers } = this.#read(second);
    this.#second += 1;
    const isDue = heartbeat !== undefined && second % heartbeat === 0;
    if (Object.keys(meters).length === 0 && chargers === null && !isDue)
      return { second, decisions: null, changes: [] };
    const commands = this.#commands;
    this.#commands = {};
    const decisions = decide({ time: start + second * 1_000, meters, chargers: chargers ?? {}, commands });
    const changes = settings.chargers.map(({ name }, index) => carryOut(this.evse(index), decisions[name]));
    return { second, decisions, changes };
  }

  #plug(): void {
    const { settings, cars = [] } = this.#options;
    settings.chargers.forEach(({ maxCurrent }, index) =>
      this.evse(index).plug(new Car({ maxCurrent, ...cars[index] })),
    );
  }

  /** What arrives in this second. */
  #read(second: number) {
    const { settings, meterName = "Grid", metering = {}, batteryDelay, chargerPeriod } = this.#options;
    const { battery } = this;
    const grid = this.#gridReading(second);
    const meters: Record<string, MeterReading> = grid === null ? {} : { [meterName]: grid };
    if (battery !== undefined) {
      const { period = usualPeriod } = metering;
      const isMeasured = batteryDelay === undefined ? grid !== null : second % period === 0;
      const reading = this.#batteryReadings.at(second, isMeasured ? batteryReading(battery) : null);
      if (reading !== null) meters[batteryName] = reading;
    }
    const isAsked = chargerPeriod === undefined ? grid !== null : second % chargerPeriod === 0;
    const all = () =>
      Object.fromEntries(settings.chargers.map(({ name }, index) => [name, chargerReading(this.evse(index))]));
    return { meters, chargers: this.#chargerReadings.at(second, isAsked ? all() : null) };
  }

  #gridReading(second: number): MeterReading | null {
    const { metering = {}, given } = this.#options;
    const reading = this.#metering.read(second, this.house.grid);
    return reading === null || given === undefined ? reading : given(reading, second - (metering.delay ?? 0));
  }
}

/** Readings that arrive some time after they were taken. */
class Delivery<T> {
  readonly #delay: number;
  #underWay: readonly { readonly due: number; readonly value: T }[] = [];

  /** @param delay s */
  constructor(delay: number) {
    this.#delay = delay;
  }

  /** @param taken in this second; `null`: nothing @returns what arrives in it; `null`: nothing */
  at(second: number, taken: T | null): T | null {
    if (taken !== null) this.#underWay = [...this.#underWay, { due: second + this.#delay, value: taken }];
    const arrived = this.#underWay.filter(({ due }) => due <= second).at(-1);
    this.#underWay = this.#underWay.filter(({ due }) => due > second);
    return arrived === undefined ? null : arrived.value;
  }
}

function carryOut(evse: Evse, decision: Decision | undefined): Change {
  if (decision === undefined) return { starts: false, switchesCharging: false, switchesIdle: false };
  const { allowCharging, current, phases } = decision;
  const switches = evse.phases !== phases;
  const charges = allowCharging && evse.allowed;
  const starts = allowCharging && !evse.allowed;
  evse.allowed = allowCharging;
  if (allowCharging) evse.current = current;
  evse.phases = phases;
  return { starts, switchesCharging: switches && charges, switchesIdle: switches && !charges };
}
