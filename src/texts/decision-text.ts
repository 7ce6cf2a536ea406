/** Puts decisions and their reasons into words. */

import type { Decision } from "../model/commands.js";
import type { Part, PartCode, Reason } from "../model/reasons.js";
import { english } from "./en.js";
import type { Texts } from "./texts.js";

/** The language of all texts. */
const texts: Texts = english;

/** What a charger does, and why, in one sentence for people. */
export function decisionText(decision: Decision): string {
  return texts.decision(decision, reasonText(decision.reasons));
}

/** Why, in one sentence for people; the first reason is the one that decided. */
export function reasonText(reasons: readonly Reason[]): string {
  return reasons.map(say).join("; ");
}

function say<Code extends PartCode>(part: Part<Code>): string {
  return texts.reasons[part.code](part, say);
}
