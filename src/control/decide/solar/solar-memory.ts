/** What following the sun with one charger has to remember from decision to decision. */

import { noIntermittency, type Intermittency } from "../../estimate/intermittency.js";

/** What the number of phases brought since it was last changed. */
export interface PhaseStay {
  /** Wh that it was worth more than the other number. */
  readonly gain: number;
  /** How many changes in a row did not pay, forgotten with time: each doubles the price of the next. */
  readonly doubt: number;
}

export interface SolarMemory {
  /** Value missed by waiting or lost by staying, in Wh. */
  readonly regret: number;
  /** Value missed by not using the other number of phases, in Wh. */
  readonly phaseRegret: number;
  /** What charging was lately worth. */
  readonly sunIntermittency: Intermittency;
  /** What three phases were lately worth more than one. */
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
