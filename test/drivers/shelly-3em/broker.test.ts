import { shelly3em } from "../../../src/drivers/meters/shelly-3em/index.js";
import type { Meter } from "../../../src/drivers/driver.js";
import { systemClock } from "../../../src/site/clock.js";
import type { MeterReading } from "../../../src/model/readings.js";
import { type Broker, startBroker } from "../../../src/simulator/broker.js";
import { startVirtualShelly3em } from "../../../src/simulator/shelly-3em/device.js";
import { createMqttPool } from "../../../src/transport/mqtt.js";
import { driverContext } from "../../support/driver-context.js";
import { failureOf } from "../../support/failure.js";

const cleanUp: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const end of cleanUp.splice(0).reverse()) await end();
});

const grid = () => ({
  powers: [1_150, -2_300, 0] as const,
  currents: [5, 10, 0] as const,
  voltages: [230, 230, 231] as const,
  importEnergies: [1_000, 2_000, 3_000] as const,
  exportEnergies: [0, 500, 0] as const,
});

const expected = {
  grid: {
    power: -1_150,
    currents: [5, -10, 0],
    voltages: [230, 230, 231],
    powers: [1_150, -2_300, 0],
    importEnergy: 6,
    exportEnergy: 0.5,
    soc: null,
  },
};

/** Real time: a burst over a real socket is joined by a real clock. */
const clock = systemClock();

async function house(login?: { username: string; password: string }) {
  const broker: Broker = await startBroker(login ? { login } : {});
  cleanUp.push(() => broker.close());
  const device = await startVirtualShelly3em({ grid, mqtt: { url: broker.url, ...(login ? { login } : {}) } });
  cleanUp.push(() => device.close());
  return { broker, device };
}

function meterOn(url: string, more: object = {}) {
  const mqtt = createMqttPool(undefined, { first: 5, longest: 20 });
  const options = shelly3em.options.parse({ topic: "shellies/shellyem3-AABBCC", url, ...more });
  const meter = shelly3em.connect({ ...options, measures: ["grid"] }, driverContext({ name: "Grid", clock, mqtt }));
  cleanUp.push(
    () => mqtt.close(),
    () => meter.close(),
  );
  return meter;
}

test("a meter on a real broker is read", async () => {
  const { broker } = await house();
  expect(await meterOn(broker.url).read()).toEqual(expected);
});

test("a meter that is watched speaks as soon as it is asked, and whenever it wants to", async () => {
  const { broker, device } = await house();
  const watched = watch(meterOn(broker.url));
  await watched.complete();
  await device.publish();
  await watched.complete();
});

test("a meter that is watched and read is heard again after its broker was away", async () => {
  const { broker } = await house();
  const meter = meterOn(broker.url);
  const watched = watch(meter);
  await watched.complete();
  await broker.restart();
  expect(await meter.read()).toEqual(expected);
});

function watch(meter: Meter) {
  let told: (reading: MeterReading) => void = () => undefined;
  meter.watch?.((reading) => told(reading));
  return {
    /** Resolves with the next reading that has all values; a busy machine may cut a burst in two. */
    complete: () =>
      new Promise<void>((resolve) => {
        told = ({ grid }) => {
          if (grid?.power !== null && grid?.exportEnergy !== null) resolve();
        };
      }),
  };
}

test("a login is used, and a wrong one is said without its words", async () => {
  const login = { username: "house", password: "right" };
  const { broker } = await house(login);
  expect(await meterOn(broker.url, login).read()).toEqual(expected);
  const failure = await failureOf(meterOn(broker.url, { username: "house", password: "hidden" }).read());
  expect(failure.code).toBe("login-refused");
  expect(failure.message).not.toContain("hidden");
});
