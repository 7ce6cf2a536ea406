/** What has to be said in each language. */

import type { Decision } from "../model/commands.js";
import type { Part, PartCode } from "../model/reasons.js";

export interface Texts {
  readonly reasons: ReasonTexts;
  /** @param why the reasons as one sentence */
  decision(decision: Decision, why: string): string;
}

/** How reasons, and what they are made of, are said. `say` says a part of a reason. */
export type ReasonTexts = {
  readonly [Code in PartCode]: (part: Part<Code>, say: Say) => string;
};

export type Say = (part: Part) => string;
