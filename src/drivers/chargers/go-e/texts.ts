/** What go-e's codes mean, in both generations of its API. */

import type { ChargerState } from "../../../model/channels.js";

export type Texts = Readonly<Record<number, string>>;

/** The text of a code. One that is not in the table is named with its number, so that a report tells it. */
export function textOf(texts: Texts, code: number): string {
  return texts[code] ?? `UNKNOWN ${code}`;
}

/** go-eCharger API v1, `car` */
export const carTextsV1: Texts = {
  0: "UNKNOWN/ERROR",
  1: "READY_NO_CAR",
  2: "CHARGING",
  3: "WAITING_FOR_CAR",
  4: "CHARGING_DONE_CAR_CONNECTED",
};

/** go-eCharger API v2, `car` */
export const carTextsV2: Texts = {
  0: "UNKNOWN/ERROR",
  1: "IDLE",
  2: "CHARGING",
  3: "WAITING_FOR_CAR",
  4: "COMPLETE",
  5: "ERROR",
};

/** The charger itself does not know: `null` in API v2, 10 and everything unlisted in API v1. */
export const internalError = "INTERNAL";

export const noError = "NONE";

/** go-eCharger API v1, `err` */
export const errorTextsV1: Texts = { 0: noError, 1: "RCCB", 3: "PHASE", 8: "NO_GROUND", 10: internalError };

/** go-eCharger API v2, `err`; 20–24 are reserved. */
export const errorTextsV2: Texts = {
  0: noError,
  1: "FiAc",
  2: "FiDc",
  3: "Phase",
  4: "Overvolt",
  5: "Overamp",
  6: "Diode",
  7: "PpInvalid",
  8: "GndInvalid",
  9: "ContactorStuck",
  10: "ContactorMiss",
  11: "FiUnknown",
  12: "Unknown",
  13: "Overtemp",
  14: "NoComm",
  15: "StatusLockStuckOpen",
  16: "StatusLockStuckLocked",
};

/** go-eCharger API v1, `ast`; the place is the code. */
export const accessTextsV1 = ["OPEN", "RFID", "AWATTAR", "TIMER"] as const;

const states: Readonly<Record<number, ChargerState>> = {
  1: "disconnected",
  2: "charging",
  3: "connected",
  4: "connected",
};

/** A code that is not known is no reason to start anything, and an error outweighs what the car does. */
export function stateOf(car: number | null, error: string | null): ChargerState {
  if (car === null || (error !== null && error !== noError)) return "fault";
  return states[car] ?? "fault";
}
