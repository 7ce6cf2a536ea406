/** Which draw of our chargers a meter reading may show, given the meter's lag and commands in flight. */

import { perPhase, type PerPhase } from "../../model/phases.js";
import type { DrawSample } from "../observe/charger-draw.js";
import type { SetpointCommand } from "../observe/charger-memory.js";
import { deadTime, noticeableCurrent, slowestCharger } from "../parameters.js";
import type { ChargerFacts } from "./situation.js";

/** The draw of a charger that a meter may show, as a range. */
export interface DrawRange {
  /** A */
  readonly low: PerPhase<number>;
  readonly high: PerPhase<number>;
  /** A that it reported at most: without commands in flight. */
  readonly reported: PerPhase<number>;
  /** W */
  readonly lowPower: number;
  readonly highPower: number;
  /** The charger has reported since the latest time that the meter may show. */
  readonly isConfirmed: boolean;
}

/**
 * The draw of a charger that a meter reading may show, for guarding a fuse: whatever was learnt of the lag, the meter
 * may show all of the last seconds or nothing of them, and a command in flight may have taken effect or not.
 * @param measuredAt ms since 1970, of the meter reading
 * @param voltage V, phase to neutral
 * @param later ms by which the response may be later still, because of a house battery
 */
export function drawRange(charger: ChargerFacts, measuredAt: number, voltage: number, later = 0): DrawRange {
  const { plugged, memory } = charger;
  const from = measuredAt - Math.max(deadTime, memory.lag.lag?.to ?? 0) - later;
  const reported = reportedBetween(memory.draws, from, measuredAt);
  let range = reported;
  for (let i = plugged ? memory.commands.length - 1 : -1; i >= 0; i--) {
    const command = memory.commands[i];
    if (command === undefined || !isInFlight(charger, command, i, from)) break;
    range = widened(range, offeredDraw(charger, command, voltage));
  }
  return range === reported ? reported : { ...range, reported: reported.high };
}

/**
 * The same for the surplus, where less is at stake: the meter is as late as its lag was learnt to be. Until the charger
 * has reported since, its car may have begun to draw what it is offered.
 */
export function likelyDraw(charger: ChargerFacts, measuredAt: number, voltage: number, later = 0): DrawRange {
  const { plugged, memory } = charger;
  const { lag } = memory.lag;
  if (lag === null) return drawRange(charger, measuredAt, voltage, later);
  const reported = reportedBetween(memory.draws, measuredAt - lag.to - later, measuredAt - lag.from);
  const offered = memory.commands.at(-1);
  if (!plugged || offered === undefined || reported.isConfirmed) return reported;
  return { ...widened(reported, offeredDraw(charger, offered, voltage)), reported: reported.high };
}

/** What it reported between two times, with the reports just before and after. Called often, hence the plain loop. */
function reportedBetween(draws: readonly DrawSample[], from: number, to: number): DrawRange {
  const newest = draws.at(-1);
  if (newest === undefined) return noDraw;
  let isConfirmed = newest.at >= to;
  let [low1, low2, low3] = [Infinity, Infinity, Infinity];
  let [high1, high2, high3] = [0, 0, 0];
  let [lowPower, highPower] = [Infinity, 0];
  for (let i = draws.length - 1; i >= 0; i--) {
    const draw = draws[i];
    if (draw === undefined) break;
    const isFirst = draw.at <= from || i === 0;
    if (i === 0 || (draws[i - 1]?.at ?? 0) < to) {
      const { currents, power } = draw;
      const l1 = currents[0];
      const l2 = currents[1];
      const l3 = currents[2];
      if (l1 < low1) low1 = l1;
      if (l2 < low2) low2 = l2;
      if (l3 < low3) low3 = l3;
      if (l1 > high1) high1 = l1;
      if (l2 > high2) high2 = l2;
      if (l3 > high3) high3 = l3;
      if (power < lowPower) lowPower = power;
      if (power > highPower) highPower = power;
      if (draw.isAfterFailure === true && !isFirst) isConfirmed = false;
    }
    if (isFirst) break;
  }
  const high: PerPhase<number> = [high1, high2, high3];
  return { low: [low1, low2, low3], high, reported: high, lowPower, highPower, isConfirmed };
}

const noDraw: DrawRange = {
  low: [0, 0, 0],
  high: [0, 0, 0],
  reported: [0, 0, 0],
  lowPower: 0,
  highPower: 0,
  isConfirmed: false,
};

function widened(range: DrawRange, { currents, power }: Pick<DrawSample, "currents" | "power">): DrawRange {
  return {
    ...range,
    low: perPhase((i) => Math.min(range.low[i], currents[i])),
    high: perPhase((i) => Math.max(range.high[i], currents[i])),
    lowPower: Math.min(range.lowPower, power),
    highPower: Math.max(range.highPower, power),
  };
}

function isInFlight(charger: ChargerFacts, command: SetpointCommand, index: number, from: number): boolean {
  const isNewest = index === charger.memory.commands.length - 1;
  return command.at > from || (isNewest && !hasShown(charger, command));
}

/** Whether a reading of the charger has shown the effect of a command, or the command is too old to be waited for. */
function hasShown({ memory: { draws }, now }: ChargerFacts, { at: since, current }: SetpointCommand): boolean {
  if (now - since > slowestCharger) return true;
  for (let i = draws.length - 1; i >= 0; i--) {
    const draw = draws[i];
    if (draw === undefined || draw.at <= since) return false;
    const [l1, l2, l3] = draw.currents;
    if (Math.abs(Math.max(l1, l2, l3) - current) < noticeableCurrent) return true;
  }
  return false;
}

function offeredDraw(
  charger: ChargerFacts,
  { current, phases }: SetpointCommand,
  voltage: number,
): Pick<DrawSample, "currents" | "power"> {
  const loads = charger.loads(phases);
  return {
    currents: perPhase((i) => (loads.includes(i) ? current * charger.overdrawRatio : 0)),
    power: current * charger.overdrawRatio * voltage * charger.activePhases(phases),
  };
}
