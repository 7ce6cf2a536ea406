/** The modes of Matter's EVSE, and which of the charger's modes each of them is. */

import { EnergyEvseMode } from "@matter/main/clusters/energy-evse-mode";
import { ModeBase } from "@matter/main/clusters/mode-base";
import type { ChargerMode } from "../../model/commands.js";

const { ModeTag } = EnergyEvseMode;

/** `off` is none of them: it is an EVSE that is disabled, whatever its mode. */
export type EvseMode = Exclude<ChargerMode, "off">;

interface Row {
  readonly mode: EvseMode;
  /** What people choose from. */
  readonly label: string;
  /** The conditions of which any one lets it charge. */
  readonly tags: readonly number[];
}

/**
 * A mode's number is its place: SmartThings takes it for that (its driver `matter-evse`, 2026). In both modes of the
 * sun targets and cheap hours count too, hence the second tag.
 */
const rows: readonly Row[] = [
  { mode: "fast", label: "Manual", tags: [ModeTag.Manual] },
  { mode: "scheduled", label: "Scheduled", tags: [ModeTag.TimeOfUse] },
  { mode: "solar", label: "Solar", tags: [ModeTag.SolarCharging, ModeTag.TimeOfUse] },
  { mode: "solar-min", label: "Solar and minimum", tags: [ModeTag.SolarCharging, ModeTag.TimeOfUse, ModeTag.Min] },
];

export const supportedModes = rows.map(({ label, tags }, mode) => ({
  label,
  mode,
  modeTags: tags.map((value) => ({ value })),
}));

export function numberOf(mode: EvseMode): number {
  return rows.findIndex((row) => row.mode === mode);
}

/** `null`: there is no such mode. */
export function modeOf(number: number): EvseMode | null {
  return rows[number]?.mode ?? null;
}

export type ModeResponse = ModeBase.ChangeToModeResponse;

export const changed: ModeResponse = { status: ModeBase.ModeChangeStatus.Success, statusText: "" };

export function unsupported(number: number): ModeResponse {
  return { status: ModeBase.ModeChangeStatus.UnsupportedMode, statusText: `There is no mode ${number}` };
}

export function notNow(why: string): ModeResponse {
  return { status: ModeBase.ModeChangeStatus.InvalidInMode, statusText: why };
}
