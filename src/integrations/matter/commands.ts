/** What a controller's command means: the command to the site, and Matter's own state. Nothing is carried out here. */

import { EnergyEvse } from "@matter/main/clusters/energy-evse";
import { Status, StatusResponseError } from "@matter/main/types";
import type { ChargerCommand } from "../../model/commands.js";
import type { ChargerView, MeterView } from "../../site/site-view.js";
import { isPlugged } from "../charger-facts.js";
import { isEnabled, isInTime } from "./attributes.js";
import { capOf, lowestOf } from "./limits.js";
import type { PersistentState } from "./persistent-state.js";
import { changed, modeOf, notNow, unsupported, type ModeResponse } from "./modes.js";

/** A, the highest that a control pilot announces (IEC 61851-1). */
const highestPilot = 80;

export interface Change {
  readonly command: ChargerCommand;
  readonly state: Partial<PersistentState>;
}

export interface Situation {
  readonly charger: ChargerView;
  readonly state: PersistentState;
  readonly fault: EnergyEvse.FaultState;
  /** ms since 1970 */
  readonly now: number;
}

/**
 * Charging is allowed, as the mode of the charger has it: in solar mode it waits for the sun. 0 A are "your default";
 * Home Assistant sends nothing else.
 * @throws StatusResponseError for currents that can't be charged with, a time that Matter does not have, and during a fault
 */
export function enableCharging(request: EnergyEvse.EnableChargingRequest, situation: Situation): Change {
  const { charger, state, fault, now } = situation;
  const { min, max } = charger.current;
  const least = Number(request.minimumChargeCurrent) / 1_000;
  const most = Number(request.maximumChargeCurrent) / 1_000;
  if (fault !== EnergyEvse.FaultState.NoError) throw new StatusResponseError("The charger has a fault", Status.Failure);
  if (least > max || most > highestPilot || (most > 0 && most < min) || (most > 0 && least > most))
    throw new StatusResponseError(`The charger takes ${min} to ${max} A`, Status.ConstraintError);
  if (request.chargingEnabledUntil !== null && !isInTime(request.chargingEnabledUntil))
    throw new StatusResponseError("The highest number is no time; null is for good", Status.ConstraintError);

  const until = request.chargingEnabledUntil === null ? null : request.chargingEnabledUntil * 1_000;
  if (until !== null && until <= now) return disable();
  const limits = { ...state.limits, command: most === 0 ? null : most };
  return {
    state: { limits, until },
    command: {
      ...enabling(charger, state),
      minAmpere: least === 0 ? null : least,
      maxAmpere: capOf(limits, charger.current),
    },
  };
}

/** A start by hand goes on as it is; a stop by hand is taken back. */
function enabling(charger: ChargerView, { mode }: PersistentState): ChargerCommand {
  if (isEnabled(charger)) return {};
  const plugged = charger.reading !== null && isPlugged(charger.reading) === true;
  return {
    ...(charger.mode === "off" ? { mode } : {}),
    // Without a car, only a start is sure to be there still when one comes.
    ...(charger.userSettings.manual?.kind === "stop" ? { allowCharging: plugged ? null : true } : {}),
  };
}

/** A stop by hand would end with the car's leaving; this one shall not. */
export function disable(): Change {
  return { state: { until: null }, command: { mode: "off" } };
}

/** A charger that is disabled stays so, and has the mode once it is enabled. */
export function changeToMode(
  number: number,
  { charger }: Situation,
  meters: readonly MeterView[],
): { readonly answer: ModeResponse; readonly change: Change | null } {
  const mode = modeOf(number);
  if (mode === null) return { answer: unsupported(number), change: null };
  if (mode === "solar" && !isSunKnown(meters)) return { answer: notNow("No meter measures the surplus"), change: null };
  const off = charger.mode === "off" && !isEnabled(charger);
  return { answer: changed, change: { state: { mode }, command: off ? {} : { mode } } };
}

function isSunKnown(meters: readonly MeterView[]): boolean {
  return meters.some(({ reachable, reading }) => reachable && reading?.grid?.power != null);
}

/** @throws StatusResponseError for a current that can't be charged with */
export function checkUserMaximum(milliamperes: number, { charger }: Situation): void {
  const { min } = charger.current;
  if (milliamperes < min * 1_000 || milliamperes > highestPilot * 1_000)
    throw new StatusResponseError(`The charger takes ${min} A and more`, Status.ConstraintError);
}

export function setUserMaximum(milliamperes: number, { charger, state }: Situation): Change {
  const least = lowestOf(charger.userSettings.minAmpere, charger.current);
  const limits = { ...state.limits, user: Math.max(milliamperes / 1_000, least) };
  return { state: { limits }, command: { maxAmpere: capOf(limits, charger.current) } };
}
