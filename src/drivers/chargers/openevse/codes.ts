/** The codes of an OpenEVSE, the same in both of its APIs. */

import type { ChargerState } from "../../../model/channels.js";

/** State of the controller: open_evse "J1772EvseController.h"; firmware's "Status.yaml". */
const stateLabels: Readonly<Record<number, string>> = {
  0: "STARTING",
  1: "NOT_CONNECTED",
  2: "CONNECTED",
  3: "CHARGING",
  4: "VENT_REQUIRED",
  5: "DIODE_CHECK_FAILED",
  6: "GFCI_FAULT",
  7: "NO_GROUND",
  8: "STUCK_RELAY",
  9: "GFCI_SELF_TEST_FAILED",
  10: "OVER_TEMPERATURE",
  11: "OVER_CURRENT",
  14: "RELAY_CLOSURE_FAULT",
  254: "SLEEPING",
  255: "DISABLED",
};

const noError = "NONE";

const starting = 0;
const calm: readonly number[] = [1, 2, 3];
const atRest: readonly number[] = [254, 255];

/** Bits of `flags`, which RAPI calls vflags. */
const flag = {
  limitSleep: 0x0004,
  authLocked: 0x0008,
  plugged: 0x0100,
  timerOn: 0x1000,
  bootLocked: 0x4000,
} as const;

/** At rest by itself: not because somebody pressed its button. */
const restsByItself = flag.limitSleep | flag.authLocked | flag.timerOn | flag.bootLocked;

/** The label of a code. One that is not in the table keeps its number, so that a bug report shows it. */
export function stateLabel(code: number): string {
  return stateLabels[code] ?? `UNKNOWN ${code}`;
}

/** `null`: it is starting, and has not looked yet. */
export function errorOf(code: number): string | null {
  if (code === starting) return null;
  return calm.includes(code) || atRest.includes(code) ? noError : stateLabel(code);
}

/**
 * An unknown code counts as a fault, so that nothing is started. At rest, the code does not show whether a car is plugged in.
 * @param plugged `null`: not reported
 */
export function stateOf(code: number, plugged: boolean | null): ChargerState | null {
  if (code === starting) return null;
  if (code === 1) return "disconnected";
  if (code === 2) return "connected";
  if (code === 3) return "charging";
  if (!atRest.includes(code)) return "fault";
  return plugged === null ? null : plugged ? "connected" : "disconnected";
}

/** Whether its controller would charge a car now; `null`: it is starting, or has a fault. */
export function isAwake(code: number): boolean | null {
  if (calm.includes(code)) return true;
  return atRest.includes(code) ? false : null;
}

/** Stopped at the box itself, as with its button; not because of its timer, a limit, or a lock. */
export function isStoppedAtBox(code: number, flags: number | null): boolean {
  return atRest.includes(code) && ((flags ?? 0) & restsByItself) === 0;
}

/** `null`: not reported */
export function pluggedByFlags(flags: number | null): boolean | null {
  return flags === null ? null : (flags & flag.plugged) !== 0;
}
