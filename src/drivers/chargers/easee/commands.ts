/** Whether the charger has done as it was told: the cloud's 202 only says that it was passed on. */

import { z } from "zod";
import { type Answer, toNumber } from "../../decoding/fields.js";

/** A command under way, as `202 {device, commandId, ticks}` names it. */
export interface Issued {
  /** `null`: not told */
  readonly id: number | null;
  /**
   * .NET's clock, 100 ns since the year 1. Beyond what a number holds exactly, by less than 10 µs; both ends are
   * rounded alike.
   */
  readonly ticks: number;
}

export interface Verdict {
  readonly accepted: boolean;
  readonly resultCode: number | null;
}

interface Response extends Verdict, Issued {}

/** Results that may come before the answer to the request that caused them. */
const keptResponses = 20;

/** 1970 in ticks, and how many ticks make a ms. */
const epochTicks = 621_355_968_000_000_000;
const ticksPerMs = 10_000;

const issuedAnswer = z.object({ commandId: z.number().nullish(), ticks: z.number().nonnegative() });

/** The commands that an answer names; `null`: it names none. Some endpoints answer with a list. */
export function issuedIn(json: unknown): readonly Issued[] | null {
  const parsed = z
    .array(issuedAnswer)
    .min(1)
    .max(10)
    .safeParse(Array.isArray(json) ? json : [json]);
  return parsed.success ? parsed.data.map(({ commandId, ticks }) => ({ id: commandId ?? null, ticks })) : null;
}

/** ms since 1970, by the cloud's clock. */
export function timeOf({ ticks }: Issued): number {
  return Math.round((ticks - epochTicks) / ticksPerMs);
}

/** Matches results to commands: what belongs to none of ours is somebody else's, or comes too late to matter. */
export class CommandResponses {
  readonly #recent: Response[] = [];
  readonly #waiting = new Map<Issued, (verdict: Verdict) => void>();

  /** Takes one `CommandResponse` of the stream. */
  take(message: Answer): void {
    const response = responseOf(message);
    if (response === null) return;
    for (const [issued, resolve] of this.#waiting) if (belongs(response, issued)) return resolve(response);
    this.#recent.push(response);
    if (this.#recent.length > keptResponses) this.#recent.shift();
  }

  /** Calls back once with the result; returns what ends the waiting. */
  wait(issued: Issued, onVerdict: (verdict: Verdict) => void): () => void {
    const early = this.#recent.findIndex((response) => belongs(response, issued));
    const [verdict] = early < 0 ? [] : this.#recent.splice(early, 1);
    if (verdict) onVerdict(verdict);
    else this.#waiting.set(issued, onVerdict);
    return () => void this.#waiting.delete(issued);
  }
}

function belongs(response: Response, { id, ticks }: Issued): boolean {
  return response.ticks === ticks && (id === null || response.id === null || response.id === id);
}

function responseOf(message: Answer): Response | null {
  const ticks = toNumber(message.get("ticks"));
  const accepted = message.get("wasAccepted");
  if (ticks === null || typeof accepted !== "boolean") return null;
  return { ticks, accepted, id: toNumber(message.get("id")), resultCode: toNumber(message.get("resultCode")) };
}
