import { mennekes } from "../../../src/drivers/chargers/mennekes/index.js";
import type { Charger } from "../../../src/drivers/driver.js";
import { Car } from "../../../src/simulator/house/car.js";
import type { ModbusFault } from "../../../src/simulator/servers/modbus/server.js";
import { failureOf } from "../../support/failure.js";
import { connectCharger } from "../../support/test-bench.js";
import { newCharger } from "./registers.js";
import { box, virtual } from "./support.js";

test.each<[why: string, before: number, write: (charger: Charger) => Promise<void>, written: number]>([
  ["the least current", 10, ({ writes }) => writes.maxAmpere(6), 6],
  ["the highest current", 10, ({ writes }) => writes.maxAmpere(32), 32],
  ["a current that it has already is written again, lest it expires", 10, ({ writes }) => writes.maxAmpere(10), 10],
  ["stop", 10, ({ writes }) => writes.allowCharging(false), 0],
  ["a stop is written again", 0, ({ writes }) => writes.allowCharging(false), 0],
  ["a start where it may charge leaves its current", 10, ({ writes }) => writes.allowCharging(true), 10],
  ["a start without any current known gives the least", 0, ({ writes }) => writes.allowCharging(true), 6],
])("%s on the wire", async (_why, before, write, written) => {
  const { charger, server, holding } = await box(newCharger());
  holding.setWords(1_000, [before]);
  await write(charger);
  const writes = server.requests.filter(({ functionCode }) => functionCode !== 3);
  expect(writes).toMatchObject([{ unit: 1, functionCode: 6, address: 1_000, words: [written] }]);
});

test.each([5, 33, 0, -1, 10.5, NaN, Infinity])("%d A is refused before anything is sent", async (amperes) => {
  const { charger, server } = await box(newCharger());
  expect((await failureOf(charger.writes.maxAmpere(amperes))).code).toBe("unsupported");
  expect(server.requests).toEqual([]);
});

test("during a pause no current is written: it goes out with the start", async () => {
  const { charger, device } = await virtual();
  await charger.writes.maxAmpere(12);
  await charger.writes.allowCharging(false);
  await charger.writes.maxAmpere(9);
  expect(device.limit).toBe(0);
  expect(await charger.read()).toMatchObject({ allowCharging: false, maxAmpere: null });
  await charger.writes.allowCharging(true);
  expect(device.limit).toBe(9);
  expect(await charger.read()).toMatchObject({ allowCharging: true, maxAmpere: 9 });
});

test("a start after a pause has the current of before", async () => {
  const { charger, device } = await virtual();
  device.limit = 13;
  await charger.read();
  await charger.writes.allowCharging(false);
  await charger.writes.allowCharging(true);
  expect(device.limit).toBe(13);
});

test("what is written reaches the car", async () => {
  const { charger, evse } = await virtual();
  evse.plug(new Car());
  await charger.writes.maxAmpere(8);
  evse.advance(60);
  expect(await charger.read()).toMatchObject({ state: "charging", currentL1: 8, maxAmpere: 8 });
  await charger.writes.allowCharging(false);
  evse.advance(60);
  expect(await charger.read()).toMatchObject({ state: "connected", currentL1: 0, allowCharging: false });
});

test("more than the charger is built for is refused, with its reason", async () => {
  const { charger, device } = await virtual();
  await charger.writes.maxAmpere(16);
  const failure = await failureOf(charger.writes.maxAmpere(20));
  expect(failure.code).toBe("refused");
  expect(failure.message).toContain("register 1000 (exception 3)");
  expect(device.limit).toBe(16);
});

test("a write that has no effect is no success", async () => {
  const { charger, device } = await virtual();
  await charger.read();
  device.modbus.fault = "ignore-writes";
  const failure = await failureOf(charger.writes.maxAmpere(8));
  expect(failure.code).toBe("not-taken-over");
  expect(failure.message).toContain("a limit of 8 A was not taken over, it is 32");
});

test("a limit that shows with the charger's next cycle is a success", async () => {
  const { charger, server, holding } = await box(newCharger());
  server.onWrite(() => holding.setWords(1_000, [10]));
  let looks = 0;
  server.onRequest(({ address, functionCode }) => {
    if (address === 1_000 && functionCode === 3) looks += 1;
    if (looks === 3) holding.setWords(1_000, [8]);
  });
  await charger.writes.maxAmpere(8);
  expect(looks).toBe(3);
});

test.each<[fault: ModbusFault, code: string]>([
  ["silent", "unreachable"],
  ["reset", "unreachable"],
  ["wrong-echo", "protocol"],
  [{ exception: 4 }, "refused"],
])("a stop that meets fault %j fails as such, and comes through once it is gone", async (fault, code) => {
  const { charger, device } = await virtual();
  await charger.read();
  device.modbus.fault = fault;
  expect((await failureOf(charger.writes.allowCharging(false))).code).toBe(code);
  device.modbus.fault = null;
  await charger.writes.allowCharging(false);
  expect(device.limit).toBe(0);
});

test("a write whose answer is lost is not sent again", async () => {
  const { charger, device } = await virtual();
  await charger.read();
  device.modbus.fault = "silent";
  await failureOf(charger.writes.allowCharging(false));
  expect(device.modbus.requests.filter(({ functionCode }) => functionCode === 6)).toHaveLength(1);
});

test("the driver connects with what a person wrote, and declares what can be changed", async () => {
  const { device } = await virtual();
  const written = { host: "127.0.0.1", port: device.port };
  const options = mennekes.options.parse(written);
  expect(options).toEqual({ ...written, unitId: 1 });
  const charger = connectCharger(mennekes, written);
  expect((await charger.read()).maxAmpere).toBe(32);
  expect(Object.keys(charger.writes)).toEqual(mennekes.writable(options));
});

test.each<[why: string, watchdog: unknown, fits: boolean]>([
  ["a pause", { current: 0, timeout: 60 }, true],
  ["a current", { current: 6, timeout: 60 }, true],
  ["less than a car can be offered", { current: 5, timeout: 60 }, false],
  ["more than there is", { current: 33, timeout: 60 }, false],
  ["a time that polling could miss", { current: 6, timeout: 19 }, false],
  ["only half of it", { current: 6 }, false],
  ["something unknown beside it", { current: 6, timeout: 60, currrent: 8 }, false],
])("the option watchdog takes %s: %#", (_why, watchdog, fits) => {
  expect(mennekes.options.safeParse({ host: "10.0.0.1", watchdog }).success).toBe(fits);
});
