/**
 * Whether one charger charges from the surplus, and on how many phases. The value of a plan is its solar energy, less
 * λ times its import, less a price for each start. A charge starts once enough value was missed by waiting, and stops
 * once as much as a start costs was lost by staying (the ski-rental argument), both only if the intermittency promises
 * that it pays: so neither clouds nor gaps between them wear out contactor and car. The number of phases is chosen in
 * the same way.
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

/** The surplus for a charger, in W: at least, and at most. */
export interface Pool {
  readonly low: number;
  readonly high: number;
}

/** The possible setpoints on a number of phases. */
export interface PhaseOption extends CurrentRange {
  readonly phases: PhaseCount;
}

export interface SolarChoice {
  /** What it charges with; `null`: it does not charge. */
  readonly option: PhaseOption | null;
  readonly reasons: readonly Reason[];
  /** W of the surplus that are kept for it, because it charges or waits to start. */
  readonly claim: number;
  readonly memory: SolarMemory;
}

/** kWh that a car must have taken in the session to count as one that charges. */
const someEnergy = 0.05;

/** h after which `PhaseStay.doubt` has decayed to a third. */
const doubtLength = 24;

/** The possible numbers of phases, the present one first if it is among them. */
type Options = readonly [PhaseOption, PhaseOption?];

interface Weighing {
  readonly charger: ChargerFacts;
  readonly demand: SurplusDemand;
  readonly pool: Pool;
  readonly situation: Situation;
  readonly options: Options;
  /** W, value of charging now on the better number of phases. */
  readonly worth: number;
  /** W, value of three phases over one. */
  readonly gain: number;
  readonly learned: Pick<SolarMemory, "sunIntermittency" | "threePhaseIntermittency" | "phaseStay">;
}

/** @param pool what is left for this charger once those before it have their minimum */
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
  return charger.activeSetpoint.current > 0 ? whileCharging(weighing) : whilePaused(weighing);
}

function optionWith(charger: ChargerFacts, phases: PhaseCount, { voltage }: Situation): PhaseOption | null {
  const { minCurrent, step } = charger.settings;
  const highest = ownLimit(charger, phases, voltage).current;
  if (highest < minCurrent) return null;
  const wattsPerAmpere = voltage * charger.activePhases(phases) * charger.overdrawRatio;
  return { phases, lowest: minCurrent, highest, step, wattsPerAmpere };
}

function whilePaused({ charger, demand, pool, situation, options, worth, gain, learned }: Weighing): SolarChoice {
  const { minimumRun, minimumPause, importPenalty } = situation.settings;
  const { memory, persistent } = charger;
  // No phase switch for a car that may be full: it must have taken current in this session.
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
  const isConfirmed = situation.memory.surplus.at(-1)?.isConfirmed ?? false;
  if (regret < startPatience || !isConfirmed) return wait({ code: "surplus-too-new", surplus, needed });
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

/** Three phases only where they are expected to pay until the number may change again. */
function startOption([option, other]: Options, gain: number, threePhases: Intermittency): PhaseOption {
  if (other === undefined) return option;
  const isThreeBetter = gain > 0 && expectedValue(threePhases, gain, hoursOf(phaseHorizon)) > 0;
  return option.phases === (isThreeBetter ? 3 : 1) ? option : other;
}

function hasTaken({ reading }: ChargerFacts): boolean {
  return (reading?.sessionChargeConsumption ?? 0) >= someEnergy;
}

/** Whether it has charged for a short time only, on the number of phases that happened to be set. */
function hasJustBegun({ persistent, now, memory }: ChargerFacts): boolean {
  const { startedAt, switchedAt } = persistent;
  const isRecent = startedAt !== null && now - startedAt <= justBegun && (switchedAt ?? 0) < startedAt;
  return isRecent && Math.max(...(memory.draws.at(-1)?.currents ?? [0])) >= idleCurrent;
}

function whileCharging({ charger, demand, pool, situation, options, gain, learned }: Weighing): SolarChoice {
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

  const reasons = [reasonToGoOn(demand, there, needed, minimumOf(option))];
  return { option, reasons, claim: minimumOf(option), memory: { ...learned, regret, phaseRegret } };
}

/** @param minimum W that the lowest setpoint draws */
function reasonToGoOn(demand: SurplusDemand, there: number, needed: number, minimum: number): Reason {
  const surplus = Math.max(0, there);
  if (there >= minimum) return { code: "surplus-used", surplus };
  if (demand.kind === "solar-with-minimum") return { code: "minimum-above-surplus", surplus, why: demand.reason };
  return { code: there < needed ? "surplus-below-need" : "surplus-covers-part", surplus, needed };
}

/** W of surplus from which on the lowest setpoint is worth more than none. */
function breakEven(option: PhaseOption, importPenalty: number): number {
  return (minimumOf(option) * importPenalty) / (1 + importPenalty);
}

/** W that the lowest setpoint draws */
export function minimumOf({ lowest, wattsPerAmpere }: PhaseOption): number {
  return lowest * wattsPerAmpere;
}

/** Without regret. */
function fresh(intermittency: Weighing["learned"]): SolarMemory {
  return { ...intermittency, regret: 0, phaseRegret: 0 };
}

/** W */
export function middle({ low, high }: Pool): number {
  return (low + high) / 2;
}

function hoursOf(milliseconds: number): number {
  return milliseconds / 3_600_000;
}

function between(lowest: number, value: number, highest: number): number {
  return Math.min(highest, Math.max(lowest, value));
}
