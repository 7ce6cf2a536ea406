/**
 * The open loop: charger and car have no delay, so that only the decisions are measured. At each tick
 * the controller gets the current surplus, and the car draws what it decides until the next.
 */

import type { Observation } from "../../src/control/observation.js";
import type { Decision } from "../../src/model/commands.js";
import { perPhase } from "../../src/model/phases.js";
import { noChargerReading, noQuantities, type ChargerReading } from "../../src/model/readings.js";
import { clairvoyant, rewardsOf } from "./bound.js";
import type { Controller } from "./controller.js";
import type { Day } from "./days.js";
import type { Score } from "./score.js";
import { chargerName, levelsOf, meterName, sunSettings, voltage, type Charging } from "./settings.js";

export interface OpenLoop {
  readonly day: Day;
  readonly charging: Charging;
  readonly importPenalty: number;
  /** s between two decisions */
  readonly tick: number;
}

/** ms since 1970 at which every day begins. */
const start = Date.UTC(2026, 5, 21, 3);

export interface OpenLoopRun {
  readonly score: Score;
  /** Seconds of the day at which the contactor closed. */
  readonly closings: readonly number[];
}

export function runOpenLoop(controller: Controller, { day, charging, importPenalty, tick }: OpenLoop): OpenLoopRun {
  const decide = controller.start(sunSettings(charging, importPenalty));
  let now: Decision = { allowCharging: false, current: 0, phases: charging.phases === 3 ? 3 : 1, reasons: [] };
  const closings: number[] = [];
  const score = { solar: 0, imported: 0, starts: 0, switches: 0 };
  const { surplus } = day;
  for (let second = 0; second + tick <= surplus.length; second += tick) {
    const decision = decide(seen(now, surplus[second] ?? 0, start + second * 1_000))[chargerName] ?? now;
    const starts = decision.allowCharging && !now.allowCharging;
    const switches = decision.allowCharging && now.allowCharging && decision.phases !== now.phases;
    if (starts) score.starts += 1;
    if (switches) score.switches += 1;
    if (starts || switches) closings.push(second);
    now = decision.allowCharging ? decision : { ...decision, current: 0 };
    const power = powerOf(now);
    for (let i = second; i < second + tick; i++) {
      const solar = Math.min(power, Math.max(0, surplus[i] ?? 0));
      score.solar += solar / 3_600;
      score.imported += (power - solar) / 3_600;
    }
  }
  return { score, closings };
}

/**
 * The bound shares levels, tick, minimum run and the price of starts and switches with the controllers; phases
 * change within no time, as they do for the controllers here.
 */
export function boundOfOpenLoop(problem: OpenLoop): Score {
  return optimum(problem);
}

/** The same, but its levels are the best ones for the newest reading: what can be gained by starts and stops only. */
export function startsOfOpenLoop(problem: OpenLoop): Score {
  return optimum(problem, 0);
}

function optimum({ day, charging, importPenalty, tick }: OpenLoop, late?: number): Score {
  const { minimumRun } = sunSettings(charging, importPenalty);
  const options = { step: tick, importPenalty, ...(late !== undefined && { late }) };
  const modes = levelsOf(charging).map((levels) => rewardsOf(day.surplus, levels, options));
  return clairvoyant({ modes, minimumRun: Math.ceil(minimumRun / 1_000 / tick), switchPause: 0 }).score;
}

function powerOf({ allowCharging, current, phases }: Decision): number {
  return allowCharging ? current * phases * voltage : 0;
}

function seen(held: Decision, surplus: number, time: number): Observation {
  const own = perPhase((i) => (i < held.phases ? held.current : 0));
  const power = powerOf(held) - surplus;
  const currents = perPhase((i) => own[i] - surplus / 3 / voltage);
  const charger: ChargerReading = {
    ...noChargerReading,
    state: held.current > 0 ? "charging" : "connected",
    allowCharging: held.allowCharging,
    enabled: held.allowCharging,
    maxAmpere: held.current > 0 ? held.current : 6,
    phases: held.phases,
    currentL1: own[0],
    currentL2: own[1],
    currentL3: own[2],
    power: powerOf(held),
  };
  const grid = { ...noQuantities, power, currents, voltages: perPhase(() => voltage) };
  return { time, meters: { [meterName]: { grid } }, chargers: { [chargerName]: charger }, commands: {} };
}
