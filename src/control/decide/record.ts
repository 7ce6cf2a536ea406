/** Remembers a decision: command, start, pause, phase switch, and what the solar step has learnt. */

import { changed } from "../changed.js";
import type { ChargerMemory } from "../observe/charger-memory.js";
import { isPlugged } from "../observe/charger-state.js";
import { recent } from "../observe/history.js";
import { mostClosings, phaseSwitchPause } from "../parameters.js";
import type { PlannedDemand } from "./demands.js";
import type { Setpoint } from "./setpoint.js";
import type { SolarMemory } from "./solar/solar-memory.js";

/** @param solar of the solar step; absent: its demand does not depend on the surplus now */
export function recordDecision(
  { charger, demand, session }: PlannedDemand,
  setpoint: Setpoint,
  solar: SolarMemory | undefined,
  now: number,
): ChargerMemory {
  const { memory, activeSetpoint, reading } = charger;
  const persistent = changed(charger.persistent, { session });
  const ignoresSurplus = demand.kind === "fast" || demand.kind === "fixed";
  const kept = changed(memory, { persistent, ignoresSurplus, solar: solar ?? withoutRegret(memory.solar) });
  const { lastCommand } = persistent;
  if (lastCommand !== null && lastCommand.current === setpoint.current && lastCommand.phases === setpoint.phases)
    return kept;

  const command = { at: now, current: setpoint.current, phases: setpoint.phases };
  const starts = setpoint.current > 0 && (activeSetpoint.current === 0 || lastCommand === null);
  const pauses = activeSetpoint.current > 0 && setpoint.current === 0;
  const switches = activeSetpoint.current > 0 && setpoint.current > 0 && activeSetpoint.phases !== setpoint.phases;
  const closesAt = switches ? now + phaseSwitchPause : now;
  return {
    ...kept,
    commands: [...recent(kept.commands, now), command],
    closings: starts || switches ? [...kept.closings.slice(1 - mostClosings), closesAt] : kept.closings,
    persistent: {
      ...persistent,
      lastCommand: command,
      commandConfirmed: persistent.commandConfirmed && !starts && !pauses,
      startedAt: starts ? now : persistent.startedAt,
      pausedAt: pauses && reading !== null && isPlugged(reading) ? now : persistent.pausedAt,
      switchedAt: switches ? now : persistent.switchedAt,
    },
  };
}

function withoutRegret(solar: SolarMemory): SolarMemory {
  return changed(solar, { regret: 0, phaseRegret: 0 });
}
