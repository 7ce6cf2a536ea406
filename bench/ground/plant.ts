/**
 * The closed loop: the virtual house at one step a second, where energies are counted, and a controller that knows only
 * what meter and charger tell it.
 */

import type { ControlSettings } from "../../src/control/settings.js";
import type { Decision } from "../../src/model/commands.js";
import type { MeterReading, ChargerReading } from "../../src/model/readings.js";
import { Battery, type BatteryOptions } from "../../src/simulator/house/battery.js";
import { Car, type CarOptions } from "../../src/simulator/house/car.js";
import { Evse, type EvseOptions } from "../../src/simulator/house/evse.js";
import { VirtualHouse } from "../../src/simulator/house/house.js";
import { Metering, type MeteringOptions } from "../../src/simulator/house/metering.js";
import { batteryReading, chargerReading } from "../../src/simulator/house/readings.js";
import type { Controller } from "./controller.js";
import type { Surroundings } from "./days.js";
import type { Score } from "./score.js";
import { batteryName, meterName } from "./settings.js";

export interface PlantOptions {
  readonly settings: ControlSettings;
  readonly surroundings: Surroundings;
  readonly meter?: MeteringOptions;
  /** For each charger of the settings. */
  readonly cars?: readonly CarOptions[];
  readonly evse?: EvseOptions;
  /** s between two readings of the chargers; without, whenever the meter speaks. */
  readonly chargerPeriod?: number;
  /** s between two passes, if nothing new is heard in between; without, only news are decided on. */
  readonly heartbeat?: number;
  /** The meter falls silent for good at this second. */
  readonly meterSilentFrom?: number;
  /** Told of by a meter of its own, whenever the grid meter speaks. */
  readonly battery?: BatteryOptions;
  /** All cars come at this second; without, they are there from the beginning. */
  readonly pluggedAt?: number;
}

/** One second as it was. */
export interface Moment {
  readonly second: number;
  readonly house: VirtualHouse;
  readonly evses: readonly Evse[];
  readonly battery: Battery | undefined;
}

export interface PlantRun {
  readonly score: Score;
  /** Seconds at which a contactor closed, in order. */
  readonly closings: readonly number[];
  /** How often a charger was told to start, or to use another number of phases, whether it charged or not. */
  readonly relaySwitches: number;
}

/** ms since 1970 at which every run begins. */
const start = Date.UTC(2026, 5, 21, 3);

/** @param watch is called after every second */
export function runPlant(
  controller: Controller,
  {
    settings,
    surroundings,
    meter = {},
    cars = [],
    evse: built = {},
    chargerPeriod,
    heartbeat,
    meterSilentFrom,
    pluggedAt = 0,
    battery: stored,
  }: PlantOptions,
  watch: (moment: Moment) => void = () => undefined,
): PlantRun {
  const { pv, household } = surroundings;
  const evses = settings.chargers.map(({ phases, maxCurrent, step }) => {
    const evse = new Evse({
      allowed: false,
      current: 6,
      phases: phases === 3 ? 3 : 1,
      maxCurrent,
      resolution: step,
      ...built,
    });
    return evse;
  });
  const battery = stored === undefined ? undefined : new Battery(stored);
  let second = 0;
  const house = new VirtualHouse({
    voltage: settings.voltage,
    phases: settings.phases,
    roof: { power: () => pv[second] ?? 0 },
    household: { powers: () => household[second] ?? [0, 0, 0] },
    evses: evses.map((evse, index) => ({ evse, rotation: settings.chargers[index]?.rotation ?? [0, 1, 2] })),
    ...(battery !== undefined && { battery }),
  });
  const metering = new Metering({ period: 5, ...meter });
  const decide = controller.start(settings);
  const score = { solar: 0, imported: 0, starts: 0, switches: 0 };
  const closings: number[] = [];
  let relaySwitches = 0;
  let closed = evses.map(() => false);

  for (; second < pv.length; second++) {
    if (second === pluggedAt)
      evses.forEach((evse, index) => {
        const maxCurrent = settings.chargers[index]?.maxCurrent ?? 0;
        evse.plug(new Car({ maxCurrent, energy: Infinity, ...cars[index] }));
      });
    house.advance(1, second % 86_400);
    const reading = second >= (meterSilentFrom ?? Infinity) ? null : metering.tell(second, house.grid);
    const asked = chargerPeriod === undefined ? reading !== null : second % chargerPeriod === 0;
    if (reading !== null || asked || (heartbeat !== undefined && second % heartbeat === 0)) {
      const meters: Record<string, MeterReading> = reading === null ? {} : { [meterName]: reading };
      if (reading !== null && battery !== undefined) meters[batteryName] = batteryReading(battery);
      const chargers: Record<string, ChargerReading> = {};
      if (asked) settings.chargers.forEach(({ name }, i) => (chargers[name] = chargerReading(evseAt(evses, i))));
      const decisions = decide({ time: start + second * 1_000, meters, chargers, commands: {} });
      settings.chargers.forEach(({ name }, i) => {
        const { starts, switchesCharging, switchesIdle } = obey(evseAt(evses, i), decisions[name]);
        score.starts += starts;
        score.switches += switchesCharging;
        relaySwitches += starts + switchesCharging + switchesIdle;
      });
    }
    closed = evses.map(({ offer }, i) => {
      if (offer !== null && closed[i] !== true) closings.push(second);
      return offer !== null;
    });
    watch({ second, house, evses, battery });
  }
  score.solar = house.carEnergyFromSolar;
  score.imported = house.car.energy - house.carEnergyFromSolar;
  return { score, closings, relaySwitches };
}

function evseAt(evses: readonly Evse[], index: number): Evse {
  const evse = evses[index];
  if (evse === undefined) throw new RangeError(`there is no wallbox ${index}`);
  return evse;
}

function obey(evse: Evse, decision: Decision | undefined) {
  if (decision === undefined) return { starts: 0, switchesCharging: 0, switchesIdle: 0 };
  const { allowCharging, current, phases } = decision;
  const switches = evse.phases === phases ? 0 : 1;
  const charges = allowCharging && evse.allowed;
  const starts = allowCharging && !evse.allowed ? 1 : 0;
  evse.allowed = allowCharging;
  if (allowCharging) evse.current = current;
  evse.phases = phases;
  return { starts, switchesCharging: charges ? switches : 0, switchesIdle: charges ? 0 : switches };
}
