/** Plays a site with one charger, stretch by stretch, and returns what was decided. */

import { newMemory, persistentStateOf } from "../../src/control/memory.js";
import type { ChargerSettings, ControlSettings } from "../../src/control/settings.js";
import type { ChargerCommand, Decision } from "../../src/model/commands.js";
import { perPhase, phaseIndexes, type PerPhase } from "../../src/model/phases.js";
import { noQuantities, type ChargerReading } from "../../src/model/readings.js";
import { charger, connected, disconnected, grid, Run, siteSettings } from "./support.js";

/** What goes on for so many seconds. */
export interface Stretch {
  readonly for: number;
  /** W of the base load, − = surplus; on all phases alike. */
  readonly others?: number;
  /** Or A on each phase. */
  readonly currents?: PerPhase<number>;
  readonly battery?: number;
  /** A and phases that the car takes at most; `null`: no car is plugged in. */
  readonly car?: { readonly current?: number; readonly phases?: 1 | 3 } | null;
  readonly tag?: string;
  /** kWh that the charger has counted in this session. */
  readonly energy?: number;
  /** Its own start-stop switch, whatever it is commanded. */
  readonly enabled?: boolean;
  readonly silentMeter?: boolean;
  /** At the beginning. */
  readonly command?: ChargerCommand;
  readonly restart?: boolean;
}

export interface Given {
  readonly charger?: Partial<ChargerSettings>;
  readonly site?: Partial<ControlSettings>;
  readonly periods: readonly Stretch[];
}

/** All decisions, one for each five seconds. The charger obeys, and the meter shows it at once. */
export function play({ charger: own, site, periods }: Given): readonly Decision[] {
  const run = new Run(siteSettings({ chargers: [charger({ phases: "auto", ...own })], timeZone: "UTC", ...site }));
  return periods.flatMap((period) => {
    if (period.restart) run.memory = newMemory(JSON.parse(JSON.stringify(persistentStateOf(run.memory))));
    if (period.command) run.after(1, { commands: { Garage: period.command } });
    const decisions: Decision[] = [];
    for (const end = run.seconds + period.for; run.seconds < end;) decisions.push(step(run, period));
    return decisions;
  });
}

function step(
  run: Run,
  { others = 0, currents, battery, car: taker = {}, silentMeter, ...reported }: Stretch,
): Decision {
  const { current, phases } = run.last ? run.decision("Garage") : { current: 0, phases: 1 };
  const drawn = perPhase((i) =>
    taker !== null && i < Math.min(phases, taker.phases ?? 3) ? Math.min(current, taker.current ?? 99) : 0,
  );
  // Bit by bit, so that no two readings are alike, as with any real meter.
  const beside = currents ?? perPhase(() => others / 690 - run.seconds / 1e6);
  const shown = perPhase((i) => beside[i] + drawn[i]);
  const power = 230 * phaseIndexes.reduce<number>((sum, i) => sum + shown[i], 0);
  const reading: ChargerReading = {
    ...(taker === null ? disconnected : connected()),
    ...(drawn[0] > 0 ? { state: "charging" as const } : {}),
    allowCharging: reported.enabled ?? current > 0,
    maxAmpere: Math.max(6, current),
    phases,
    currentL1: drawn[0],
    currentL2: drawn[1],
    currentL3: drawn[2],
    power: 230 * phaseIndexes.reduce<number>((sum, i) => sum + drawn[i], 0),
    tag: reported.tag ?? null,
    sessionChargeConsumption: reported.energy ?? null,
  };
  const meter = {
    ...grid(power, { currents: shown }),
    ...(battery === undefined ? {} : { battery: { ...noQuantities, power: battery } }),
  };
  return run.after(5, { chargers: { Garage: reading }, meters: { Grid: silentMeter ? null : meter } });
}
