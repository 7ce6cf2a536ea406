/** What several scenarios begin with. */

import type { ChargerReading, MeterReading } from "../../../src/model/readings.js";
import { charger, charging, connected, gridCurrents, house, Run } from "../support.js";

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
  const run = new Run(house({ failsafeCurrent, chargers: [charger({ mode: "fast" })] }));
  live(run, 60, 15);
  if (run.decision("Garage").current !== 10) throw new Error("the fuse should leave 10 A");
  return run;
}
