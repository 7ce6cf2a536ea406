/** A reading from Easee's observations. */

import type { ChargerState } from "../../../model/channels.js";
import { DeviceError } from "../../../model/errors.js";
import { type ChargerReading, noChargerReading } from "../../../model/readings.js";
import type { NumberName, ObservationStore } from "./observations.js";

export type Control = "charger" | "circuit";

/** A; below it the charger offers nothing, and a pause reads as 0 (evcc). */
export const minimumCurrent = 6;

/**
 * A; higher limits read as this. They come after a restart (40 or 80 A, seen also 1000 A) and mean "none": no Easee
 * gives more than 32 A.
 */
const highestLimit = 40;

/** `chargerOpMode` in which the charger holds the current back: a pause, load balancing, or nobody has started it. */
export const awaitingStart = 2;
/** `chargerOpMode` without a car. */
export const disconnected = 1;

/**
 * `chargerOpMode`, developer.easee.com "Enumerations"; from 100 on pyeasee, in part. What is not here is a fault:
 * no reason to start anything. `null`: the cloud has no contact to the charger.
 */
const states: Readonly<Record<number, { readonly label: string; readonly state: ChargerState | null }>> = {
  0: { label: "OFFLINE", state: null },
  1: { label: "DISCONNECTED", state: "disconnected" },
  2: { label: "AWAITING_START", state: "connected" },
  3: { label: "CHARGING", state: "charging" },
  4: { label: "COMPLETED", state: "connected" },
  5: { label: "ERROR", state: "fault" },
  6: { label: "READY_TO_CHARGE", state: "connected" },
  7: { label: "AWAITING_AUTHENTICATION", state: "connected" },
  8: { label: "DEAUTHENTICATING", state: "connected" },
  102: { label: "OFFLINE", state: null },
  103: { label: "AWAITING_LOAD_BALANCING", state: "connected" },
  104: { label: "AWAITING_AUTHORIZATION", state: "connected" },
  105: { label: "AWAITING_SMART_START", state: "connected" },
  106: { label: "AWAITING_SCHEDULED_START", state: "connected" },
  107: { label: "AUTHENTICATING", state: "connected" },
  108: { label: "PAUSED_DUE_TO_EQUALIZER", state: "connected" },
  109: { label: "SEARCHING_FOR_MASTER", state: "connected" },
  157: { label: "ERRATIC_EV", state: "fault" },
  158: { label: "ERROR_TEMPERATURE_TOO_HIGH", state: "fault" },
  159: { label: "ERROR_DEAD_POWERBOARD", state: "fault" },
  160: { label: "ERROR_OVERCURRENT", state: "fault" },
  161: { label: "ERROR_PEN_FAULT", state: "fault" },
};

/** Modes in which somebody has to authorise the car first. */
const waitsForAuthorisation: readonly number[] = [7, 8, 104, 107];

/** `outputPhase`, developer.easee.com "Enumerations"; 0 is none, and the odd ones are IT grids. */
const outputPhases: Readonly<Record<number, number>> = {
  10: 1,
  11: 1,
  12: 1,
  13: 1,
  14: 1,
  15: 1,
  20: 2,
  21: 2,
  22: 2,
  30: 3,
};

/** `phaseMode`; 2 lets the charger choose. */
const lockedPhases: Readonly<Record<number, number>> = { 1: 1, 3: 3 };

/** @throws DeviceError when the charger is offline, or has not reported its state */
export function readingOf(store: ObservationStore, control: Control, device: string): ChargerReading {
  const opMode = store.number("opMode");
  if (opMode === null) {
    const what = "the Easee cloud does not report the state of the charger";
    const advice = "Check in the Easee app that this charger is online";
    throw new DeviceError({ code: "protocol", device, what, advice });
  }
  const known = states[opMode];
  if (known?.state === null || store.boolean("cloudConnected") === false) throw offline(device);
  const state = known?.state ?? "fault";
  const enabled = isEnabled(store);
  // Its relays are open; what it reported before, it may never take back.
  const isOpen = known?.state === "fault" || known?.state === "disconnected";
  const flow = (name: NumberName): number | null => (isOpen ? 0 : store.number(name));
  return {
    ...noChargerReading,
    maxAmpere: limitOf(store, control),
    pwmSignal: store.text("pilotMode"),
    error: errorOf(store, state, known?.label ?? `UNKNOWN ${opMode}`),
    voltageL1: store.number("voltageT2T3"),
    voltageL2: store.number("voltageT2T4"),
    voltageL3: store.number("voltageT2T5"),
    currentL1: flow("currentT3"),
    currentL2: flow("currentT4"),
    currentL3: flow("currentT5"),
    power: flow("totalPower"),
    phases: phasesOf(store, control),
    sessionChargeConsumption: store.number("sessionEnergy"),
    totalConsumption: store.number("lifetimeEnergy"),
    allowCharging: enabled === null ? null : enabled && !waitsForAuthorisation.includes(opMode),
    cableEncoding: store.number("cableRating"),
    temperature: store.number("temperature"),
    firmware: store.number("firmware")?.toString() ?? null,
    accessState: waitsForAuthorisation.includes(opMode) ? (known?.label ?? null) : null,
    state,
    enabled,
    tag: state === "disconnected" ? null : store.text("userToken"),
  };
}

/** The limit that we set with this control, A per phase; `null`: not reported, or a pause in its place. */
export function limitOf(store: ObservationStore, control: Control): number | null {
  const limit = store.number(control === "charger" ? "dynamicChargerCurrent" : "dynamicCircuitCurrentP1");
  if (limit === null || (control === "charger" && limit === 0)) return null;
  return Math.min(limit, highestLimit);
}

/** How many phases the circuit's limits leave; `null`: they are not reported, or leave none. */
export function circuitPhasesOf(store: ObservationStore): 1 | 3 | null {
  const [p1, p2, p3] = [
    store.number("dynamicCircuitCurrentP1"),
    store.number("dynamicCircuitCurrentP2"),
    store.number("dynamicCircuitCurrentP3"),
  ];
  if (p1 === null || p2 === null || p3 === null || p1 === 0) return null;
  return p2 === 0 && p3 === 0 ? 1 : 3;
}

/** A pause, be it ours or one from the Easee app, is a dynamic charger current of 0. */
function isEnabled(store: ObservationStore): boolean | null {
  if (store.boolean("isEnabled") === false) return false;
  const limit = store.number("dynamicChargerCurrent");
  return limit === null ? null : limit >= minimumCurrent;
}

/** What the circuit leaves where we set it; else what is in use, or what the charger is locked to. */
function phasesOf(store: ObservationStore, control: Control): number | null {
  const left = control === "circuit" ? circuitPhasesOf(store) : null;
  if (left !== null) return left;
  return outputPhases[store.number("outputPhase") ?? 0] ?? lockedPhases[store.number("phaseMode") ?? 0] ?? null;
}

function errorOf(store: ObservationStore, state: ChargerState, label: string): string {
  const code = store.number("fatalErrorCode") || store.number("errorCode");
  if (state !== "fault") return code ? `${code}` : "NONE";
  return code ? `${label} ${code}` : label;
}

function offline(device: string): DeviceError {
  const what = "the Easee cloud has no contact to the charger; it keeps to its offline limit";
  const advice = "Check that it is on, and its connection to the Internet";
  return new DeviceError({ code: "unreachable", device, what, advice });
}
