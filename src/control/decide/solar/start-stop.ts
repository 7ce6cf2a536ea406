/**
 * Whether one charger charges from the sun, and on how many phases. A plan is worth its solar energy, less λ times
 * what it imports, less a price for each start. A charge starts once the value missed by waiting exceeds what a start
 * is worth waiting for, and stops once the value lost by staying exceeds its price (the ski-rental argument), both
 * only if the habits of the sky promise that it pays: so neither clouds nor gaps between them wear out contactor and
 * car. The number of phases is weighed in the same way.
 */

import type { PhaseCount } from "../../../model/phases.js";
import type { Reason } from "../../../model/reasons.js";
import {
  expectedValue,
  noIntermittency,
  updateIntermittency,
  type Intermittency,
} from "../../estimate/intermittency.js";
import type { ChargerFacts, Situation } from "../../estimate/situation.js";
import {
  idleCurrent,
  justBegun,
  mostClosings,
  mostStartsLost,
  phaseHorizon,
  phaseSwitchPause,
  startPatience,
  startPrice,
} from "../../parameters.js";
import type { SurplusDemand } from "../demand.js";
import { ownLimit } from "../own-limit.js";
import { contactorRest, maySwitchPhases, phaseOptions } from "../phase-switching.js";
import { bestValue, type CurrentRange } from "./current.js";
import type { SolarMemory } from "./solar-memory.js";

/** Surplus that is there for a charger, in W: at least, and at most. */
export interface Pool {
  readonly low: number;
  readonly high: number;
}

/** Set-points that are possible on a number of phases. */
export interface PhaseOption extends CurrentRange {
  readonly phases: PhaseCount;
}

export interface SolarChoice {
  /** What it charges with; `null`: it does not. */
  readonly option: PhaseOption | null;
  readonly reasons: readonly Reason[];
  /** It would like to charge, and so much of the surplus is kept for it, in W. */
  readonly claim: number;
  readonly memory: SolarMemory;
}

/** h in which a doubt is forgotten to a third. */
const doubtLength = 24;

/** The present number of phases, if it is possible, and the other one, if that is. */
type Options = readonly [PhaseOption, PhaseOption?];

interface Weighing {
  readonly charger: ChargerFacts;
  readonly demand: SurplusDemand;
  readonly pool: Pool;
  readonly situation: Situation;
  readonly options: Options;
  /** W that the best number of phases is worth now. */
  readonly worth: number;
  /** W that three phases are worth more than one. */
  readonly gain: number;
  readonly learned: Pick<SolarMemory, "sunIntermittency" | "threePhaseIntermittency" | "phaseStay">;
}

/** @param pool what is there for this charger once those that are served before it have their minimum */
export function chooseBySurplus(
  charger: ChargerFacts,
  demand: SurplusDemand,
  pool: Pool,
  situation: Situation,
): SolarChoice {
  const { importPenalty } = situation.settings;
  const possible = phaseOptions(charger, situation).flatMap((phases) => optionWith(charger, phases, situation) ?? []);
  const [first, second] = possible;
  const { sunIntermittency, threePhaseIntermittency, phaseStay } = charger.memory.solar;
  if (first === undefined) {
    const { reason } = ownLimit(charger, charger.activeSetpoint.phases, situation.voltage);
    return {
      option: null,
      reasons: [reason, { code: "below-minimum", current: charger.settings.minCurrent }],
      claim: 0,
      memory: fresh({ sunIntermittency, threePhaseIntermittency, phaseStay }),
    };
  }
  const worthOf = (option: PhaseOption) => bestValue(middle(pool), option, importPenalty);
  const worth = Math.max(...possible.map(worthOf));
  const gain = second === undefined ? 0 : (first.phases === 3 ? 1 : -1) * (worthOf(first) - worthOf(second));
  const weighing: Weighing = {
    charger,
    demand,
    pool,
    situation,
    options: second === undefined ? [first] : [first, second],
    worth,
    gain,
    learned: {
      sunIntermittency: updateIntermittency(sunIntermittency, worth, situation.hours),
      threePhaseIntermittency:
        second === undefined ? noIntermittency : updateIntermittency(threePhaseIntermittency, gain, situation.hours),
      phaseStay: {
        gain: phaseStay.gain + (first.phases === 3 ? gain : -gain) * situation.hours,
        doubt: phaseStay.doubt * Math.exp(-situation.hours / doubtLength),
      },
    },
  };
  return charger.activeSetpoint.current > 0 ? keepOn(weighing) : waitFor(weighing);
}

function optionWith(charger: ChargerFacts, phases: PhaseCount, { voltage }: Situation): PhaseOption | null {
  const { minCurrent, step } = charger.settings;
  const highest = ownLimit(charger, phases, voltage).current;
  if (highest < minCurrent) return null;
  const wattsPerAmpere = voltage * charger.activePhases(phases) * charger.overdrawRatio;
  return { phases, lowest: minCurrent, highest, step, wattsPerAmpere };
}

function waitFor({ charger, demand, pool, situation, options, worth, gain, learned }: Weighing): SolarChoice {
  const { minimumRun, minimumPause, importPenalty } = situation.settings;
  const { memory, persistent } = charger;
  // No relay moves for a car that may be full: on other phases it starts only once it has shown that it takes current.
  const start = hasTaken(charger) ? startOption(options, gain, learned.threePhaseIntermittency) : options[0];
  if (demand.kind === "solar-with-minimum")
    return { option: start, reasons: [demand.reason], claim: minimumOf(start), memory: fresh(learned) };

  const regret = between(0, memory.solar.regret + worth * situation.hours, startPatience);
  const wait = (reason: Reason): SolarChoice => {
    const claim = worth > 0 ? minimumOf(start) : 0;
    return { option: null, reasons: [reason], claim, memory: { ...learned, regret, phaseRegret: 0 } };
  };
  const surplus = Math.max(0, middle(pool));
  const needed = Math.min(...options.map((option) => (option ? breakEven(option, importPenalty) : Infinity)));
  if (worth <= 0) return wait({ code: "surplus-too-low", surplus, needed });
  const pauseLeft = persistent.pausedAt === null ? 0 : persistent.pausedAt + minimumPause - situation.now;
  if (pauseLeft > 0) return wait({ code: "minimum-pause", left: pauseLeft });
  const left = contactorRest(charger);
  if (left > 0) return wait({ code: "starts-too-often", surplus, starts: mostClosings, left });
  const isSure = situation.memory.surplus.at(-1)?.isConfirmed ?? false;
  if (regret < startPatience || !isSure) return wait({ code: "surplus-too-new", surplus, needed });
  // Where a charge may end at any time, it pays as long as it is worth something now.
  const runPays = minimumRun === 0 || expectedValue(learned.sunIntermittency, worth, hoursOf(minimumRun)) > 0;
  if (!runPays) return wait({ code: "surplus-too-unsteady", surplus, needed });
  const phaseStay = { ...learned.phaseStay, gain: 0 };
  return {
    option: start,
    reasons: [{ code: "surplus-used", surplus }],
    claim: minimumOf(start),
    memory: fresh({ ...learned, phaseStay }),
  };
}

/** More phases only where they will pay until the number may be changed again. */
function startOption([option, other]: Options, gain: number, threePhases: Intermittency): PhaseOption {
  if (other === undefined) return option;
  const isThreeBetter = gain > 0 && expectedValue(threePhases, gain, hoursOf(phaseHorizon)) > 0;
  return option.phases === (isThreeBetter ? 3 : 1) ? option : other;
}

/** kWh that a car must have taken to be one that charges. */
const someEnergy = 0.05;

function hasTaken({ reading }: ChargerFacts): boolean {
  return (reading?.sessionChargeConsumption ?? 0) >= someEnergy;
}

/** It charges since a moment ago, on the phases that happened to be set. */
function hasJustBegun({ persistent, now, memory }: ChargerFacts): boolean {
  const { startedAt, switchedAt } = persistent;
  const isRecent = startedAt !== null && now - startedAt <= justBegun && (switchedAt ?? 0) < startedAt;
  return isRecent && Math.max(...(memory.draws.at(-1)?.currents ?? [0])) >= idleCurrent;
}

function keepOn({ charger, demand, pool, situation, options, gain, learned }: Weighing): SolarChoice {
  const { minimumRun, minimumPause, importPenalty } = situation.settings;
  const { memory, persistent } = charger;
  const [option, other] = options;
  if (charger.idle) return { option, reasons: [{ code: "vehicle-idle" }], claim: 0, memory: fresh(learned) };

  const there = middle(pool);
  const surplus = Math.max(0, there);
  const needed = breakEven(option, importPenalty);
  const value = bestValue(there, option, importPenalty);
  const regret = between(0, memory.solar.regret - value * situation.hours, mostStartsLost * startPrice);
  const hasRun = situation.now - (persistent.startedAt ?? 0) >= minimumRun;
  const isPassing = minimumPause > 0 && expectedValue(learned.sunIntermittency, value, hoursOf(minimumPause)) >= 0;
  const isLoss = value < 0 && regret >= (isPassing ? mostStartsLost : 1) * startPrice;
  const usesOther = other !== undefined && bestValue(there, other, importPenalty) > 0;
  if (demand.kind === "solar" && isLoss && hasRun && !usesOther) {
    const reasons: readonly Reason[] = [{ code: "surplus-ended", surplus, needed }];
    return { option: null, reasons, claim: 0, memory: fresh(learned) };
  }

  const better = option.phases === 1 ? gain : -gain;
  const plainPrice = startPrice + Math.max(0, value) * hoursOf(phaseSwitchPause);
  const price = plainPrice * 2 ** learned.phaseStay.doubt;
  const phaseRegret = between(0, memory.solar.phaseRegret + better * situation.hours, price);
  const promised =
    expectedValue(learned.threePhaseIntermittency, gain, hoursOf(phaseHorizon)) * (option.phases === 1 ? 1 : -1);
  const isDue = phaseRegret >= price && promised > price && maySwitchPhases(charger);
  const isBegun =
    hasJustBegun(charger) &&
    contactorRest(charger) === 0 &&
    startOption(options, gain, learned.threePhaseIntermittency) === other;
  if (other !== undefined && better > 0 && (isDue || isBegun)) {
    const reasons: readonly Reason[] = [{ code: "phases-fit-surplus", surplus, phases: other.phases }];
    const didPay = persistent.switchedAt === null || learned.phaseStay.gain >= plainPrice;
    const phaseStay = { gain: 0, doubt: didPay ? 0 : learned.phaseStay.doubt + 1 };
    return { option: other, reasons, claim: minimumOf(other), memory: fresh({ ...learned, phaseStay }) };
  }

  const reasons = [whyKeepOn(demand, there, needed, minimumOf(option))];
  return { option, reasons, claim: minimumOf(option), memory: { ...learned, regret, phaseRegret } };
}

/** @param minimum W that the smallest current draws */
function whyKeepOn(demand: SurplusDemand, there: number, needed: number, minimum: number): Reason {
  const surplus = Math.max(0, there);
  if (there >= minimum) return { code: "surplus-used", surplus };
  if (demand.kind === "solar-with-minimum") return { code: "minimum-above-surplus", surplus, why: demand.reason };
  return { code: there < needed ? "surplus-below-need" : "surplus-covers-part", surplus, needed };
}

/** W of surplus from which on the smallest current is worth more than none. */
function breakEven(option: PhaseOption, importPenalty: number): number {
  return (minimumOf(option) * importPenalty) / (1 + importPenalty);
}

/** W */
export function minimumOf({ lowest, wattsPerAmpere }: PhaseOption): number {
  return lowest * wattsPerAmpere;
}

function fresh(intermittency: Weighing["learned"]): SolarMemory {
  return { ...intermittency, regret: 0, phaseRegret: 0 };
}

export function middle({ low, high }: Pool): number {
  return (low + high) / 2;
}

function hoursOf(milliseconds: number): number {
  return milliseconds / 3_600_000;
}

function between(lowest: number, value: number, highest: number): number {
  return Math.min(highest, Math.max(lowest, value));
}
