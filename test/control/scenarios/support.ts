/** What several scenarios begin with. */

import { newMemory, persistentStateOf, type PersistentState } from "../../../src/control/memory.js";
import type { ChargerSettings, ControlSettings } from "../../../src/control/settings.js";
import type { ChargerCommand } from "../../../src/model/commands.js";
import type { ChargerReading, MeterReading } from "../../../src/model/readings.js";
import { charger, charging, connected, gridCurrents, Run, siteSettings } from "../support.js";

/** s */
export const hour = 3_600;

/** A grid reading that differs a little from each other one, as those of real meters do. */
export function alive(run: Run, l1: number, l2 = 0, l3 = 0): MeterReading {
  return gridCurrents(l1 - run.seconds / 100_000, l2, l3);
}

/** For so long: every five seconds the grid with this on L1, beside the car, and a charger that obeys. */
export function live(run: Run, seconds: number, others: number, reading?: ChargerReading): void {
  for (const end = run.seconds + seconds; run.seconds < end;) {
    const current = run.last ? run.decision("Garage").current : 0;
    const obeys = current > 0 ? charging(current) : connected();
    run.after(5, { meters: { Grid: alive(run, others + current) }, chargers: { Garage: reading ?? obeys } });
  }
}

/** A fast charge of 10 A beside 15 A of others on a fuse of 25 A. */
export function fullFuse(failsafeCurrent = 0): Run {
  const run = new Run(siteSettings({ failsafeCurrent, chargers: [charger({ mode: "fast" })] }));
  live(run, 60, 15);
  if (run.decision("Garage").current !== 10) throw new Error("the fuse should leave 10 A");
  return run;
}

/** A site in UTC with one charger. */
export function runWith(settings: Partial<ChargerSettings>, site: Partial<ControlSettings> = {}): Run {
  return new Run(siteSettings({ timeZone: "UTC", chargers: [charger(settings)], ...site }));
}

/** A charger that obeys and counts, and a car that takes all: for so long, beside others on L1. */
export function charge(run: Run, seconds: number, others: number, reported: Partial<ChargerReading> = {}): void {
  let energy = run.memory.chargers["Garage"]?.charged ?? 0;
  for (const end = run.seconds + seconds; run.seconds < end;) {
    const current = run.last ? run.decision("Garage").current : 0;
    energy += (current * 0.23 * 10) / hour;
    const reading = current > 0 ? charging(current) : connected();
    run.after(10, {
      meters: { Grid: alive(run, others + current) },
      chargers: { Garage: { ...reading, sessionChargeConsumption: energy, ...reported } },
    });
  }
}

export function command(run: Run, planned: ChargerCommand): void {
  run.after(1, { commands: { Garage: planned } });
}

/** What lasts over a restart of the program, by way of a file. */
export function restart(run: Run): void {
  const kept: PersistentState = JSON.parse(JSON.stringify(persistentStateOf(run.memory)));
  run.memory = newMemory(kept);
}
