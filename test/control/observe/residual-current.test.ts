/** Residual-current monitors: what stops a charge, and who lets it go on. */

import { newMemory, persistentStateOf } from "../../../src/control/memory.js";
import type { ResidualCurrentReading } from "../../../src/model/readings.js";
import type { Reason } from "../../../src/model/reasons.js";
import { charger, charging, grid, Run, siteSettings, soundMonitor } from "../support.js";

const quiet = soundMonitor;

const alarmA: ResidualCurrentReading = { ...quiet, alarmA: ["dc"] };

const settings = siteSettings({ monitors: ["RCM"], chargers: [charger({ mode: "fast" })] });

const sound = { meters: { Grid: grid(2_000) }, chargers: { Garage: charging(16) } };

/** A charge that goes on under a quiet monitor. */
function running(): Run {
  const run = new Run(settings);
  expect(run.keep(20, { ...sound, monitors: { RCM: quiet } }).allowCharging).toBe(true);
  return run;
}

function alarm(isActive: boolean, bands = "dc"): Reason {
  return { code: "residual-current-alarm", monitor: "RCM", isActive, bands };
}

test.each<[why: string, reading: ResidualCurrentReading, bands: string]>([
  ["alarm A", alarmA, "dc"],
  ["alarm B", { ...quiet, alarmB: ["total"] }, "total"],
])("%s stops the charge in the same pass, and says why", (_why, reading, bands) => {
  const decision = running().after(1, { ...sound, monitors: { RCM: reading } });
  expect(decision).toMatchObject({ allowCharging: false, current: 0 });
  expect(decision.reasons).toEqual([alarm(true, bands)]);
});

test("an alarm that is over holds until a person starts the charge", () => {
  const run = running();
  run.after(1, { ...sound, monitors: { RCM: alarmA } });
  const later = run.keep(900, { ...sound, monitors: { RCM: quiet } });
  expect(later.allowCharging).toBe(false);
  expect(later.reasons).toEqual([alarm(false)]);
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
  expect(run.keep(30, { ...sound, monitors: { RCM: quiet } }).reasons).toEqual([alarm(false)]);
});

test.each<[why: string, seconds: number, allowed: boolean]>([
  ["silent for a minute: not yet lost", 60, true],
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

test("no charge before the monitor has reported", () => {
  const run = new Run(settings);
  expect(run.after(5, sound).reasons).toEqual([{ code: "monitor-not-heard", monitor: "RCM" }]);
});

test("a monitor that only notifies stops nothing", () => {
  const run = new Run(siteSettings({ chargers: [charger({ mode: "fast" })] }));
  expect(run.keep(20, { ...sound, monitors: { RCM: alarmA } }).allowCharging).toBe(true);
});
