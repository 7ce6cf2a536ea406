import { noQuantities, type MeterReading } from "../../../src/model/readings.js";
import { charger, charging, connected, Run, siteSettings } from "../support.js";
import { alive } from "./support.js";

const meters = [
  { name: "Grid", measures: ["grid"] as const },
  { name: "Battery", measures: ["battery"] as const },
];

/** A site that would feed in 12 A without the car, and a battery that gives so much, for so long. W and % */
function live(run: Run, seconds: number, discharge: number | null | undefined, soc: number | null = null): void {
  for (const end = run.seconds + seconds; run.seconds < end;) {
    const { current } = run.last ? run.decision("Garage") : { current: 0 };
    const battery: MeterReading | null =
      typeof discharge === "number" ? { battery: { ...noQuantities, power: discharge, soc } } : null;
    run.after(5, {
      meters: { Grid: alive(run, current - 12), ...(discharge === undefined ? {} : { Battery: battery }) },
      chargers: { Garage: current > 0 ? charging(current) : connected() },
    });
  }
}

test.each<[why: string, discharge: number, current: number]>([
  ["a battery at rest leaves the car all surplus", 0, 12],
  ["what the battery gives is no sun", 920, 8],
  ["a battery that lives off the car's sun: the car takes none", 2_760, 0],
  ["what the battery takes is not counted as surplus", -2_300, 12],
])("%s", (_why, discharge, current) => {
  const run = new Run(siteSettings({ meters }));
  live(run, 300, discharge);
  expect(run.decision("Garage").current).toBe(current);
});

describe.each<[why: string, discharge: null | undefined]>([
  ["fails", null],
  ["is silent", undefined],
])("a battery meter that %s", (_why, discharge) => {
  test("pauses a charge by the sun after 15 s", () => {
    const run = new Run(siteSettings({ meters }));
    live(run, 300, 0);
    live(run, 15, discharge);
    expect(run.decision("Garage").current).toBe(0);
    expect(run.decision("Garage").reasons).toMatchObject([{ code: "failsafe", problem: { meter: "Battery" } }]);
  });

  test("is nothing to a charge that does not follow the sun", () => {
    const run = new Run(siteSettings({ meters, chargers: [charger({ mode: "fast" })] }));
    live(run, 300, 0);
    live(run, 60, discharge);
    expect(run.decision("Garage").current).toBe(16);
  });
});

test("a battery whose discharge counts as sun may be silent as long as its state of charge is known", () => {
  const run = new Run(siteSettings({ meters, batteryPriority: 20, batteryReserve: 50 }));
  live(run, 300, 500, 90);
  expect(run.decision("Garage").current).toBe(12);
  live(run, 290, undefined);
  expect(run.decision("Garage").current).toBe(12);
  live(run, 20, undefined);
  expect(run.decision("Garage").current).toBe(0);
});
