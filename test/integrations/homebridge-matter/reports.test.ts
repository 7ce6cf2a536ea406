import type { ChargerReading } from "../../../src/model/readings.js";
import { FakeSite, reading, view } from "../homekit/support.js";
import { Bench } from "./support.js";

const known: Partial<ChargerReading> = { power: 3_700, totalConsumption: 100, temperature: 20 };

async function bench() {
  const made = new Bench(new FakeSite(view({ reading: reading(known) })));
  await made.appear();
  await made.clock.advance(60_000);
  const tell = (told: Partial<ChargerReading>) => made.site.tell({ ...known, ...told });
  return { ...made, made, tell };
}

const power = (watts: number) => ["Garage", "electricalPowerMeasurement", { activePower: watts * 1_000 }];
const energy = (kWh: number) => [
  "Garage",
  "electricalEnergyMeasurement",
  { cumulativeEnergyImported: { energy: kWh * 1e6 } },
];

test("a power is told when it moves, and at most every five seconds, with its newest value", async () => {
  const { tell, matter, clock } = await bench();
  tell({ power: 3_710 });
  expect(matter.told).toEqual([]);
  tell({ power: 4_000 });
  tell({ power: 5_000 });
  expect(matter.told).toEqual([power(4_000)]);
  await clock.advance(4_999);
  tell({ power: 6_000 });
  expect(matter.told).toEqual([power(4_000)]);
  await clock.advance(1);
  expect(matter.told).toEqual([power(4_000), power(6_000)]);
});

test("an energy is told every half minute while it grows", async () => {
  const { tell, matter, clock } = await bench();
  for (let second = 0; second < 85; second++) {
    tell({ totalConsumption: 101 + second / 100 });
    await clock.advance(1_000);
  }
  expect(matter.told).toEqual([energy(101), energy(101.29), energy(101.59)]);
});

test.each<[what: string, told: Partial<ChargerReading>, expected: readonly unknown[]]>([
  ["a pause", { allowCharging: false }, ["Garage", "onOff", { onOff: false }]],
  ["a car that leaves", { state: "disconnected" }, ["Garage Plug", "booleanState", { stateValue: false }]],
  ["half a degree", { temperature: 20.5 }, ["Garage Temperature", "temperatureMeasurement", { measuredValue: 2_050 }]],
  ["a power that is lost", { power: null }, ["Garage", "electricalPowerMeasurement", { activePower: null }]],
])("%s is told at once", async (_what, told, expected) => {
  const { tell, matter } = await bench();
  tell(told);
  expect(matter.told).toEqual([expected]);
});

test("a plug that is not known stays as it was", async () => {
  const { tell, matter } = await bench();
  tell({ state: "fault" });
  expect(matter.told).toEqual([]);
});

test("a charger that does not answer is not reachable, and claims nothing else", async () => {
  const { made, matter, tell } = await bench();
  const all = (reachable: boolean) =>
    ["Garage", "Garage Plug", "Garage Temperature"].map((name) => [
      name,
      "bridgedDeviceBasicInformation",
      { reachable },
    ]);
  made.site.change({ reachable: false });
  expect(matter.told).toEqual(all(false));
  matter.told.length = 0;
  made.site.change({ reachable: true });
  expect(matter.told).toEqual(expect.arrayContaining(all(true)));
  expect(matter.told).toContainEqual(power(3_700));
  matter.told.length = 0;
  tell({});
  expect(matter.told).toEqual([]);
});
