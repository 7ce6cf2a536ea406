/** What both generations of the API have in common: how an answer is taken apart, and what may be written. */

import { z } from "zod";
import { DeviceError } from "../../../model/errors.js";
import { type Answer, answerOf } from "../../fields.js";
import type { ApiVersion, Party } from "./line.js";

/** A per phase; what the hardware takes. */
export const currentRange = { min: 6, max: 32, step: 1 } as const;

/** What an answer needs to be one of a charger; everything else may be missing. */
const mandatory = {
  1: z.object({
    car: z.union([z.int(), z.string().regex(/^\d+$/).transform(Number)]),
    nrg: z.array(z.number()).nullish(),
  }),
  2: z.object({ car: z.int().nullable(), nrg: z.array(z.number()).nullish() }),
} as const;

export interface Status {
  /** `null`: internal error of the charger */
  readonly car: number | null;
  readonly answer: Answer;
}

/** @throws DeviceError when the answer is not one of a charger */
export function parseStatus(apiVersion: ApiVersion, json: unknown, { device, advice }: Party): Status {
  const answer = answerOf(json);
  const parsed = mandatory[apiVersion].safeParse(json);
  if (answer && parsed.success) return { car: parsed.data.car, answer };
  const wrong = parsed.success ? "its form" : (parsed.error.issues[0]?.path.join(".") ?? "its form") || "its form";
  const what = `the answer is not a status of API version ${apiVersion}: ${wrong} is not as it should be`;
  throw new DeviceError({ code: "protocol", device, what, advice });
}

/** Text that says something; `null`: none. */
export function textAt(answer: Answer, key: string): string | null {
  const text = answer.get(key);
  return typeof text === "string" && text !== "" ? text : null;
}

/** A list of sensors with fewer than two of them is not valid. */
export function hasList(answer: Answer, key: string): boolean {
  const list = answer.get(key);
  return Array.isArray(list) && list.length >= 2;
}

/** @throws DeviceError when no go-e takes this current. A */
export function requireCurrent(amperes: number, device: string): void {
  const { min, max } = currentRange;
  if (Number.isInteger(amperes) && amperes >= min && amperes <= max) return;
  throw unsupported(
    device,
    `${amperes} A cannot be set`,
    `Choose whole amperes from ${min} to ${max}; to pause, stop it`,
  );
}

/**
 * The session's limit in counts of the device; `null`: no limit, as 0 means it too.
 * @param energy kWh
 * @param perKWh counts
 * @throws DeviceError when it does not fit
 */
export function limitCounts(energy: number | null, perKWh: number, most: number, device: string): number | null {
  if (energy === null || energy === 0) return null;
  const counts = Math.round(energy * perKWh);
  if (counts >= 1 && counts <= most) return counts;
  const advice = `Choose ${1 / perKWh} to ${most / perKWh} kWh, or none`;
  throw unsupported(device, `an energy limit of ${energy} kWh cannot be set`, advice);
}

export function unsupported(device: string, what: string, advice: string): DeviceError {
  return new DeviceError({ code: "unsupported", device, what, advice });
}
