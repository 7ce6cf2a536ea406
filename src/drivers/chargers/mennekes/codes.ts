/** The codes of the ECU register set: OCPP status, vehicle state, contactor and error bits. */

import type { ChargerState } from "../../../model/channels.js";

/** Vehicle state by IEC 61851-1; register 122, counted from 1. */
const vehicleStates = ["A", "B", "C", "D", "E"] as const;

/** OCPP status, register 104. */
const ocpp = { unavailable: 3, faulted: 4, suspendedByCharger: 7, suspendedByCar: 8, last: 9 } as const;

/** Bits 0 to 21 of the error words, by their place. */
const errorLabels = [
  "RCMB",
  "VEHICLE_STATE_E",
  "DIODE",
  "MCB_TYPE2",
  "MCB_SCHUKO",
  "RCD",
  "CONTACTOR_WELDED",
  "BACKEND_OFFLINE",
  "LOCK_FAILED",
  "LOCK_WITHOUT_PLUG",
  "ACTUATOR_STUCK",
  "ACTUATOR_DETECTION",
  "FIRMWARE_UPDATE",
  "TILT",
  "CP_PR_WIRING",
  "TYPE2_OVERLOAD",
  "UNLOCKED_WHILE_CHARGING",
  "TILT_UNTIL_REBOOT",
  "PIC",
  "USB_OVERCURRENT",
  "PHASE_ROTATION",
  "NO_MAINS",
] as const;

/** Errors that leave charging alone: neither the backend nor the USB socket has a part in it. */
const harmless: readonly string[] = ["BACKEND_OFFLINE", "USB_OVERCURRENT"];

const noError = "NONE";

export interface Errors {
  /** All errors by name, or "NONE". */
  readonly text: string;
  /** At least one of those known to keep it from charging. */
  readonly severe: boolean;
}

/** A to E; one that IEC 61851-1 does not know keeps its number. */
export function vehicleLabel(code: number | null): string | null {
  return code === null ? null : (vehicleStates[code - 1] ?? `UNKNOWN ${code}`);
}

/**
 * The errors in registers 105 to 112, undecoded. Unlike all else here, the low word comes first and in it the low byte:
 * 0x4100 0x0000 in 111 and 112 is bit 0 and bit 6. Bits without a documented meaning are shown, and do not count as a
 * fault: the charger's state shows whether there is one. `null`: not reported.
 */
export function errorsOf(words: readonly (number | null)[]): Errors | null {
  const known = words.map((word) => (word === null ? null : swapBytes(word)));
  const [low, high] = known.slice(-2);
  if (typeof low !== "number" || typeof high !== "number") return null;
  const bits = low + high * 0x1_0000;
  if (bits === 0xffff_ffff) return null;
  const names = Array.from({ length: 32 }, (_, bit) => bit)
    .filter((bit) => Math.floor(bits / 2 ** bit) % 2 === 1)
    .map((bit) => errorLabels[bit] ?? `UNKNOWN ${bit}`);
  const others = known.slice(0, -2).flatMap((word, index) => otherErrors(word, 105 + index));
  const all = [...names, ...others];
  return {
    text: all.length === 0 ? noError : all.join(", "),
    severe: names.some((name) => !name.startsWith("UNKNOWN") && !harmless.includes(name)),
  };
}

/** An unknown code counts as a fault, so that nothing is started. */
export function stateOf(status: number, vehicle: number, errors: Errors | null): ChargerState {
  const letter = vehicleStates[vehicle - 1];
  if (letter === undefined || letter === "E" || status > ocpp.last || errors?.severe === true) return "fault";
  if (status === ocpp.faulted || status === ocpp.unavailable) return "fault";
  if (letter === "A") return "disconnected";
  const suspended = status === ocpp.suspendedByCharger || status === ocpp.suspendedByCar;
  return letter === "B" || suspended ? "connected" : "charging";
}

/** Phases that the contactor has closed, register 140; `null`: it is open, or the code is unknown. */
export function phasesOf(relay: number | null): 1 | 3 | null {
  if (relay === 1) return 3;
  return relay === 5 ? 1 : null;
}

function otherErrors(word: number | null, register: number): string[] {
  return word === null || word === 0 || word === 0xffff ? [] : [`UNKNOWN ${register}:${word.toString(16)}`];
}

function swapBytes(word: number): number {
  return ((word & 0xff) << 8) | (word >> 8);
}
