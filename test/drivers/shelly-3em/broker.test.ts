import { shelly3em } from "../../../src/drivers/meters/shelly/gen1/index.js";
import type { MeterReading } from "../../../src/model/readings.js";
import { type Broker, startBroker } from "../../../src/simulator/servers/broker.js";
import { startVirtualShelly3em } from "../../../src/simulator/devices/shelly-gen1/device.js";
import { failureOf } from "../../support/failure.js";
import { connectMeter, closeAfterTest, recordReadings, brokerContext } from "../../support/test-bench.js";
import { shellyGrid, shellyGridReading } from "../shelly-grid.js";

async function house(login?: { username: string; password: string }) {
  const broker: Broker = closeAfterTest(await startBroker(login ? { login } : {}));
  const device = closeAfterTest(
    await startVirtualShelly3em({ grid: () => shellyGrid, mqtt: { url: broker.url, ...(login ? { login } : {}) } }),
  );
  return { broker, device };
}

const meterOn = (url: string, more: object = {}) =>
  connectMeter(shelly3em, { topic: "shellies/shellyem3-AABBCC", url, ...more }, brokerContext());

/** A busy machine may cut a burst in two. */
const isComplete = ({ grid }: MeterReading): boolean => grid?.power !== null && grid?.exportEnergy !== null;

test("a meter on a real broker is read", async () => {
  const { broker } = await house();
  expect(await meterOn(broker.url).read()).toEqual(shellyGridReading);
});

test("a meter that is watched speaks as soon as it is asked, and whenever it wants to", async () => {
  const { broker, device } = await house();
  const watched = recordReadings(meterOn(broker.url));
  await watched.next(isComplete);
  await device.publish();
  await watched.next(isComplete);
});

test("a meter that is watched and read is heard again after its broker was away", async () => {
  const { broker } = await house();
  const meter = meterOn(broker.url);
  const watched = recordReadings(meter);
  await watched.next(isComplete);
  await broker.restart();
  expect(await meter.read()).toEqual(shellyGridReading);
});

test("a login is used, and a wrong one is said without its words", async () => {
  const login = { username: "house", password: "right" };
  const { broker } = await house(login);
  expect(await meterOn(broker.url, login).read()).toEqual(shellyGridReading);
  const failure = await failureOf(meterOn(broker.url, { username: "house", password: "hidden" }).read());
  expect(failure.code).toBe("login-refused");
  expect(failure.message).not.toContain("hidden");
});
