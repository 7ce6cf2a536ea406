import { isChannelName } from "../../src/model/channels.js";
import { Car } from "../../src/simulator/house/car.js";
import { Evse } from "../../src/simulator/house/evse.js";
import { VirtualHouse } from "../../src/simulator/house/house.js";
import { chargerReading, gridReading } from "../../src/simulator/house/readings.js";

describe("the charger's reading", () => {
  test("while nobody is there", () => {
    expect(chargerReading(new Evse())).toMatchObject({ state: "disconnected", power: 0, currentL1: 0, phases: 3 });
  });

  test("while a car waits for permission", () => {
    const evse = new Evse({ allowed: false });
    evse.plug(new Car());
    evse.advance(10);
    expect(chargerReading(evse)).toMatchObject({ state: "connected", allowCharging: false, enabled: false, power: 0 });
  });

  test("while it charges", () => {
    const evse = new Evse({ current: 10, phases: 1, totalEnergy: 5_000 });
    evse.plug(new Car());
    evse.advance(3_600);
    const reading = chargerReading(evse);
    expect(reading).toMatchObject({
      state: "charging",
      allowCharging: true,
      enabled: true,
      maxAmpere: 10,
      phases: 1,
      currentL1: 10,
      currentL2: 0,
      currentL3: 0,
      power: 2_300,
      cableEncoding: 32,
      uptime: 3_600_000,
    });
    expect(reading.sessionChargeConsumption).toBeCloseTo(2.3, 1);
    expect(reading.totalConsumption).toBeCloseTo(7.3, 1);
  });

  test("while the car is full, and while something is wrong", () => {
    const evse = new Evse();
    evse.plug(new Car({ energy: 100 }));
    evse.advance(600);
    expect(chargerReading(evse)).toMatchObject({ state: "connected", power: 0 });
    evse.fault = "ground";
    evse.advance(1);
    expect(chargerReading(evse)).toMatchObject({ state: "fault" });
  });

  test("has every channel", () => {
    const { enabled, uptime, tag, currentLimit, hold, ...channels } = chargerReading(new Evse());
    expect([enabled, uptime, tag, currentLimit, hold]).toEqual([true, 0, null, null, null]);
    expect(Object.keys(channels).filter((name) => !isChannelName(name))).toEqual([]);
  });
});

test("the grid's reading is what flows there: sun away, house and car in, phase by phase", () => {
  const evse = new Evse({ current: 10, phases: 1 });
  evse.plug(new Car());
  const house = new VirtualHouse({
    roof: { power: () => 3_000 },
    household: { powers: () => [0, 500, 0] },
    evses: [{ evse, rotation: [2, 0, 1] }],
  });
  house.advance(60, 0);
  const { grid } = gridReading(house);
  expect(grid?.power).toBeCloseTo(500 + 2_300 - 3_000);
  expect(grid?.powers).toEqual([-1_000, -500, 1_300].map((power) => expect.closeTo(power)));
  expect(grid?.currents).toEqual([-1_000, -500, 1_300].map((power) => expect.closeTo(power / 230)));
  expect(grid?.voltages).toEqual([230, 230, 230]);
});
