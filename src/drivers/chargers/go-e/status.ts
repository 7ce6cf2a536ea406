/** What both versions of go-e's API share: the parsing of a status, the measured values, and codes with their labels. */

import type { z } from "zod";
import type { ChargerState } from "../../../model/channels.js";
import { DeviceError } from "../../../model/errors.js";
import { type Answer, answerOf, type Field, plausible, toNumber } from "../../decoding/fields.js";
import type { ApiVersion } from "./route.js";

/** A per phase; what the hardware takes. */
export const currentRange = { min: 6, max: 32, step: 1 } as const;

export interface Status {
  /** `null`: internal error of the charger */
  readonly car: number | null;
  readonly answer: Answer;
}

/** What an error about an answer names. */
export interface AnswerSource {
  /** Name of the device in the configuration. */
  readonly device: string;
  readonly advice: string;
}

/**
 * @param form what an answer must contain; everything else may be missing
 * @throws DeviceError when the answer is not a charger's status
 */
export function parseStatus(
  form: z.ZodType<Pick<Status, "car">>,
  apiVersion: ApiVersion,
  json: unknown,
  { device, advice }: AnswerSource,
): Status {
  const answer = answerOf(json);
  const parsed = form.safeParse(json);
  if (answer && parsed.success) {
    const { car } = parsed.data;
    return { car, answer: car === charging && measuresNothing(answer) ? without(answer, "nrg") : answer };
  }
  const wrong = (parsed.success ? "" : (parsed.error.issues[0]?.path.join(".") ?? "")) || "its form";
  const what = `the answer is not a status of API version ${apiVersion}: ${wrong} is not as it should be`;
  throw new DeviceError({ code: "protocol", device, what, advice });
}

/** `car` */
const charging = 2;

/** Firmware 60.4 sends zeros only (API v2, issue 321): where the contactor is closed there is a voltage. */
function measuresNothing(answer: Answer): boolean {
  const measured = answer.get("nrg");
  return Array.isArray(measured) && measured.every((value) => value === 0);
}

function without(answer: Answer, key: string): Answer {
  return new Map([...answer].filter(([name]) => name !== key));
}

/** A, the highest current that is set in the charger (`ama`); it takes commands beyond it and does not follow them. */
export const currentLimitField = { key: "ama", unit: "A", range: [6, 32] } as const satisfies Field;

/**
 * °C of the circuit board: the second sensor, and the first that there is on PRO and CORE, whose list begins with two
 * that are not. A list of one is not valid.
 */
export function boardTemperature(answer: Answer): number | null {
  if (!hasList(answer, "tma")) return null;
  const list: unknown = answer.get("tma");
  const sensors = Array.isArray(list) ? list.slice(1) : [];
  const found = sensors.map(toNumber).find((celsius) => celsius !== null) ?? null;
  return found === null ? null : plausible(found, [-60, 200]);
}

/**
 * The measured values of the phases, which stand at the same places of `nrg` in both versions.
 * @param scales A and W that one count is worth
 */
export function phaseFields(scales: { readonly current: number; readonly power: number }) {
  const voltage = { key: "nrg", unit: "V", range: [0, 500] } as const;
  /** A little below zero is how a sensor rests. */
  const current = { key: "nrg", unit: "A", scale: scales.current, range: [-1, 100] } as const;
  const power = { key: "nrg", unit: "W", scale: scales.power, range: [-1_000, 100_000] } as const;
  return {
    voltageL1: { ...voltage, at: 0 },
    voltageL2: { ...voltage, at: 1 },
    voltageL3: { ...voltage, at: 2 },
    currentL1: { ...current, at: 4 },
    currentL2: { ...current, at: 5 },
    currentL3: { ...current, at: 6 },
    powerL1: { ...power, at: 7 },
    powerL2: { ...power, at: 8 },
    powerL3: { ...power, at: 9 },
  } as const satisfies Record<string, Field>;
}

/** How many phases carry current; `null`: not reported. */
export function phasesInUse(currents: readonly (number | null)[]): number | null {
  if (currents.every((ampere) => ampere === null)) return null;
  return currents.filter((ampere) => ampere !== null && ampere > 0).length;
}

/** `null`: missing, empty, or not a text. */
export function textAt(answer: Answer, key: string): string | null {
  const text = answer.get(key);
  return typeof text === "string" && text !== "" ? text : null;
}

/** A list of sensors with fewer than two of them is not valid. */
export function hasList(answer: Answer, key: string): boolean {
  const list = answer.get(key);
  return Array.isArray(list) && list.length >= 2;
}

export type Labels = Readonly<Record<number, string>>;

/** The label of a code. One that is not in the table keeps its number, so that a bug report shows it. */
export function labelOf(labels: Labels, code: number): string {
  return labels[code] ?? `UNKNOWN ${code}`;
}

export const noError = "NONE";

/** The charger does not know its own state: `null` in API v2, 10 and everything unlisted in API v1. */
export const internalError = "INTERNAL";

/** `car` by its numbers, the same in both versions. */
const states: Readonly<Record<number, ChargerState>> = {
  1: "disconnected",
  2: "charging",
  3: "connected",
  4: "connected",
};

/** `car` 6, since firmware 60.4: whether there is a car is not known yet. */
const initializing = 6;

/**
 * An unknown code counts as a fault, so that nothing is started. An error takes precedence over the state of the car.
 * `null`: not known yet.
 */
export function stateOf(car: number | null, error: string | null): ChargerState | null {
  if (car === null || (error !== null && error !== noError)) return "fault";
  return car === initializing ? null : (states[car] ?? "fault");
}

/** Whether this is a status, or a part of one: at least one of the keys that were asked for. */
export function holdsAny(json: unknown, keys: readonly string[]): boolean {
  const answer = answerOf(json);
  return answer !== null && keys.some((key) => answer.has(key));
}
