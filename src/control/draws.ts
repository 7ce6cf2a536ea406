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

type Draw = Omit<DrawSample, "at">;

const nothing: Draw = { currents: [0, 0, 0], power: 0 };

/**
 * What of a charger's draw a meter reading taken at `measuredAt` may show. The meter is as late as its lag was learnt
 * to be; until then it may have seen all of the last seconds or nothing of them. Where the charger has not spoken
 * since, a command that is under way may have come through, too.
 */
export function drawRange(charger: ChargerFacts, measuredAt: number, voltage: number): DrawRange {
  const { draws, commands, lag } = charger.memory;
  const { from: least, to: most } = lag.lag ?? { from: 0, to: deadTime };
  const [from, to] = [measuredAt - most, measuredAt - least];

  const before = draws.findLastIndex(({ at }) => at <= from);
  const after = draws.findIndex(({ at }) => at >= to);
  const said = draws.slice(Math.max(0, before), after < 0 ? undefined : after + 1);
  const isConfirmed = after >= 0;
  const underWay = commands.filter((command, i) => isUnderWay(charger, command, i, from));
  const told = (isConfirmed && lag.lag !== null) || !charger.plugged ? [] : underWay;
  return { ...rangeOf([...said, ...told.map((command) => drawOf(charger, command, voltage))]), isConfirmed };
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
