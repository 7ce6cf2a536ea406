import type { ChargerReading } from "../../../src/model/readings.js";
import { hasMoved } from "../../../src/integrations/dead-band.js";
import { bench, noResponse, notices, read, reading } from "./support.js";

test.each<[why: string, unit: string | undefined, reported: number, value: number, moved: boolean]>([
  ["9 W are noise", "W", 100, 109, false],
  ["10 W are told", "W", 100, 110, true],
  ["below 1 % of much", "W", 6_900, 6_968, false],
  ["1 % of much", "W", 6_900, 6_969, true],
  ["0.09 A are noise", "A", 10, 10.09, false],
  ["0.1 A are told, also where floats fall short", "A", 230.2, 230.3, true],
  ["0.9 V are noise", "V", 230, 230.9, false],
  ["1 V is told", "V", 230, 229, true],
  ["0.009 kWh are noise", "kWh", 5, 5.009, false],
  ["0.01 kWh are told", "kWh", 5, 5.01, true],
  ["0.4 °C are noise", "°C", 30, 30.4, false],
  ["0.5 °C are told", "°C", 30, 29.5, true],
  ["coming to zero is told", "W", 8, 0, true],
  ["staying at zero is not", "W", 0, 0, false],
  ["a number without a unit is told at any change", undefined, 1, 2, true],
])("%s", (_why, unit, reported, value, moved) => {
  expect(hasMoved(unit, reported, value)).toBe(moved);
});

test("a measured number is told once per second, with its newest value", async () => {
  const { accessory, site, clock } = bench({ reading: reading({ power: 1_000 }) });
  const reported = notices(accessory, "charger", "Power");
  site.report({ power: 2_000 });
  await clock.advance(500);
  site.report({ power: 3_000 });
  expect(reported).toEqual([]);
  await clock.advance(500);
  expect(reported).toEqual([3_000]);
  await clock.advance(1_000);
  site.report({ power: 4_000 });
  expect(reported).toEqual([3_000, 4_000]);
});

test("a number that comes back within the second is not told, and no timer stays behind", async () => {
  const { accessory, site, clock } = bench({ reading: reading({ power: 1_000 }) });
  const reported = notices(accessory, "charger", "Power");
  site.report({ power: 2_000 });
  site.report({ power: 1_004 });
  expect(clock.pending).toBe(0);
  await clock.advance(2_000);
  expect(reported).toEqual([]);
});

test("a slow drift is told once it has left the dead band", async () => {
  const { accessory, site, clock } = bench({ reading: reading({ power: 100 }) });
  const reported = notices(accessory, "charger", "Power");
  for (const power of [104, 108, 112, 116]) {
    await clock.advance(5_000);
    site.report({ power });
  }
  expect(reported).toEqual([112]);
});

test.each<[name: string, subtype: string, reported: Partial<ChargerReading>[], expected: unknown[]]>([
  ["On", "charger", [{ allowCharging: false }, { allowCharging: true }], [false, true]],
  ["State", "charger", [{ state: "charging" }, { state: "fault" }], ["charging", "fault"]],
  ["Contact Sensor State", "plug", [{ state: "disconnected" }, { state: "connected" }], [1, 0]],
])("%s is told at any change, at once", (name, subtype, readings, expected) => {
  const { accessory, site } = bench();
  const reported = notices(accessory, subtype, name);
  readings.forEach((next) => site.report(next));
  expect(reported).toEqual(expected);
});

describe.each<[why: string, silent: { reachable?: boolean; reading?: null }]>([
  ["a charger that does not answer", { reachable: false }],
  ["a charger that has not answered yet", { reading: null }],
])("%s", (_why, silent) => {
  test("does not respond, whatever is read", async () => {
    const { accessory } = bench({ writable: ["maxAmpere", "transaction", "accessState"], ...silent });
    const own = accessory.services.filter(({ subtype }) => subtype !== undefined);
    expect(own.map(({ subtype }) => subtype)).toEqual(["charger", "plug", "solar"]);
    const names = ["Name", "Configured Name"];
    const all = own
      .flatMap(({ characteristics }) => characteristics)
      .filter(({ displayName }) => !names.includes(displayName));
    const answers = await Promise.all(all.map((one) => one.handleGetRequest().catch((status: unknown) => status)));
    expect(answers).toEqual(Array(all.length).fill(noResponse));
  });

  test("is marked as such before anyone reads, and responds again with its next answer", async () => {
    const { accessory, site, clock } = bench({ writable: [], reading: reading({ power: 1_000 }) });
    const marks = () => accessory.services.flatMap((service) => service.characteristics.map((one) => one.statusCode));
    site.report({ power: 2_000 });
    site.change(silent);
    expect(clock.pending).toBe(0);
    expect(marks().filter((mark) => mark === noResponse).length).toBeGreaterThan(5);
    site.change({ reachable: true, reading: reading({ power: 1_001 }) });
    expect(marks().every((mark) => mark === 0)).toBe(true);
    expect(await read(accessory, "charger", "Power")).toBe(1_001);
  });
});

test("reading takes what is in memory, within the dead band as well", async () => {
  const { accessory, site } = bench({ reading: reading({ power: 1_000 }) });
  site.report({ power: 1_001 });
  expect(await read(accessory, "charger", "Power")).toBe(1_001);
});
