/** What of our chargers' draw a meter's reading may show, by how much later than they themselves it shows it. */

import { perPhase, type PerPhase } from "../model/phases.js";
import { deadTime, noticeableCurrent, slowestCharger } from "./limits.js";
import type { DrawSample, Given } from "./memory.js";
import type { ChargerFacts } from "./situation.js";

/** A draw that a meter may show: all that is between the two. */
export interface DrawRange {
  readonly low: PerPhase<number>;
  readonly high: PerPhase<number>;
  /** W */
  readonly lowPower: number;
  readonly highPower: number;
  /** The charger has spoken since the time that the meter may show. */
  readonly isConfirmed: boolean;
}

type Draw = Pick<DrawSample, "currents" | "power">;

const nothing: Draw = { currents: [0, 0, 0], power: 0 };

/**
 * What of a charger's draw a meter reading taken at `measuredAt` may show, as far as a fuse depends on it: whatever its
 * lag seems to be, the meter may have seen all of the last seconds or nothing of them, and a command that is under way
 * may have come through, too.
 * @param later ms by which what makes up for the meter may be later still
 */
export function drawRange(charger: ChargerFacts, measuredAt: number, voltage: number, later = 0): DrawRange {
  const from = measuredAt - Math.max(deadTime, charger.memory.lag.lag?.to ?? 0) - later;
  const { draws, isConfirmed } = saidBetween(charger, from, measuredAt);
  const underWay = charger.memory.commands.filter((command, i) => isUnderWay(charger, command, i, from));
  return { ...rangeOf([...draws, ...drawsOf(charger, underWay, voltage)]), isConfirmed };
}

/**
 * The same, as far as only the sun depends on it: the meter is as late as its lag was learnt to be. Until the charger
 * has spoken since, its car may have come to take what it is offered.
 */
export function likelyDraw(charger: ChargerFacts, measuredAt: number, voltage: number, later = 0): DrawRange {
  const { lag } = charger.memory.lag;
  if (lag === null) return drawRange(charger, measuredAt, voltage, later);
  const { draws, isConfirmed } = saidBetween(charger, measuredAt - lag.to - later, measuredAt - lag.from);
  const offered = isConfirmed ? [] : charger.memory.commands.slice(-1);
  return { ...rangeOf([...draws, ...drawsOf(charger, offered, voltage)]), isConfirmed };
}

/** What it said to draw between two times, with the words just before and after, and whether there is one after. */
function saidBetween({ memory: { draws } }: ChargerFacts, from: number, to: number) {
  const before = draws.findLastIndex(({ at }) => at <= from);
  const after = draws.findIndex(({ at }) => at >= to);
  const said = draws.slice(Math.max(0, before), after < 0 ? undefined : after + 1);
  const isUnbroken = said.every(({ isAfterFailure }, i) => i === 0 || isAfterFailure !== true);
  return { draws: said, isConfirmed: after >= 0 && isUnbroken };
}

function drawsOf(charger: ChargerFacts, commands: readonly Given[], voltage: number): readonly Draw[] {
  return charger.plugged ? commands.map((command) => drawOf(charger, command, voltage)) : [];
}

function rangeOf(draws: readonly Draw[]): Omit<DrawRange, "isConfirmed"> {
  const all = draws.length > 0 ? draws : [nothing];
  return {
    low: perPhase((i) => Math.min(...all.map(({ currents }) => currents[i]))),
    high: perPhase((i) => Math.max(...all.map(({ currents }) => currents[i]))),
    lowPower: Math.min(...all.map(({ power }) => power)),
    highPower: Math.max(...all.map(({ power }) => power)),
  };
}

function isUnderWay(charger: ChargerFacts, command: Given, index: number, from: number): boolean {
  const isNewest = index === charger.memory.commands.length - 1;
  return command.at > from || (isNewest && !hasShown(charger, command));
}

/** A reading of the charger has shown the effect of the command, or it is too old to be waited for. */
function hasShown({ memory, now }: ChargerFacts, { at: since, current }: Given): boolean {
  if (now - since > slowestCharger) return true;
  return memory.draws.some(
    ({ at, currents }) => at > since && Math.abs(Math.max(...currents) - current) < noticeableCurrent,
  );
}

function drawOf(charger: ChargerFacts, { current, phases }: Given, voltage: number): Draw {
  const loads = charger.loads(phases);
  return {
    currents: perPhase((i) => (loads.includes(i) ? current * charger.greed : 0)),
    power: current * charger.greed * voltage * charger.activePhases(phases),
  };
}
