/** What the solar step remembers of one charger from decision to decision. */

import { noIntermittency, type Intermittency } from "../../estimate/intermittency.js";

/** What the present number of phases was worth since it last changed. */
export interface PhaseStay {
  /** Wh more than with the other number. */
  readonly gain: number;
  /** Changes in a row that did not pay, decaying with time; each doubles the price of the next. */
  readonly doubt: number;
}

export interface SolarMemory {
  /** Wh of value missed by waiting, or lost by staying; 0 or more. */
  readonly regret: number;
  /** Wh of value missed by not using the other number of phases; 0 or more. */
  readonly phaseRegret: number;
  /** Of the value of charging. */
  readonly sunIntermittency: Intermittency;
  /** Of the value of three phases over one. */
  readonly threePhaseIntermittency: Intermittency;
  readonly phaseStay: PhaseStay;
}

export const noSolarMemory: SolarMemory = {
  regret: 0,
  phaseRegret: 0,
  sunIntermittency: noIntermittency,
  threePhaseIntermittency: noIntermittency,
  phaseStay: { gain: 0, doubt: 0 },
};
