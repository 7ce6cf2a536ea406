/** Duration of one decision with many chargers on three levels of circuits. */

import { newMemory, type Memory } from "../../../src/control/memory.js";
import type { Observation } from "../../../src/control/observation.js";
import { decide } from "../../../src/control/decide/decide.js";
import { observe } from "../../../src/control/observe/observe.js";
import { mainFuse, type ControlSettings } from "../../../src/control/settings.js";
import { byName } from "../../../src/model/names.js";
import { perPhase } from "../../../src/model/phases.js";
import { noChargerReading, noQuantities, type ChargerReading, type MeterReading } from "../../../src/model/readings.js";
import type { CaseResult } from "../result.js";
import { fuseSettings, meterName, voltage } from "../settings.js";

const counts = [250, 500, 1_000, 2_000];
/** ms, median, with 1000 chargers */
const target = 5;
const targetAt = 1_000;
/** Permitted factor above linear growth, from the fewest to the most chargers: caches and memory differ. */
const linear = 1.5;
/** Decisions before measuring, and the minimum that are measured. */
const warmUp = 10;
const passes = 15;
/** ms of measuring for each number of chargers; three times as long where there are too few decisions. */
const budget = 1_500;

/** The main fuse, a circuit for every hundred chargers, and one for every ten. */
function tree(count: number): ControlSettings {
  const upper = Array.from({ length: Math.ceil(count / 100) }, (_, i) => ({
    name: `House ${i}`,
    limit: 400,
    parent: mainFuse,
    meters: [],
  }));
  const lower = Array.from({ length: Math.ceil(count / 10) }, (_, i) => ({
    name: `Row ${i}`,
    limit: 63,
    parent: `House ${Math.floor(i / 10)}`,
    meters: [],
  }));
  const chargers = Array.from({ length: count }, (_, i) => ({
    name: `Charger ${i}`,
    circuit: `Row ${Math.floor(i / 10)}`,
    priority: i % 3,
    rotation: i % 2 === 0 ? ([0, 1, 2] as const) : ([1, 2, 0] as const),
  }));
  return fuseSettings(8 * count, chargers, [...upper, ...lower]);
}

function grid(current: number): MeterReading {
  const currents = perPhase((i) => current + i);
  const power = currents.reduce((sum, each) => sum + each * voltage, 0);
  return { grid: { ...noQuantities, power, currents, voltages: perPhase(() => voltage) } };
}

function charging(current: number): ChargerReading {
  return {
    ...noChargerReading,
    state: "charging",
    allowCharging: current > 0,
    enabled: current > 0,
    maxAmpere: current,
    phases: 3,
    currentL1: current,
    currentL2: current,
    currentL3: current,
    power: 3 * current * voltage,
  };
}

/** Every second a reading of the meter and of some of the chargers; each charger is read every `period` s. */
function observation(settings: ControlSettings, second: number, period: number): Observation {
  const due = settings.chargers.filter((_, i) => i % period === second % period);
  const chargers = byName<ChargerReading>();
  for (const [i, { name }] of due.entries()) chargers[name] = charging(6 + ((i + second) % 3));
  return {
    time: Date.UTC(2026, 5, 21) + second * 1_000,
    meters: { [meterName]: grid(settings.chargers.length * 7 + (second % 7)) },
    chargers,
    commands: {},
  };
}

/** ms, median */
function measure(count: number, period: number): number {
  const settings = tree(count);
  let memory: Memory = newMemory();
  const times: number[] = [];
  const began = performance.now();
  for (let second = 0, passed = 0; passed < budget || (times.length < passes && passed < 3 * budget); second++) {
    const seen = observation(settings, second, period);
    const before = performance.now();
    ({ memory } = decide(settings, observe(settings, memory, seen)));
    const after = performance.now();
    passed = after - began;
    if (second >= warmUp || passed > budget) times.push(after - before);
  }
  return times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? NaN;
}

export function scaleCase(): CaseResult {
  const kinds = [
    { name: "all chargers read before every decision", period: 1 },
    { name: "each charger read every 5 decisions", period: 5 },
  ];
  const rows = kinds.map(({ name, period }) => {
    const times = counts.map((count) => ({ count, time: measure(count, period) }));
    const fast = times.every(({ count, time }) => count !== targetAt || time < target);
    const [smallest, largest] = [times[0], times.at(-1)];
    const even =
      smallest !== undefined &&
      largest !== undefined &&
      largest.time / smallest.time <= (linear * largest.count) / smallest.count;
    return { who: name, cells: times.map(({ time }) => `${time.toFixed(2)} ms`), met: fast && even };
  });
  return {
    title: "Many chargers on three levels of circuits: one decision",
    how: "Median. The main fuse, circuits of 100 and of 10 chargers, each on its own phase rotation, three priorities, the grid meter read before every decision.",
    target: `under ${target} ms with ${targetAt} chargers, and eight times as many take at most ${8 * linear} times as long`,
    columns: counts.map(String),
    rows,
  };
}
