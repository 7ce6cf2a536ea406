/**
 * The reasons of a decision, as data: a code and its values. The comment of each code says when it applies; src/texts
 * turns it into text.
 */

import type { PhaseCount, PhaseIndex } from "./phases.js";
import type { ChargerHold, MeterRole } from "./readings.js";
import type { Weekday } from "./weekdays.js";

/** A time of day in the time zone of the site. */
export interface ClockTime {
  /** `null`: less than a day from now. */
  readonly weekday: Weekday | null;
  /** min since midnight */
  readonly minutes: number;
}

/** What a meter measures. */
export type Quantity =
  /** `role`: of what; `null`: of any. */
  | { readonly kind: "power"; readonly role: MeterRole | null }
  | { readonly kind: "current"; readonly phase: PhaseIndex };

/** A code without values. */
type NoValues = object;

interface OfMeter {
  /** Its name. */
  readonly meter: string;
}

interface OfMonitor {
  /** Its name. */
  readonly monitor: string;
}

interface OfSurplus {
  /** W of surplus for this charger, never below 0. */
  readonly surplus: number;
}

interface SurplusAndNeed extends OfSurplus {
  /** W of surplus that it takes. */
  readonly needed: number;
}

/** Why a reading of a meter was not used. */
export interface DoubtValues {
  /** The meter did not answer. */
  "no-answer": NoValues;
  "not-a-number": NoValues;
  /** `current`: A on one phase, more than any site has. */
  "current-impossible": { readonly current: number };
  /** `power`: W, more than any site has. */
  "power-impossible": { readonly power: number };
  /** Power in W and the sum of the amounts of all currents in A contradict each other. */
  "power-without-currents": { readonly power: number; readonly current: number };
  /** It shows nothing at all while a vehicle draws `current`, in A on all phases together. */
  "shows-nothing": { readonly current: number };
  /** Its values stand still while the current of a vehicle moved. */
  "stands-still": NoValues;
}

/** What is wrong with an input that a current depends on. */
export interface ProblemValues {
  /** No meter of the grid is configured. */
  "no-grid-meter": NoValues;
  /** A meter has never answered. */
  "meter-not-heard": OfMeter;
  /** A meter reports other quantities, but not this one. `doubt`: why its last reading was not used. */
  "measurement-missing": OfMeter & { readonly quantity: Quantity; readonly doubt: MeterDoubt | null };
  /** A measurement is `age` ms old. `doubt`: why the last reading was not used. */
  "measurement-old": OfMeter & {
    readonly quantity: Quantity;
    readonly age: number;
    readonly doubt: MeterDoubt | null;
  };
  /** A meter has not given enough good readings since the last one that was not used. */
  "meter-not-trusted-yet": OfMeter & { readonly doubt: MeterDoubt | null };
  /** A meter responded to our last change of current as if it were mounted wrongly. */
  "wiring-doubted": OfMeter;
  /** A meter shows the opposite of what vehicles draw on these phases. */
  "clamps-reversed": OfMeter & { readonly phases: readonly PhaseIndex[] };
  /** A meter shows on one of these phases what vehicles draw on the other. */
  "clamps-swapped": OfMeter & { readonly phases: readonly PhaseIndex[] };
  /** The charger's newest reading is missing or late. */
  "charger-late": NoValues;
  /** The charger has not answered for longer. */
  "charger-silent": NoValues;
}

/** What the schedule will start later. */
export interface UpcomingValues {
  /** All current from a time on for a target. `energy`: kWh still missing; `null`: until the vehicle is full. */
  "target-upcoming": { readonly from: ClockTime; readonly energy: number | null; readonly by: ClockTime };
  /** All current from a time on because energy is cheap then. */
  "cheap-energy-upcoming": { readonly from: ClockTime };
}

/** All reasons, with their values. */
export interface ReasonValues extends ProblemValues, UpcomingValues {
  /** An error in this plugin: all chargers pause. */
  "controller-failed": NoValues;
  /** The charger has never answered. */
  "charger-not-heard": NoValues;
  /** `error`: the charger's own name of the fault; `null`: it has none. */
  "charger-fault": { readonly error: string | null };
  "stopped-by-hand": NoValues;
  /** Stopped by a person, or because the vehicle before was unplugged. */
  "stopped-until-start": NoValues;
  /** The time of a start by hand is over. */
  "timed-start-over": { readonly until: ClockTime };
  /** No tag was presented where one is needed. */
  "tag-missing": NoValues;
  /** A tag was presented that belongs to no known vehicle. */
  "tag-unknown": NoValues;
  /** `limit`: kWh of a session. */
  "session-limit-reached": { readonly limit: number };
  "mode-off": NoValues;
  /** In a mode that depends on it. */
  "plug-state-unknown": NoValues;
  "no-vehicle": NoValues;
  /** In the mode `scheduled`, with neither a target nor a cheap hour ahead. */
  "nothing-scheduled": NoValues;
  /** In the mode `scheduled`, until its time comes. */
  "waits-for-schedule": { readonly next: Upcoming };
  /** `isActive`: it is raised now, and not only unacknowledged; `bands`: the frequency bands, as text. */
  "residual-current-alarm": OfMonitor & { readonly isActive: boolean; readonly bands: string };
  "monitor-not-heard": OfMonitor;
  /** For `age` ms. */
  "monitor-silent": OfMonitor & { readonly age: number };

  "fast-mode": NoValues;
  /** `until`: when it ends by itself; `null`: it does not. */
  "started-by-hand": { readonly until: ClockTime | null };
  /** The mode gives the minimum current whatever the surplus. */
  "minimum-mode": NoValues;
  /** `current`: A offered while no vehicle is there. */
  "ready-without-vehicle": { readonly current: number };
  /** `current`: A right after plugging in, for `left` ms more. */
  "plug-in-hold": { readonly current: number; readonly left: number };
  /** `energy`: kWh still missing; `null`: until full. `possible`: kWh of them that can be charged by then; `null`: all. */
  "target-due": { readonly energy: number | null; readonly by: ClockTime; readonly possible: number | null };
  /** `price`: per kWh; `null`: not known. */
  "cheap-energy": { readonly until: ClockTime; readonly price: number | null };

  /** `current`: A, the charger's own maximum. */
  "charger-limit": { readonly current: number };
  /** `current`: A, the limit that is set in the charger itself. */
  "charger-own-limit": { readonly current: number };
  /** `current`: A that the cable carries. */
  "cable-limit": { readonly current: number };
  /** `current`: A, set by a person. */
  "current-cap": { readonly current: number };
  /** `power`: W, set by a person. */
  "power-cap": { readonly power: number };
  /** W for all chargers together. */
  "site-power-limit": { readonly power: number };
  "circuit-limit": CircuitLimit;
  /** A charger draws `current` A although its limit is `limit` A, and so takes the place of others on the circuit. */
  "circuit-overdrawn": {
    readonly circuit: string;
    readonly charger: string;
    readonly current: number;
    readonly limit: number;
  };
  /** It drew `current` A although its limit was `limit` A, and pauses for `left` ms more. */
  "limit-not-obeyed": { readonly current: number; readonly limit: number; readonly left: number };
  /** What is left is below the `current` in A that charging takes at least. */
  "below-minimum": { readonly current: number };
  /** The vehicle may charge and takes nothing. */
  "vehicle-idle": NoValues;
  /** It may charge, and the charger itself does not let it. */
  "charger-holds": { readonly hold: ChargerHold };
  /** For `left` ms more: a pause has a minimum length. */
  "minimum-pause": { readonly left: number };

  /** An input is lost: no more than the failsafe current. */
  failsafe: { readonly problem: Problem };
  /** An input is doubted: no more than now. */
  "no-increase": { readonly problem: Problem };
  /** Lowers to `current` A as a test of whether the meter shows it. */
  "wiring-test": { readonly problem: Problem; readonly current: number };
  "wiring-test-running": { readonly problem: Problem };
  /** An increase too small for a response of the meter to be recognised is not made. */
  "wiring-test-small-increase": { readonly problem: Problem };

  /** No meter has reported the surplus since the start. */
  "surplus-unknown": NoValues;
  /** It charges with the surplus. */
  "surplus-used": OfSurplus;
  /** Not enough to start. */
  "surplus-too-low": SurplusAndNeed;
  /** Enough to start, but not yet for long enough. */
  "surplus-too-new": SurplusAndNeed;
  /** Enough to start, but too intermittent lately. */
  "surplus-too-unsteady": SurplusAndNeed;
  /** Enough to start, but the contactor closed too often within an hour: it stays open for `left` ms more. */
  "starts-too-often": OfSurplus & { readonly starts: number; readonly left: number };
  /** A charge ended because the surplus did not come back. */
  "surplus-ended": SurplusAndNeed;
  /** Charges with less surplus than pays, for now. */
  "surplus-below-need": SurplusAndNeed;
  /** The surplus is less than the minimum current draws, but still pays. */
  "surplus-covers-part": SurplusAndNeed;
  /** Charges with the minimum whatever the surplus. */
  "minimum-above-surplus": OfSurplus & { readonly why: MinimumReason };
  /** Changes to a number of phases that makes more of the surplus. */
  "phases-fit-surplus": OfSurplus & { readonly phases: PhaseCount };
  /** Less than this vehicle needs. */
  "vehicle-needs-more": SurplusAndNeed;
}

/** The circuit and phase with the least headroom. Currents in A. */
interface CircuitLimit {
  readonly circuit: string;
  readonly phase: PhaseIndex;
  readonly limit: number;
  /** What other loads draw now. */
  readonly baseLoad: number;
  /** What they drew at most within the last `within` ms. */
  readonly highestBaseLoad: number;
  readonly within: number;
  /** What is allocated to other chargers. */
  readonly otherChargers: number;
}

type WithCode<Values, Code extends keyof Values> = { [C in Code]: { readonly code: C } & Values[C] }[Code];

export type ReasonCode = keyof ReasonValues;

export type Reason = WithCode<ReasonValues, ReasonCode>;

export type MeterDoubt = WithCode<DoubtValues, keyof DoubtValues>;

export type Problem = WithCode<ReasonValues, keyof ProblemValues>;

export type Upcoming = WithCode<ReasonValues, keyof UpcomingValues>;

/** Why a vehicle gets the minimum current without surplus. */
export type MinimumReason = WithCode<ReasonValues, "minimum-mode" | "started-by-hand">;

type PartValues = ReasonValues & DoubtValues;

/** Codes of reasons and of their parts. */
export type PartCode = keyof PartValues;

export type Part<Code extends PartCode = PartCode> = WithCode<PartValues, Code>;
