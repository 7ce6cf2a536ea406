import type { Decision } from "../../../src/model/commands.js";
import { noQuantities, type MeterReading } from "../../../src/model/readings.js";
import { charger, charging, connected, grid, gridCurrents, Run, siteSettings } from "../support.js";
import { alive, fullFuse, live } from "./support.js";

/** Nothing but this of the meter, while others use less and less. */
function goOn(run: Run, seconds: number, meter: MeterReading | null | undefined): number[] {
  const currents: number[] = [];
  for (const end = run.seconds + seconds; run.seconds < end;) {
    const { current } = run.decision("Garage");
    const chargers = { Garage: current > 0 ? charging(current) : connected() };
    currents.push(run.after(5, { meters: meter === undefined ? {} : { Grid: meter }, chargers }).current);
  }
  return currents;
}

const gone = { currents: [null, null, null] } as const;

const losses: readonly (readonly [why: string, meter: MeterReading | null | undefined])[] = [
  ["the meter is silent", undefined],
  ["the meter fails", null],
  ["only the currents are missing, and the power falls", grid(500, gone)],
  ["one phase is missing", grid(500, { currents: [null, 1, 1] })],
  ["everything is missing", grid(0, { power: null, ...gone })],
  ["the currents can't be", gridCurrents(65_535, 0, 0)],
  ["the power can't be", grid(-1e9, gone)],
  ["the currents are no numbers", gridCurrents(Infinity, 0, 0)],
];

/** Plausible, unless a car draws. */
const nothingAtAll = ["the meter shows nothing at all", gridCurrents(0, 0, 0)] as const;

describe.each([...losses, nothingAtAll])("a charge, and %s", (_why, meter) => {
  test("no raise, and after 15 s it pauses", () => {
    const currents = goOn(fullFuse(), 30, meter);
    expect(Math.max(...currents)).toBe(10);
    expect(currents.slice(3)).toEqual([0, 0, 0]);
  });

  test("no raise, and after 15 s it has the failsafe current of 6 A", () => {
    const currents = goOn(fullFuse(6), 30, meter);
    expect(Math.max(...currents)).toBe(10);
    expect(currents.slice(3)).toEqual([6, 6, 6]);
  });
});

test.each(losses)("a pause, and %s: it lasts, failsafe current or not", (_why, meter) => {
  const run = new Run(siteSettings({ failsafeCurrent: 6, chargers: [charger({ mode: "fast" })] }));
  live(run, 60, 24);
  expect(run.decision("Garage").current).toBe(0);
  expect(Math.max(...goOn(run, 60, meter))).toBe(0);
});

test("after 10 s without a reading nothing rises into headroom that was there before", () => {
  const run = fullFuse();
  live(run, 20, 8);
  run.keep(10, { chargers: { Garage: charging(10) } });
  run.after(1, { chargers: { Garage: charging(10) } });
  expect(run.decision("Garage").current).toBe(10);
  expect(run.decision("Garage").reasons).toMatchObject([
    { code: "no-increase", problem: { code: "measurement-old", meter: "Grid" } },
  ]);
});

test("the failsafe says what is missing, and since when", () => {
  const run = fullFuse();
  goOn(run, 15, grid(500, gone));
  const quantity = { kind: "current", phase: 0 };
  const problem = { code: "measurement-old", meter: "Grid", quantity, age: 15_000, doubt: null };
  expect(run.decision("Garage").reasons).toMatchObject([{ code: "failsafe", problem }]);
});

describe("a meter that freezes, found out by the car's own movement", () => {
  const problem: object = expect.objectContaining({ meter: "Grid", doubt: { code: "stands-still" } });
  const paused = { current: 0, reasons: [{ code: "failsafe", problem }] };

  /** What is decided in the minute after the car went down to 7 A, of which the meter shows nothing. */
  function afterMovement(run: Run): Decision[] {
    return Array.from({ length: 12 }, () => {
      const frozen = { meters: { Grid: gridCurrents(25, 0, 0) }, chargers: { Garage: charging(7) } };
      return run.after(5, frozen);
    });
  }

  test("frozen a while before", () => {
    const run = fullFuse();
    run.keep(10, { meters: { Grid: gridCurrents(25, 0, 0) }, chargers: { Garage: charging(10) } });
    const decided = afterMovement(run);
    expect(decided[4]?.current).not.toBe(0);
    expect(decided).toContainEqual(expect.objectContaining(paused));
  });

  // What it showed together with the charger's reading before counts as the change after that reading.
  test("frozen since the reading just before", () => {
    const run = fullFuse();
    run.after(5, { meters: { Grid: gridCurrents(25, 0, 0) }, chargers: { Garage: charging(10) } });
    expect(afterMovement(run)).toContainEqual(expect.objectContaining(paused));
  });
});

test("a meter that reports before the charger does is not called frozen", () => {
  const run = new Run();
  for (const end = 600; run.seconds < end;) {
    const { current } = run.last ? run.decision("Garage") : { current: 0 };
    run.after(3, { meters: { Grid: grid(-1_400 + 230 * current) } });
    run.after(2, { chargers: { Garage: current > 0 ? charging(current) : connected() } });
  }
  expect(run.decision("Garage").current).toBe(6);
});

test("a battery at rest is not called frozen", () => {
  const Battery: MeterReading = { battery: { ...noQuantities, power: 0, soc: 100 } };
  const meters = [
    { name: "Grid", measures: ["grid"] as const },
    { name: "Battery", measures: ["battery"] as const },
  ];
  const run = new Run(siteSettings({ meters }));
  for (const end = 600; run.seconds < end;) {
    const { current } = run.last ? run.decision("Garage") : { current: 0 };
    const Garage = current > 0 ? charging(current) : connected();
    run.after(5, { meters: { Grid: alive(run, current - 10), Battery }, chargers: { Garage } });
  }
  expect(run.decision("Garage").current).toBe(10);
});

test("the meter of one circuit is not judged by a charger on another", () => {
  const settings = siteSettings({
    circuits: [
      { name: "main fuse", limit: 63, parent: null, meters: ["Grid"] },
      { name: "Barn", limit: 20, parent: "main fuse", meters: ["Barn meter"] },
    ],
    meters: [
      { name: "Grid", measures: ["grid"] },
      { name: "Barn meter", measures: [] },
    ],
    chargers: [charger({ mode: "fast" }), charger({ name: "Barn box", circuit: "Barn", mode: "fast" })],
  });
  const run = new Run(settings);
  for (const end = 100; run.seconds < end;)
    run.after(5, {
      meters: { Grid: alive(run, 20), "Barn meter": gridCurrents(0, 0, 0) },
      chargers: { Garage: charging(16), "Barn box": connected() },
    });
  expect(run.decision("Barn box").current).toBe(16);
});

test("after a loss the first good reading raises nothing, the second does", () => {
  const run = fullFuse(6);
  goOn(run, 60, null);
  const good = () => run.after(5, { meters: { Grid: alive(run, 6) }, chargers: { Garage: charging(6) } }).current;
  expect(good()).toBe(6);
  expect(good()).toBe(16);
});

test("a silent charger keeps what it has, is lowered, and is not raised", () => {
  const run = fullFuse();
  const silent = (others: number) =>
    run.after(5, { meters: { Grid: alive(run, others + 10) }, chargers: { Garage: null } }).current;
  for (let passes = 0; passes < 10; passes++) expect(silent(2)).toBeLessThanOrEqual(10);
  expect(run.decision("Garage").reasons).toMatchObject([{ code: "no-increase" }]);
});

test("a charger that reports an absurd current does not open the fuse", () => {
  const run = fullFuse();
  for (let passes = 0; passes < 20; passes++)
    run.after(5, { meters: { Grid: alive(run, 25) }, chargers: { Garage: charging(10, 1, { currentL1: 6_553.5 }) } });
  expect(run.decision("Garage").current).toBeLessThanOrEqual(10);
});

test("a site that is observed only once a minute, always with fresh readings, has lost nothing", () => {
  const run = new Run(siteSettings());
  for (let minute = 0; minute < 5; minute++) {
    const current = run.last ? run.decision("Garage").current : 0;
    const reading = current > 0 ? charging(current) : connected();
    run.after(60, { meters: { Grid: alive(run, current - 20) }, chargers: { Garage: reading } });
  }
  expect(run.decision("Garage").current).toBeGreaterThanOrEqual(6);
});

describe.each<[reported: number]>([[12], [16], [40], [79]])(
  "a charger that draws 10 A, and reports %i A",
  (reported) => {
    test("makes no headroom at the fuse", () => {
      const run = fullFuse();
      for (let passes = 0; passes < 60; passes++) {
        const { current } = run.decision("Garage");
        const reading =
          current > 0 ? charging(current, 1, { currentL1: reported, power: reported * 230 }) : connected();
        run.after(5, { meters: { Grid: alive(run, 15 + current) }, chargers: { Garage: reading } });
        expect(run.decision("Garage").current).toBeLessThanOrEqual(10);
      }
    });
  },
);
