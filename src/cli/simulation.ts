/** A recorded day through the controller and a model of house, charger and car. */

import { newMemory, type Memory } from "../control/memory.js";
import { decide } from "../control/decide/decide.js";
import { observe } from "../control/observe/observe.js";
import type { ControlSettings } from "../control/settings.js";
import type { Decision } from "../model/commands.js";
import type { PhaseCount } from "../model/phases.js";
import { Car } from "../simulator/house/car.js";
import { Evse } from "../simulator/house/evse.js";
import { VirtualHouse } from "../simulator/house/house.js";
import { chargerReading, gridReading } from "../simulator/house/readings.js";
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
  /** On which it may charge; 0: it may not. */
  readonly phases: 0 | PhaseCount;
}

/** What the day came to. Energies in kWh. */
export interface Outcome {
  readonly pvEnergy: number;
  readonly carEnergy: number;
  /** Fed from what the roof gave beyond the house's need, second by second. */
  readonly carEnergyFromSolar: number;
  readonly carEnergyFromGrid: number;
  /** How often charging was allowed anew. */
  readonly starts: number;
  readonly phaseSwitches: number;
  /** Changes of the current while charging. */
  readonly setpointChanges: number;
  /** Passes of the controller. */
  readonly steps: number;
}

export interface SimulatedDay {
  readonly outcome: Outcome;
  /** One for each pass. */
  readonly samples: readonly Sample[];
}

/** An empty car is plugged in from the first to the last row; the first charger of the settings charges it. */
export function simulateDay(day: RecordedDay, settings: ControlSettings): SimulatedDay {
  const [charger] = settings.chargers;
  const grid = settings.meters.find(({ measures }) => measures.includes("grid"));
  if (charger === undefined || grid === undefined)
    throw new RangeError("a simulation needs a charger and a grid meter");
  // The rows' times are local ones, of no day in particular.
  const alone: ControlSettings = { ...settings, timeZone: "UTC", chargers: [charger] };
  const evse = new Evse({
    allowed: false,
    current: charger.minCurrent,
    phases: charger.phases === 3 ? 3 : 1,
    maxCurrent: charger.maxCurrent,
    resolution: charger.step,
  });
  evse.plug(new Car({ maxCurrent: charger.maxCurrent }));
  let row = day.rows[0];
  const virtual = new VirtualHouse({
    voltage: settings.voltage,
    phases: settings.phases,
    roof: { power: () => row.pv },
    household: {
      powers: () => (settings.phases === 1 ? [row.house, 0, 0] : [row.house / 3, row.house / 3, row.house / 3]),
    },
    evses: [{ evse, rotation: charger.rotation }],
  });

  const samples: Sample[] = [];
  const counts = { starts: 0, phaseSwitches: 0, setpointChanges: 0, steps: 0 };
  let memory: Memory = newMemory();
  let last: Decision | undefined;
  let next = 0;
  for (let second = 0; second < day.length; second++) {
    for (let coming = day.rows[next]; coming !== undefined && coming.at <= second; coming = day.rows[++next])
      row = coming;
    virtual.advance(1, second % 86_400);
    if (second % readingInterval !== 0) continue;
    const observed = observe(alone, memory, {
      time: (second + 1) * 1_000,
      meters: { [grid.name]: gridReading(virtual) },
      chargers: { [charger.name]: chargerReading(evse) },
      commands: {},
    });
    const outcome = decide(alone, observed);
    memory = outcome.memory;
    const decision = outcome.decisions[charger.name];
    if (decision === undefined) continue;
    obey(evse, decision);
    count(counts, last, decision);
    last = decision;
    const phases = decision.allowCharging ? decision.phases : 0;
    samples.push({ at: second, pv: row.pv, house: row.house, car: virtual.car.power, phases });
  }

  const carEnergy = virtual.car.energy / 1_000;
  const carEnergyFromSolar = virtual.carEnergyFromSolar / 1_000;
  return {
    samples,
    outcome: {
      pvEnergy: round(virtual.pv.energy / 1_000),
      carEnergy: round(carEnergy),
      carEnergyFromSolar: round(carEnergyFromSolar),
      carEnergyFromGrid: round(carEnergy - carEnergyFromSolar),
      ...counts,
    },
  };
}

function obey(evse: Evse, { allowCharging, current, phases }: Decision): void {
  if (evse.allowed !== allowCharging) evse.allowed = allowCharging;
  if (!allowCharging) return;
  if (evse.current !== current) evse.current = current;
  if (evse.phases !== phases) evse.phases = phases;
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
