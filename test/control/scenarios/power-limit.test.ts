import type { ChargerSettings } from "../../../src/control/settings.js";
import type { ChargerReading } from "../../../src/model/readings.js";
import { charger, charging, connected, disconnected, Run, siteSettings } from "../support.js";
import { alive } from "./support.js";

type Reported = Readonly<Record<string, ChargerReading | null | undefined>>;

const names = ["Garage", "Yard", "Barn"] as const;

/** Chargers in a fast mode with a car each, beside nothing else. `null`: its reading fails. */
function fast(settings: Partial<ChargerSettings> = {}, count = 2): Run {
  const chargers = names.slice(0, count).map((name) => charger({ mode: "fast", phases: 3, ...settings, name }));
  return new Run(siteSettings({ circuits: [], chargers }));
}

/** For so long. A charger that is not named obeys, and its car takes all. */
function live(run: Run, seconds: number, reported: Reported = {}): void {
  for (const end = run.seconds + seconds; run.seconds < end;) {
    const chargers = Object.fromEntries(
      run.settings.chargers.map(({ name }) => {
        const { current, phases } = run.last ? run.decision(name) : { current: 0, phases: 3 as const };
        const obeys = current > 0 ? charging(current, phases) : connected({ phases });
        return [name, Object.hasOwn(reported, name) ? (reported[name] ?? null) : obeys];
      }),
    );
    run.after(5, { meters: { Grid: alive(run, 2) }, chargers });
  }
}

/** W that a charger may take by its command. */
function allowed(run: Run, name: string): number {
  const { current, phases } = run.decision(name);
  return current * phases * 230;
}

const both = (run: Run) => allowed(run, "Garage") + allowed(run, "Yard");

test("chargers that take all: their sum stays within the limit, and both keep their part", () => {
  const run = fast();
  live(run, 60);
  run.after(1, { powerLimit: 11_040 });
  expect(both(run)).toBeLessThanOrEqual(11_040);
  live(run, 120);
  expect(run.decision("Garage")).toMatchObject({ current: 8 });
  expect(run.decision("Yard")).toMatchObject({ current: 8 });
});

test("lowered at once on all, with the observation that brings it", () => {
  const run = fast();
  live(run, 60);
  run.after(1, { powerLimit: 4_200 });
  expect(both(run)).toBeLessThanOrEqual(4_200);
  expect(both(run)).toBeGreaterThan(0);
});

test("a car that takes nothing could begin any moment: what it is offered counts", () => {
  const run = fast();
  const full = connected({ allowCharging: true, maxAmpere: 6, phases: 3 });
  live(run, 180, { Yard: full });
  run.after(1, { powerLimit: 9_660 });
  live(run, 120, { Yard: full });
  expect(both(run)).toBeLessThanOrEqual(9_660);
  expect(run.decision("Garage").current).toBeGreaterThanOrEqual(8);
});

test("so does a charger without a car", () => {
  const run = fast();
  live(run, 60, { Yard: disconnected });
  run.after(1, { powerLimit: 9_660 });
  live(run, 120, { Yard: disconnected });
  expect(both(run)).toBeLessThanOrEqual(9_660);
});

test("one that takes all comes before one that takes nothing", () => {
  const run = fast();
  const full = connected({ allowCharging: true, maxAmpere: 6, phases: 3 });
  live(run, 180, { Garage: full });
  run.after(1, { powerLimit: 4_200 });
  live(run, 30, { Garage: full });
  expect(run.decision("Yard").current).toBe(6);
  expect(run.decision("Garage").current).toBe(0);
});

test("a silent charger keeps what it last took", () => {
  const run = fast();
  live(run, 60);
  run.after(1, { powerLimit: 11_040 });
  live(run, 60);
  // 8 A on three phases each; then the yard falls silent, and the limit is lowered to what it may be taking.
  live(run, 60, { Yard: null });
  run.after(1, { powerLimit: 7_000 });
  live(run, 5, { Yard: null });
  expect(allowed(run, "Garage")).toBeLessThanOrEqual(7_000 - 8 * 690);
});

test("a car on one of three phases is counted as such", () => {
  const run = fast({}, 1);
  live(run, 60);
  run.after(1, { powerLimit: 3_680 });
  const single = () => {
    const { current } = run.decision("Garage");
    return current > 0
      ? charging(current, 3, { currentL2: 0, currentL3: 0, power: 230 * current })
      : connected({ phases: 3 });
  };
  for (let passed = 0; passed < 900; passed += 5) live(run, 5, { Garage: single() });
  expect(run.decision("Garage").current * 230).toBeLessThanOrEqual(3_680);
});

test("0 W is a pause for all", () => {
  const run = fast({}, 3);
  live(run, 60);
  run.after(1, { powerLimit: 0 });
  for (const name of names) expect(run.decision(name)).toMatchObject({ allowCharging: false, current: 0 });
});
