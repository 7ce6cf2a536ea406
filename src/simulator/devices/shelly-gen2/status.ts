/** What a Shelly Pro 3EM says of its measurements, in both profiles, and which changes it keeps to itself. */

import type { PhaseIndex } from "../../../model/phases.js";
import { phaseIndexes } from "../../../model/phases.js";
import type { MeteredGrid } from "../shelly-gen1/state.js";
import type { Status } from "./json.js";
import type { Profile } from "./state.js";

const letters = ["a", "b", "c"] as const;

/** What is notified only when it has changed by more than both (Shelly API, Gen 2, Shelly Pro 3EM). */
const thresholds: readonly { readonly key: RegExp; readonly absolute: number; readonly ratio: number }[] = [
  { key: /power$/, absolute: 10, ratio: 0.05 },
  { key: /voltage$/, absolute: 1, ratio: 0.05 },
  { key: /current$/, absolute: 0.05, ratio: 0.05 },
  { key: /pf$|freq$/, absolute: 0.05, ratio: 0.05 },
];

export function measurementOf(
  profile: Profile,
  grid: MeteredGrid,
  phaseErrors: ReadonlyMap<PhaseIndex, readonly string[]>,
  errors: readonly string[],
): Record<string, Status> {
  const phases = phaseIndexes.map((phase) => phaseOf(grid, phase));
  const reported = (phase: PhaseIndex) => phaseErrors.get(phase) ?? [];
  if (profile === "monophase")
    return Object.fromEntries(
      phaseIndexes.map((phase) => [
        `em1:${phase}`,
        {
          id: phase,
          ...phases[phase],
          calibration: "factory",
          ...(reported(phase).length > 0 && { errors: reported(phase) }),
        },
      ]),
    );
  const lettered = phaseIndexes.flatMap((phase) => [
    ...Object.entries(phases[phase] ?? {}).map(([key, value]) => [`${letters[phase]}_${key}`, value]),
    ...(reported(phase).length > 0 ? [[`${letters[phase]}_errors`, reported(phase)]] : []),
  ]);
  const sum = (key: "current" | "act_power" | "aprt_power") => round(phases.reduce((all, one) => all + one[key], 0));
  const totals = {
    n_current: null,
    total_current: sum("current"),
    total_act_power: sum("act_power"),
    total_aprt_power: sum("aprt_power"),
    user_calibrated_phase: [],
    ...(errors.length > 0 && { errors }),
  };
  return { "em:0": { id: 0, ...Object.fromEntries(lettered), ...totals } };
}

function phaseOf({ powers, currents, voltages }: MeteredGrid, phase: PhaseIndex) {
  const apparent = voltages[phase] * Math.abs(currents[phase]);
  return {
    current: round(Math.abs(currents[phase])),
    voltage: round(voltages[phase]),
    act_power: round(powers[phase]),
    aprt_power: round(apparent),
    pf: apparent > 0 ? round(Math.min(1, Math.abs(powers[phase]) / apparent)) : 0,
    freq: 50,
  };
}

/** Wh, counted phase by phase. */
export function energyOf(profile: Profile, { importEnergies, exportEnergies }: MeteredGrid): Record<string, Status> {
  const counters = (phase: PhaseIndex) => ({
    total_act_energy: round(importEnergies[phase]),
    total_act_ret_energy: round(exportEnergies[phase]),
  });
  if (profile === "monophase")
    return Object.fromEntries(phaseIndexes.map((phase) => [`em1data:${phase}`, { id: phase, ...counters(phase) }]));
  const lettered = phaseIndexes.flatMap((phase) =>
    Object.entries(counters(phase)).map(([key, value]) => [`${letters[phase]}_${key}`, value]),
  );
  const sum = (values: readonly number[]) => round(values.reduce((all, one) => all + one, 0));
  const totals = { total_act: sum(importEnergies), total_act_ret: sum(exportEnergies) };
  return { "emdata:0": { id: 0, ...Object.fromEntries(lettered), ...totals } };
}

/** The fields that have changed enough since they were notified, which is noted down in `notified`. */
export function changedBeyond(measured: Record<string, Status>, notified: Map<string, Status>): Record<string, Status> {
  const changes = Object.entries(measured).flatMap(([component, status]): [string, Status][] => {
    const before = notified.get(component) ?? {};
    const gone = Object.keys(before).filter((key) => key.endsWith("errors") && !(key in status));
    const changed = [
      ...Object.entries(status).filter(([key, value]) => key !== "id" && isWorthNotifying(key, before[key], value)),
      ...gone.map((key): [string, unknown] => [key, []]),
    ];
    if (changed.length === 0) return [];
    const fields = Object.fromEntries(changed);
    notified.set(component, { ...before, ...fields });
    for (const key of gone) notified.set(component, without(notified.get(component) ?? {}, key));
    return [[component, { id: status["id"], ...fields }]];
  });
  return Object.fromEntries(changes);
}

function isWorthNotifying(key: string, before: unknown, now: unknown): boolean {
  if (before === undefined) return true;
  if (typeof before !== "number" || typeof now !== "number") return JSON.stringify(before) !== JSON.stringify(now);
  const { absolute, ratio } = thresholds.find((row) => row.key.test(key)) ?? { absolute: 0, ratio: 0 };
  const change = Math.abs(now - before);
  return change > absolute && change > Math.abs(before) * ratio;
}

function without(status: Status, key: string): Status {
  return Object.fromEntries(Object.entries(status).filter(([name]) => name !== key));
}

function round(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
