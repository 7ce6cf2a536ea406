import type { ChargerReading } from "../../../src/model/readings.js";
import { FakeSite, reading, view } from "../homekit/support.js";
import { Bench } from "./support.js";

const known: Partial<ChargerReading> = { power: 3_700, totalConsumption: 100, temperature: 20 };

async function bench() {
  const made = new Bench(new FakeSite(view({ reading: reading(known) })));
  await made.appear();
  await made.clock.advance(60_000);
  const report = (reported: Partial<ChargerReading>) => made.site.report({ ...known, ...reported });
  return { ...made, made, report };
}

const power = (watts: number) => ["Garage", "electricalPowerMeasurement", { activePower: watts * 1_000 }];
const energy = (kWh: number) => [
  "Garage",
  "electricalEnergyMeasurement",
  { cumulativeEnergyImported: { energy: kWh * 1e6 } },
];

test("a power is told when it moves, and at most every five seconds, with its newest value", async () => {
  const { report, matter, clock } = await bench();
  report({ power: 3_710 });
  expect(matter.reported).toEqual([]);
  report({ power: 4_000 });
  report({ power: 5_000 });
  expect(matter.reported).toEqual([power(4_000)]);
  await clock.advance(4_999);
  report({ power: 6_000 });
  expect(matter.reported).toEqual([power(4_000)]);
  await clock.advance(1);
  expect(matter.reported).toEqual([power(4_000), power(6_000)]);
});

test("an energy is told every half minute while it grows", async () => {
  const { report, matter, clock } = await bench();
  for (let second = 0; second < 85; second++) {
    report({ totalConsumption: 101 + second / 100 });
    await clock.advance(1_000);
  }
  expect(matter.reported).toEqual([energy(101), energy(101.29), energy(101.59)]);
});

test.each<[what: string, reported: Partial<ChargerReading>, expected: readonly unknown[]]>([
  ["a pause", { allowCharging: false }, ["Garage", "onOff", { onOff: false }]],
  ["a car that leaves", { state: "disconnected" }, ["Garage Plug", "booleanState", { stateValue: false }]],
  ["half a degree", { temperature: 20.5 }, ["Garage Temperature", "temperatureMeasurement", { measuredValue: 2_050 }]],
  ["a power that is lost", { power: null }, ["Garage", "electricalPowerMeasurement", { activePower: null }]],
])("%s is told at once", async (_what, reported, expected) => {
  const { report, matter } = await bench();
  report(reported);
  expect(matter.reported).toEqual([expected]);
});

test("a plug that is not known stays as it was", async () => {
  const { report, matter } = await bench();
  report({ state: "fault" });
  expect(matter.reported).toEqual([]);
});

test("a charger that does not answer is not reachable, and claims nothing else", async () => {
  const { made, matter, report } = await bench();
  const all = (reachable: boolean) =>
    ["Garage", "Garage Plug", "Garage Temperature"].map((name) => [
      name,
      "bridgedDeviceBasicInformation",
      { reachable },
    ]);
  made.site.change({ reachable: false });
  expect(matter.reported).toEqual(all(false));
  matter.reported.length = 0;
  made.site.change({ reachable: true });
  expect(matter.reported).toEqual(expect.arrayContaining(all(true)));
  expect(matter.reported).toContainEqual(power(3_700));
  matter.reported.length = 0;
  report({});
  expect(matter.reported).toEqual([]);
});
