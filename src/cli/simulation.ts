/** Runs a recorded day through the controller and a model of house, charger and car. */

import { newMemory, type Memory } from "../control/memory.js";
import { decide } from "../control/decide/decide.js";
import { observe } from "../control/observe/observe.js";
import type { ControlSettings } from "../control/settings.js";
import type { Decision } from "../model/commands.js";
import type { PerPhase, PhaseCount } from "../model/phases.js";
import { ClosedLoop } from "../simulator/closed-loop.js";
import type { RecordedDay } from "../simulator/house/recorded-day.js";

/** s between two readings of meter and charger */
const readingInterval = 5;

export interface Sample {
  /** s since the first row */
  readonly at: number;
  /** W */
  readonly pv: number;
  readonly house: number;
  readonly car: number;
  /** Phases on which it may charge; 0: it may not. */
  readonly phases: 0 | PhaseCount;
}

/** Results of the day. Energies in kWh. */
export interface Outcome {
  readonly pvEnergy: number;
  readonly carEnergy: number;
  /** From the surplus of PV over household, second by second. */
  readonly carEnergyFromSolar: number;
  readonly carEnergyFromGrid: number;
  /** How often charging was started. */
  readonly starts: number;
  readonly phaseSwitches: number;
  /** Changes of the current while charging. */
  readonly setpointChanges: number;
  /** Decisions of the controller. */
  readonly steps: number;
}

export interface SimulatedDay {
  readonly outcome: Outcome;
  /** One for each decision. */
  readonly samples: readonly Sample[];
}

/** An empty car is plugged in from the first to the last row; the first charger of the settings charges it. */
export function simulateDay(day: RecordedDay, settings: ControlSettings): SimulatedDay {
  const [charger] = settings.chargers;
  const grid = settings.meters.find(({ measures }) => measures.includes("grid"));
  if (charger === undefined || grid === undefined)
    throw new RangeError("a simulation needs a charger and a grid meter");
  // The times of the rows are local times without a date.
  const alone: ControlSettings = { ...settings, timeZone: "UTC", chargers: [charger] };
  const rowAt = rowsOf(day);
  let memory: Memory = newMemory();
  const loop = new ClosedLoop({
    settings: alone,
    start: 1_000,
    meterName: grid.name,
    metering: { period: readingInterval },
    pv: (second) => rowAt(second).pv,
    household: (second) => spread(rowAt(second).house, settings.phases),
    decide(observation) {
      const outcome = decide(alone, observe(alone, memory, observation));
      memory = outcome.memory;
      return outcome.decisions;
    },
  });
  const { house } = loop;
  const samples: Sample[] = [];
  const counts = { starts: 0, phaseSwitches: 0, setpointChanges: 0, steps: 0 };
  let last: Decision | undefined;
  for (let left = day.length; left > 0; left--) {
    const { second, decisions } = loop.advance();
    const decision = decisions?.[charger.name];
    if (decision === undefined) continue;
    count(counts, last, decision);
    last = decision;
    const phases = decision.allowCharging ? decision.phases : 0;
    const row = rowAt(second);
    samples.push({ at: second, pv: row.pv, house: row.house, car: house.car.power, phases });
  }

  const carEnergy = house.car.energy / 1_000;
  const carEnergyFromSolar = house.carEnergyFromSolar / 1_000;
  return {
    samples,
    outcome: {
      pvEnergy: round(house.pv.energy / 1_000),
      carEnergy: round(carEnergy),
      carEnergyFromSolar: round(carEnergyFromSolar),
      carEnergyFromGrid: round(carEnergy - carEnergyFromSolar),
      ...counts,
    },
  };
}

/** Returns the row at a second; calls have to be in ascending order. */
function rowsOf({ rows }: RecordedDay): (second: number) => RecordedDay["rows"][0] {
  let row = rows[0];
  let next = 1;
  return (second) => {
    for (let coming = rows[next]; coming !== undefined && coming.at <= second; coming = rows[++next]) row = coming;
    return row;
  };
}

/** Spreads the power evenly over the phases. */
function spread(power: number, phases: 1 | 3): PerPhase<number> {
  return phases === 1 ? [power, 0, 0] : [power / 3, power / 3, power / 3];
}

function count(
  counts: { starts: number; phaseSwitches: number; setpointChanges: number; steps: number },
  before: Decision | undefined,
  now: Decision,
): void {
  counts.steps += 1;
  if (!now.allowCharging) return;
  if (before?.allowCharging !== true) counts.starts += 1;
  else if (before.phases !== now.phases) counts.phaseSwitches += 1;
  else if (before.current !== now.current) counts.setpointChanges += 1;
}

function round(energy: number): number {
  return Number(energy.toFixed(3));
}
