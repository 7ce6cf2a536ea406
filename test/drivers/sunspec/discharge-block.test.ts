import { sunspec } from "../../../src/drivers/meters/sunspec/index.js";
import { connectSunSpec } from "../../../src/drivers/meters/sunspec/meter.js";
import type { ModbusFault } from "../../../src/simulator/servers/modbus/server.js";
import { startVirtualSunSpec, type VirtualModel } from "../../../src/simulator/devices/sunspec/device.js";
import { failureOf } from "../../support/failure.js";
import { closeAfterTest } from "../../support/test-bench.js";
import { TestClock } from "../../support/test-clock.js";
import { advanceUntilSettled } from "../../support/deadlines.js";

const clock = new TestClock();

const inverter = { id: 103, values: () => ({ power: 5_000, state: 4 }) } as const;
const storage = { id: 124, values: () => ({ soc: 50, state: 6 }) } as const;

/** An inverter whose battery may be blocked. */
async function stage(models: readonly VirtualModel[] = [inverter, storage]) {
  const device = await closeAfterTest(await startVirtualSunSpec({ models, now: () => clock.now() }));
  const options = sunspec.options.parse({ host: "127.0.0.1", port: device.port, blockDischarge: true });
  const link = { device: "Roof", retry: { first: 1_000, jitter: 0 }, clock };
  const meter = closeAfterTest(connectSunSpec({ ...options, measures: ["pv"] }, link));
  const block = meter.dischargeBlock;
  if (block === undefined) throw new Error("it was asked for");
  const at = device.placeOf(models.length - 1);
  const written = () =>
    device.modbus.requests
      .filter(({ functionCode }) => functionCode === 16)
      .map(({ address, words }) => [address - at, ...words]);
  return { device, meter, block, at, written };
}

test("nobody who has not asked for it can block anything", () => {
  const options = sunspec.options.parse({ host: "127.0.0.1" });
  expect(
    closeAfterTest(connectSunSpec({ ...options, measures: ["pv"] }, { device: "Roof", clock })).dischargeBlock,
  ).toBeUndefined();
});

test("the time comes first, then no discharge, then the limit; back in the other order", async () => {
  const { device, block, written } = await stage();
  await block.set(true);
  expect(device.dischargeBlocked).toBe(true);
  await block.set(false);
  expect(device.dischargeBlocked).toBe(false);
  expect(written()).toEqual([
    [15, 120], // InOutWRte_RvrtTms, s
    [12, 0], // OutWRte
    [5, 2], // StorCtl_Mod
    [5, 0],
    [12, 10_000], // 100.00 %
  ]);
});

test("a limit on charging that someone else has set stays", async () => {
  const { device, block, at } = await stage();
  device.modbus.holding.setU16(at + 5, 1);
  await block.set(true);
  expect(device.modbus.holding.word(at + 5)).toBe(3);
  await block.set(false);
  expect(device.modbus.holding.word(at + 5)).toBe(1);
});

test("it ends by itself, unless it is set again in half of that time", async () => {
  const { device, block } = await stage();
  await block.set(true);
  await clock.advance(block.expiry / 2);
  await block.set(true);
  await clock.advance(block.expiry - 1);
  expect(device.dischargeBlocked).toBe(true);
  await clock.advance(1);
  expect(device.dischargeBlocked).toBe(false);
});

test("the device is read as before in between, and its models are looked for only once", async () => {
  const { device, meter, block } = await stage();
  await meter.read();
  await block.set(true);
  expect((await meter.read()).pv?.power).toBe(5_000);
  expect(device.modbus.requests.filter(({ address }) => address === 40_000)).toHaveLength(1);
});

test("a device without a battery can't", async () => {
  const { block } = await stage([inverter]);
  const failure = await failureOf(block.set(true));
  expect(failure.code).toBe("unsupported");
  expect(failure.message).toContain("model 124");
});

test.each<[what: string, offset: number, word: number, said: string]>([
  ["a limit", 5, 0xffff, "a limit on discharging"],
  ["a rate", 12, 0x8000, "a limit on discharging"],
  ["a power of ten", 25, 0x8000, "a limit on discharging"],
  ["a time after which it ends", 15, 0xffff, "let go by itself"],
])("a battery without %s is left alone", async (_what, offset, word, said) => {
  const { device, block, at, written } = await stage();
  device.modbus.holding.setU16(at + offset, word);
  const failure = await failureOf(block.set(true));
  expect(failure.code).toBe("unsupported");
  expect(failure.message).toContain(said);
  expect(written()).toEqual([]);
});

test("storage controls that have moved are looked for again", async () => {
  const { device, block, at } = await stage();
  await block.set(true);
  device.modbus.holding.setU16(at, 802);
  expect((await failureOf(block.set(true))).code).toBe("protocol");
  expect((await failureOf(block.set(true))).message).toContain("model 124");
  device.modbus.holding.setU16(at, 124);
  await block.set(true);
  expect(device.dischargeBlocked).toBe(true);
});

test.each<[ModbusFault, code: string]>([
  ["silent", "unreachable"],
  ["close", "unreachable"],
  ["garbage", "protocol"],
  [{ exception: 2 }, "unsupported"],
  [{ exception: 11 }, "unreachable"],
  ["ignore-writes", "not-taken-over"],
])("%p at a write fails, and the next one comes through", async (fault, code) => {
  const { device, meter, block } = await stage();
  await meter.read();
  const end = device.modbus.onRequest(({ functionCode }) => (device.modbus.fault = functionCode === 16 ? fault : null));
  expect((await failureOf(advanceUntilSettled(clock, block.set(true)))).code).toBe(code);
  end();
  device.modbus.fault = null;
  await clock.advance(1_000);
  await block.set(true);
  expect(device.dischargeBlocked).toBe(true);
});
