import { newChargerMemory, noPersistentChargerState } from "../../../src/control/observe/charger-memory.js";
import { applyCommand, observeCharger } from "../../../src/control/observe/chargers.js";
import { overdrawCertain, overdrawOf } from "../../../src/control/observe/obedience.js";
import type { ChargerReading } from "../../../src/model/readings.js";
import { charger, charging, connected, disconnected, start } from "../support.js";

const drawing = (current: number, maxAmpere: number | null): ChargerReading => ({
  ...charging(6, 1),
  maxAmpere,
  currentL1: current,
});

test.each<[why: string, reading: ChargerReading, commanded: number, over: boolean]>([
  ["a box at a pilot of 6 A that gives 32 A", drawing(32, 6), 6, true],
  ["one that does not report its limit", drawing(32, null), 6, true],
  ["the greediest car, and a meter that is not exact", drawing(8.9, 6), 6, false],
  ["one that has a higher limit than we commanded: then it is no question of obedience", drawing(32, 32), 6, false],
  ["one that was told to pause, which shows elsewhere", drawing(32, 6), 0, false],
  ["a car that takes nothing", connected(), 6, false],
])("%s: %#", (_why, reading, commanded, over) => {
  expect(overdrawOf(reading, commanded) !== null).toBe(over);
});

/** Told 6 A, it draws 32 A for so long. ms */
function disobeying(time: number) {
  const lastCommand = { at: start - 60_000, current: 6, phases: 1 } as const;
  let memory = newChargerMemory({ ...noPersistentChargerState, lastCommand, commandConfirmed: true });
  for (let at = 0; at <= time; at += 5_000) memory = observeCharger(memory, drawing(32, 6), start + at, charger(), 230);
  return memory;
}

test("half a minute is certain, less is not", () => {
  expect(disobeying(overdrawCertain - 5_000)).toMatchObject({ overdraw: { current: 32, limit: 6 }, disobeyed: null });
  expect(disobeying(overdrawCertain).disobeyed).toEqual({ current: 32, limit: 6, at: start + overdrawCertain });
});

test("it is forgotten with the car, and when a person starts the charger", () => {
  const memory = disobeying(overdrawCertain);
  expect(observeCharger(memory, connected(), start + 60_000, charger(), 230).disobeyed).not.toBeNull();
  expect(observeCharger(memory, disconnected, start + 60_000, charger(), 230).disobeyed).toBeNull();
  expect(applyCommand(memory, { allowCharging: true }).disobeyed).toBeNull();
  expect(applyCommand(memory, { maxAmpere: 10 }).disobeyed).not.toBeNull();
});
