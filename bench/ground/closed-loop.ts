/**
 * The closed loop over many houses: each has PV, weather, appliances, meter, charger and car, all generated from one
 * seed. The bound knows the whole day and acts without delay: see `boundOfHouse`.
 */

import type { CarOptions } from "../../src/simulator/house/car.js";
import type { MeteringOptions } from "../../src/simulator/house/metering.js";
import { seededRandom } from "../../src/simulator/house/random.js";
import { weatherKinds } from "../../src/simulator/house/weather.js";
import { clairvoyant, rewardsOf } from "./bound.js";
import type { Controller } from "./controller.js";
import { makeSurroundings, surplusOf, type Surroundings } from "./days.js";
import { runPlant, type PlantRun } from "./plant.js";
import type { Score } from "./score.js";
import { auto16, levelsOf, onePhase32, sunSettings, threePhases16, type Charging } from "./settings.js";

export interface House {
  readonly name: string;
  readonly charging: Charging;
  readonly surroundings: Surroundings;
  readonly meter: Required<Pick<MeteringOptions, "period" | "delay" | "noise" | "lost" | "seed">>;
  readonly car: CarOptions;
  readonly evse: { readonly answerTime: number; readonly switchPause: number };
}

const chargings = [onePhase32, threePhases16, auto16];

/** Houses from a seed on: every combination of weather and charging in rotation. */
export function makeHouses(count: number, firstSeed: number): readonly House[] {
  return Array.from({ length: count }, (_, index) => makeHouse(index, firstSeed + index));
}

function makeHouse(index: number, seed: number): House {
  const random = seededRandom(seed);
  const between = (from: number, to: number) => from + (to - from) * random();
  const weather = weatherKinds[index % weatherKinds.length] ?? "clear";
  const charging = chargings[Math.floor(index / weatherKinds.length) % chargings.length] ?? onePhase32;
  const peak = Math.round(between(3, 10) * 10) / 10;
  return {
    name: `${weather}, ${peak} kWp, ${charging.name}`,
    charging,
    surroundings: makeSurroundings({ weather, seed, peak }),
    meter: {
      period: Math.round(between(5, 10)),
      delay: Math.round(between(0, 3)),
      noise: between(0, 20),
      lost: between(0, 0.03),
      seed,
    },
    car: { ramp: between(1, 4), response: between(1, 3), lazyStart: between(2, 8) },
    evse: { answerTime: between(0.5, 3), switchPause: Math.round(between(5, 15)) },
  };
}

export function runHouse(controller: Controller, house: House, importPenalty: number): PlantRun {
  const { charging, surroundings, meter, car, evse } = house;
  const settings = sunSettings(charging, importPenalty);
  const own = { ...car, phases: charging.phases === 1 ? 1 : 3 } as const;
  return runPlant(controller, { settings, surroundings, meter, evse, cars: [own] });
}

/**
 * The same seconds of sun and house, the same levels, minimum run, price of a start and pause for switching phases, and
 * a new level at most once in the meter's period; but it knows the future, and car and charger follow it at once, without
 * ramp or sleep. No controller in the closed loop can reach it.
 */
export function boundOfHouse(house: House, importPenalty: number): Score {
  return optimum(house, importPenalty);
}

/**
 * The same, but its levels are the best ones for the newest reading, as late as meter, charger and car together:
 * what can be gained by starts and stops only.
 */
export function startsOfHouse(house: House, importPenalty: number): Score {
  const { meter, evse, car } = house;
  return optimum(house, importPenalty, Math.round(meter.delay + evse.answerTime + (car.response ?? 0)));
}

function optimum({ charging, surroundings, meter, evse }: House, importPenalty: number, late?: number): Score {
  const { minimumRun } = sunSettings(charging, importPenalty);
  const step = meter.period;
  const surplus = surplusOf(surroundings);
  const options = { step, importPenalty, ...(late !== undefined && { late }) };
  const modes = levelsOf(charging).map((levels) => rewardsOf(surplus, levels, options));
  return clairvoyant({
    modes,
    minimumRun: Math.ceil(minimumRun / 1_000 / step),
    switchPause: Math.ceil(evse.switchPause / step),
  }).score;
}
