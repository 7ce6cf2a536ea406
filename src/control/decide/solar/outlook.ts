/** What the next seconds may bring, by what the last minutes brought. */

import type { SurplusSample } from "../../estimate/samples.js";
import type { ChargerFacts, Situation } from "../../estimate/situation.js";
import { deadTime, steadyFor, steadyWithin } from "../../parameters.js";
import type { Outlook } from "./current.js";

/** Of fewer moves nothing is concluded; more than enough only take time. */
const fewestMoves = 12;
const mostMoves = 16;

/** W between the least and the most that a reading may mean, up to which it tells a move of the sun. */
const clearWithin = 20;

/** How the surplus moved, lately, in the time that the newest reading is old. */
export function outlookOf({ memory, now }: Situation, chargers: readonly ChargerFacts[]): Outlook {
  const lags = chargers.map((charger) => charger.memory.lag.lag?.to ?? deadTime);
  // While a change of ours is under way it would look like a move of the sun.
  const clear = memory.surplus.filter(({ low, high, isConfirmed }) => isConfirmed && high - low <= clearWithin);
  const samples = clear.map(({ at, low, high }) => ({ at, power: (low + high) / 2 }));
  return { moves: movesIn(samples, Math.max(0, ...lags)), isSteady: isSteady(memory.surplus, now) };
}

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

/** For minutes the same surplus may have been there, whatever part of our own changes each reading showed. */
function isSteady(samples: readonly SurplusSample[], now: number): boolean {
  const lately = samples.filter(({ at }) => at >= now - steadyFor);
  if (lately.length < 3 || lately.length === samples.length) return false;
  return Math.max(...lately.map(({ low }) => low)) - Math.min(...lately.map(({ high }) => high)) <= steadyWithin;
}
