/** How the surplus may change in the next seconds, by how it changed in the last minutes. */

import type { SurplusSample } from "../../estimate/samples.js";
import type { ChargerFacts, Situation } from "../../estimate/situation.js";
import { deadTime, steadyFor, steadyWithin } from "../../parameters.js";
import type { Outlook } from "./current.js";

/** With fewer moves nothing is concluded; more than `mostMoves` are thinned out. */
const fewestMoves = 12;
const mostMoves = 16;

/** W; samples with a wider range don't show a move of the surplus. */
const clearWithin = 20;

/** How the surplus lately moved within the lag of the meter. */
export function outlookOf({ memory, now }: Situation, chargers: readonly ChargerFacts[]): Outlook {
  const lags = chargers.map((charger) => charger.memory.lag.lag?.to ?? deadTime);
  // A change of ours in flight would look like a move of the surplus.
  const clear = memory.surplus.filter(({ low, high, isConfirmed }) => isConfirmed && high - low <= clearWithin);
  const samples = clear.map(({ at, low, high }) => ({ at, power: (low + high) / 2 }));
  return { moves: movesIn(samples, Math.max(0, ...lags)), isSteady: isSteady(memory.surplus, now) };
}

/** W, ascending. @param time ms from the beginning to the end of a move */
function movesIn(samples: readonly { readonly at: number; readonly power: number }[], time: number): readonly number[] {
  if (time === 0) return [];
  const moves: number[] = [];
  let later = 0;
  for (const { at, power } of samples) {
    while (later < samples.length && (samples[later]?.at ?? 0) < at + time) later++;
    const then = samples[later];
    if (then !== undefined) moves.push(then.power - power);
  }
  if (moves.length < fewestMoves) return [];
  moves.sort((a, b) => a - b);
  const apart = Math.max(1, moves.length / mostMoves);
  const count = Math.floor(moves.length / apart);
  return Array.from({ length: count }, (_, i) => moves[Math.floor((i + 0.5) * apart)] ?? 0);
}

/** Whether the surplus may have been constant for minutes, given the range of each sample. */
function isSteady(samples: readonly SurplusSample[], now: number): boolean {
  const lately = samples.filter(({ at }) => at >= now - steadyFor);
  if (lately.length < 3 || lately.length === samples.length) return false;
  return Math.max(...lately.map(({ low }) => low)) - Math.min(...lately.map(({ high }) => high)) <= steadyWithin;
}
