/** What both generations of the API have in common: what may be set, and how an answer is taken apart. */

import { z } from "zod";
import { DeviceError } from "../../../model/errors.js";
import { type Answer, answerOf } from "../../decoding/fields.js";
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
