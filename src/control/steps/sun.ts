/** Shares out the sun's surplus: who charges from it, and with how much. */

import { deadTime, lagSearch, steadyFor, steadyWithin } from "../limits.js";
import type { SurplusSample } from "../memory.js";
import { powerNow, type ChargerFacts, type Situation } from "../situation.js";
import type { Demand } from "./demand.js";
import {
  chooseBySun,
  middle,
  minimumOf,
  type Option,
  type Pool,
  type SunChoice,
  type SunMemory,
} from "./follow-sun.js";
import { bestCurrent, meanValue, type Outlook } from "./value.js";
import type { Wish } from "./wish.js";

/** A charger that asks for the sun, and how. */
export interface SunAsker {
  readonly charger: ChargerFacts;
  readonly demand: Demand;
}

export interface SunWish {
  readonly wish: Wish;
  readonly memory: SunMemory;
}

/** A charger that charges, with the range that its choice leaves it. */
interface Member extends SunAsker {
  readonly choice: SunChoice;
  readonly option: Option;
}

/** W by which another set-point must be better to be worth a write. */
const noticeableValue = 20;

/** Enough moves to know how the sky moves; more only take time. */
const mostMoves = 16;

/**
 * The wish of each asker, by its name. Higher priority takes first; among equals each has its minimum, and then all
 * have the same power.
 */
export function shareSun(situation: Situation, askers: readonly SunAsker[]): ReadonlyMap<string, SunWish> {
  const newest = situation.memory.surplus.at(-1);
  const wishes = new Map<string, SunWish>();
  if (newest === undefined) {
    for (const { charger, demand } of askers) wishes.set(charger.settings.name, hold(charger, demand));
    return wishes;
  }
  const outlook = outlookOf(situation, askers);
  let pool: Pool = { low: newest.low, high: newest.high };
  for (const priority of [...new Set(askers.map(({ charger }) => charger.settings.priority))].sort((a, b) => b - a)) {
    const equals = askers.filter(({ charger }) => charger.settings.priority === priority);
    const members: Member[] = [];
    let left = pool;
    for (const asker of [...equals].sort(runningFirst)) {
      const choice = chooseBySun(asker.charger, asker.demand, left, situation);
      const { option, reason } = choice;
      left = less(left, choice.claim);
      if (option !== null) members.push({ ...asker, choice, option });
      const { phases } = asker.charger.holding;
      wishes.set(asker.charger.settings.name, { wish: { current: 0, phases, reason }, memory: choice.memory });
    }
    for (const { charger, wish, choice } of levels(members.reverse(), pool, outlook, situation)) {
      wishes.set(charger.settings.name, { wish, memory: choice.memory });
      pool = less(pool, takenBy(charger, wish, situation.voltage));
    }
  }
  return wishes;
}

function runningFirst(a: SunAsker, b: SunAsker): number {
  return Number(b.charger.holding.current > 0) - Number(a.charger.holding.current > 0);
}

/** What each of equals charges with. What one can't use of its share, as one that starts, is left to the next. */
function levels(members: readonly Member[], pool: Pool, outlook: Outlook, situation: Situation) {
  const shares = { low: evenShares(members, pool.low), high: evenShares(members, pool.high) };
  const own: Outlook = { ...outlook, moves: outlook.moves.map((move) => move / members.length) };
  let rest: Pool = { low: 0, high: 0 };
  return members.map((member, index) => {
    const share = {
      low: (shares.low[index] ?? 0) + rest.low,
      high: (shares.high[index] ?? 0) + rest.high,
    };
    const current = member.charger.idle ? member.option.lowest : levelOf(member, share, own, situation);
    const wish: Wish = { current, phases: member.option.phases, reason: member.choice.reason };
    if (middle(share) > minimumOf(member.option)) rest = less(share, takenBy(member.charger, wish, situation.voltage));
    return { ...member, wish };
  });
}

/** W for each: the same for all, as far as their smallest and highest currents allow. */
function evenShares(members: readonly Member[], power: number): readonly number[] {
  const bounds = members.map(({ charger, option }) => {
    const most = charger.idle ? powerNow(charger) : option.highest * option.wattsPerAmpere;
    return { least: Math.min(most, minimumOf(option)), most };
  });
  const at = (level: number) => bounds.map(({ least, most }) => Math.min(most, Math.max(least, level)));
  const sum = (level: number) => at(level).reduce((total, share) => total + share, 0);
  let [low, high] = [0, Math.max(0, ...bounds.map(({ most }) => most))];
  if (members.length === 1 || sum(high) <= power) return members.length === 1 ? [power] : at(high);
  for (let i = 0; i < 24; i++) {
    const level = (low + high) / 2;
    if (sum(level) > power) high = level;
    else low = level;
  }
  const least = sum(0);
  return least > power ? bounds.map(({ least: own }) => own + (power - least) / members.length) : at(low);
}

/** Up only into what is there at least, down only below what is there at most; and not for next to nothing. */
function levelOf({ charger, option }: Member, share: Pool, outlook: Outlook, situation: Situation): number {
  const { settings, memory, now } = situation;
  const { importPenalty } = settings;
  const { holding, settings: own } = charger;
  const isSame = holding.current > 0 && holding.phases === option.phases;
  if (!isSame) return option.lowest;
  const held = Math.min(option.highest, Math.max(option.lowest, holding.current));
  const up = bestCurrent(share.low, option, outlook, importPenalty);
  const down = bestCurrent(share.high, option, outlook, importPenalty);
  const best = up > held && memory.surplus.at(-1)?.isConfirmed && mayRaise(charger, now) ? up : Math.min(down, held);
  const worth = (current: number) => meanValue(current * option.wattsPerAmpere, middle(share), outlook, importPenalty);
  const isClear = outlook.isSteady || worth(best) - worth(held) >= noticeableValue || own.maxCurrent < holding.current;
  return isClear ? best : held;
}

/** Until its lag is known the first step of a charge has to show in the meter, and each later one has its time. */
function mayRaise({ memory, lasting }: ChargerFacts, now: number): boolean {
  if (memory.lag.lag !== null) return true;
  return now - (lasting.startedAt ?? 0) > lagSearch && now - (lasting.given?.at ?? 0) > deadTime;
}

/** How the surplus moved, lately, in the time that the newest reading is old. */
function outlookOf({ memory, now }: Situation, askers: readonly SunAsker[]): Outlook {
  const lags = askers.map(({ charger }) => charger.memory.lag.lag?.to ?? deadTime);
  // While a change of ours is under way it would look like a move of the sun.
  const clear = memory.surplus.filter(({ low, high, isConfirmed }) => isConfirmed && high - low <= noticeableValue);
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

function less({ low, high }: Pool, power: number): Pool {
  return { low: low - power, high: high - power };
}

/** W that a charger takes out of the pool: what it is offered, unless its car has shown that it takes nothing. */
function takenBy(charger: ChargerFacts, { current, phases }: Wish, voltage: number): number {
  if (current === 0 || !charger.plugged) return 0;
  return charger.idle ? powerNow(charger) : current * voltage * charger.activePhases(phases) * charger.greed;
}

/** Without any word of a meter nothing changes here; the safety step says how far to fall. */
function hold({ holding, settings, memory }: ChargerFacts, { pull }: Demand): SunWish {
  const current = pull === "sun-and-minimum" ? Math.max(holding.current, settings.minCurrent) : holding.current;
  const { sun, threePhases, phaseStay } = memory;
  return {
    wish: { current, phases: holding.phases, reason: "no meter tells the surplus" },
    memory: { regret: 0, phaseRegret: 0, sun, threePhases, phaseStay },
  };
}
