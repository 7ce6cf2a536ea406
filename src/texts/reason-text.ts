/** Puts reasons into words. */

import type { Part, PartCode, Reason, ReasonTexts } from "../model/reasons.js";
import { english } from "./en.js";

/** The language of all texts. */
const texts: ReasonTexts = english;

/** Why, in one sentence for people; the first reason is the one that decided. */
export function reasonText(reasons: readonly Reason[]): string {
  return reasons.map(say).join("; ");
}

function say<Code extends PartCode>(part: Part<Code>): string {
  return texts[part.code](part, say);
}
