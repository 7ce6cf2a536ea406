/** Residual-current monitors: what stops a charge, and who lets it go on. */

import { persistentStateOf, newMemory } from "../../../src/control/memory.js";
import type { ResidualCurrentReading } from "../../../src/model/readings.js";
import { charger, charging, grid, house, Run, soundMonitor } from "../support.js";

const quiet = soundMonitor;

const alarmA: ResidualCurrentReading = { ...quiet, alarmA: ["dc"] };

const settings = house({ monitors: ["RCM"], chargers: [charger({ mode: "fast" })] });

const sound = { meters: { Grid: grid(2_000) }, chargers: { Garage: charging(16) } };

/** A charge that goes on under a quiet monitor. */
function running(): Run {
  const run = new Run(settings);
  expect(run.keep(20, { ...sound, monitors: { RCM: quiet } }).allowCharging).toBe(true);
  return run;
}

test.each<[why: string, reading: ResidualCurrentReading]>([
  ["alarm A", alarmA],
  ["alarm B", { ...quiet, alarmB: ["total"] }],
])("%s stops the charge in the same pass, and says why", (_why, reading) => {
  const decision = running().after(1, { ...sound, monitors: { RCM: reading } });
  expect(decision).toMatchObject({ allowCharging: false, current: 0 });
  expect(decision.reason).toContain("RCM raises an alarm");
});

test("an alarm that is over holds until a person starts the charge", () => {
  const run = running();
  run.after(1, { ...sound, monitors: { RCM: alarmA } });
  const later = run.keep(900, { ...sound, monitors: { RCM: quiet } });
  expect(later.allowCharging).toBe(false);
  expect(later.reason).toContain("start by hand");
  const started = run.after(1, { ...sound, monitors: { RCM: quiet }, commands: { Garage: { allowCharging: true } } });
  expect(started.allowCharging).toBe(true);
});

test("a start by hand does not beat an alarm that goes on", () => {
  const run = running();
  run.after(1, { ...sound, monitors: { RCM: alarmA } });
  expect(run.after(1, { ...sound, commands: { Garage: { allowCharging: true } } }).allowCharging).toBe(false);
});

test("an alarm survives a restart", () => {
  const run = running();
  run.after(1, { ...sound, monitors: { RCM: alarmA } });
  run.memory = newMemory(persistentStateOf(run.memory));
  expect(run.keep(30, { ...sound, monitors: { RCM: quiet } }).reason).toContain("start by hand");
});

test.each<[why: string, seconds: number, allowed: boolean]>([
  ["silent for a minute: still believed", 60, true],
  ["silent for longer: nothing watches", 70, false],
])("%s", (_why, seconds, allowed) => {
  const run = running();
  expect(run.keep(seconds, { ...sound, monitors: { RCM: null } }).allowCharging).toBe(allowed);
});

test("a monitor that is back lets the charge go on by itself, after the minimum pause", () => {
  const run = running();
  run.keep(70, { ...sound, monitors: { RCM: null } });
  expect(run.keep(400, { ...sound, monitors: { RCM: quiet } }).allowCharging).toBe(true);
});

test("values that the device itself does not vouch for are as good as none", () => {
  const run = running();
  const doubtful = { ...quiet, valid: false };
  expect(run.keep(70, { ...sound, monitors: { RCM: doubtful } }).allowCharging).toBe(false);
});

test("no charge before the monitor has spoken", () => {
  const run = new Run(settings);
  expect(run.after(5, sound).reason).toContain("RCM has not told anything yet");
});

test("a monitor that only notifies stops nothing", () => {
  const run = new Run(house({ chargers: [charger({ mode: "fast" })] }));
  expect(run.keep(20, { ...sound, monitors: { RCM: alarmA } }).allowCharging).toBe(true);
});
