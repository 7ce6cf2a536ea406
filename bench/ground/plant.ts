/** Runs a controller in the closed loop of the simulator, and scores it. */

import type { ControlSettings } from "../../src/control/settings.js";
import { ClosedLoop } from "../../src/simulator/closed-loop.js";
import type { Battery, BatteryOptions } from "../../src/simulator/house/battery.js";
import type { CarOptions } from "../../src/simulator/house/car.js";
import type { Evse, EvseOptions } from "../../src/simulator/house/evse.js";
import type { VirtualHouse } from "../../src/simulator/house/house.js";
import type { MeteringOptions } from "../../src/simulator/house/metering.js";
import type { Controller } from "./controller.js";
import type { Surroundings } from "./days.js";
import type { Score } from "./score.js";
import { meterName } from "./settings.js";

export interface PlantOptions {
  readonly settings: ControlSettings;
  readonly surroundings: Surroundings;
  readonly meter?: MeteringOptions;
  /** For each charger of the settings. */
  readonly cars?: readonly CarOptions[];
  readonly evse?: EvseOptions;
  /** s between two readings of the chargers. Absent: whenever the meter is read. */
  readonly chargerPeriod?: number;
  /** s between two decisions without a reading in between. Absent: decisions follow readings only. */
  readonly heartbeat?: number;
  /** Second from which on the meter reports nothing. */
  readonly meterSilentFrom?: number;
  /** A house battery with its own meter, read whenever the grid meter is. */
  readonly battery?: BatteryOptions;
  /** Second at which all cars are plugged in. Absent: from the beginning. */
  readonly pluggedAt?: number;
}

/** The state in one second. */
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
  /** How often a charger was set to start, or to use another number of phases, whether it charged or not. */
  readonly relaySwitches: number;
}

/** ms since 1970 at which every run begins. */
const start = Date.UTC(2026, 5, 21, 3);

/** @param watch is called after every second */
export function runPlant(
  controller: Controller,
  { settings, surroundings, meter, cars = [], meterSilentFrom = Infinity, ...options }: PlantOptions,
  watch: (moment: Moment) => void = () => undefined,
): PlantRun {
  const { pv, household } = surroundings;
  const loop = new ClosedLoop({
    ...options,
    settings,
    start,
    pv: (second) => pv[second] ?? 0,
    household: (second) => household[second] ?? [0, 0, 0],
    cars: settings.chargers.map((_charger, index) => ({ energy: Infinity, ...cars[index] })),
    meterName,
    ...(meter && { metering: meter }),
    given: (reading, second) => (second >= meterSilentFrom ? null : reading),
    decide: controller.start(settings),
  });
  const { house, evses, battery } = loop;
  const score = { solar: 0, imported: 0, starts: 0, switches: 0 };
  const closings: number[] = [];
  let relaySwitches = 0;
  let closed = evses.map(() => false);
  for (let left = pv.length; left > 0; left--) {
    const { second, changes } = loop.advance();
    for (const { starts, switchesCharging, switchesIdle } of changes) {
      score.starts += Number(starts);
      score.switches += Number(switchesCharging);
      relaySwitches += Number(starts) + Number(switchesCharging) + Number(switchesIdle);
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
