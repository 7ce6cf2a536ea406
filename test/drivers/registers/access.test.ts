import {
  defineRegisters,
  readRegisters,
  registerReader,
  type Values,
  writeRow,
} from "../../../src/drivers/decoding/registers.js";
import { startVirtualModbus, type VirtualModbusOptions } from "../../../src/simulator/servers/modbus/server.js";
import { ModbusDevice } from "../../../src/transport/modbus.js";
import { failureOf } from "../../support/failure.js";
import { closeAfterTest } from "../../support/test-bench.js";
import { TestClock } from "../../support/test-clock.js";
import { advanceUntilSettled } from "../../support/deadlines.js";

const table = defineRegisters(
  {
    current: { at: 1_000, type: "u16", unit: "A", range: [0, 32], write: 6 },
    name: { at: 142, type: "ascii", length: 3 },
    limit: { at: 1_001, type: "u32", unit: "W", range: [0, 22_000], write: 16 },
    power: { at: 220, type: "u32", unit: "W", range: [0, 50_000], missing: 0xffff_ffff, optional: "new" },
    energy: { at: 218, type: "u32", unit: "kWh", scale: 0.001, range: [0, 1e6], optional: "new" },
    soc: { at: 730, type: "u16", unit: "%", range: [0, 100], optional: true },
  },
  { table: "holding", wordOrder: "high-first" },
);

async function setUp(options: VirtualModbusOptions = {}) {
  const device = await startVirtualModbus(options);
  const clock = new TestClock();
  const modbus = new ModbusDevice({ device: "Garage", host: "127.0.0.1", port: device.port, clock });
  closeAfterTest(device);
  closeAfterTest(modbus);
  device.holding.allowWrites(1_000, 1_002);
  device.holding.setText(142, 3, "CC612");
  return { device, modbus, clock, later: () => clock.advance(100_000) };
}

/** Compiles only if values are numbers and texts where the table says so. */
function typed({ current, name }: Values<typeof table.rows>): [number | null, string | null] {
  return [current, name];
}

test("a table is read by its rows, each value once", async () => {
  const { device, modbus } = await setUp();
  device.holding.put(table, { current: 16, limit: 11_000, power: 3_680, energy: 1_234.5, soc: 80 });
  const values = await readRegisters(modbus, table);
  expect(values).toEqual({ current: 16, name: "CC612", limit: 11_000, power: 3_680, energy: 1_234.5, soc: 80 });
  expect(typed(values)).toEqual([16, "CC612"]);
  expect(device.requests.map(({ address, count }) => [address, count])).toEqual([
    [142, 3],
    [1_000, 3],
    [218, 4],
    [730, 1],
  ]);
});

test("some of a table is read alone", async () => {
  const { device, modbus } = await setUp();
  device.holding.put(table, { current: 16 });
  expect(await readRegisters(modbus, table, ["current"])).toEqual({ current: 16 });
  expect(device.requests).toHaveLength(1);
});

test("input registers are read by function 4", async () => {
  const { device, modbus } = await setUp();
  device.input.setU16(7, 42);
  const inputs = defineRegisters(
    { a: { at: 7, type: "u16", unit: "", range: [0, 100] } },
    { table: "input", wordOrder: "high-first" },
  );
  expect(await readRegisters(modbus, inputs)).toEqual({ a: 42 });
});

test("what is optional and not there is null, and is not asked for again", async () => {
  const { device, modbus } = await setUp();
  const reader = registerReader(modbus, table);
  device.holding.put(table, { soc: 80 });
  const old = { current: 0, name: "CC612", limit: 0, power: null, energy: null, soc: 80 };
  expect(await reader.read()).toEqual(old);
  expect(await reader.read()).toEqual(old);
  expect(device.requests.filter(({ address }) => address === 218)).toHaveLength(1);
});

test("a device that hangs up at what it does not know is soon left alone with it", async () => {
  const { device, modbus, later } = await setUp({ unknown: "close" });
  device.holding.put(table, { power: 3_680, energy: 1 });
  const reader = registerReader(modbus, table);
  for (let round = 0; round < 5; round += 1) {
    expect(await reader.read()).toMatchObject({ current: 0, power: 3_680, soc: null });
    await later();
  }
  expect(device.requests.filter(({ address }) => address === 730).length).toBeLessThanOrEqual(4);
  const { accepted } = device;
  await reader.read();
  expect(device.accepted).toBe(accepted);
});

test("a busy moment does not make an optional value missing for good", async () => {
  const { device, modbus, clock } = await setUp();
  device.holding.put(table, { power: 1, energy: 1, soc: 80 });
  const reader = registerReader(modbus, table);
  device.exceptionFor = ({ address }) => (address === 730 ? 6 : null);
  expect(await advanceUntilSettled(clock, reader.read())).toMatchObject({ soc: null });
  device.exceptionFor = () => null;
  expect(await reader.read()).toMatchObject({ soc: 80 });
});

test("what is not optional and not there fails, and says which register", async () => {
  const { device, modbus } = await setUp();
  device.holding.remove(142);
  const failure = await failureOf(readRegisters(modbus, table));
  expect(failure.code).toBe("unsupported");
  expect(failure.message).toContain("registers 142 to 144");
});

test("a value is written with its own function", async () => {
  const { device, modbus } = await setUp();
  await writeRow(modbus, table, "current", 16);
  await writeRow(modbus, table, "limit", 12_345);
  expect(device.requests.map(({ functionCode, address, words }) => [functionCode, address, words])).toEqual([
    [6, 1_000, [16]],
    [16, 1_001, [0, 12_345]],
  ]);
});

test.each<["current" | "name", number | string, string]>([
  ["current", 33, "current can't be set: 33 is not within 0 to 32 A"],
  ["current", 6.5, "current can't be set: 6.5 is not in steps of 1 A"],
  ["name", "x", "name can only be read"],
])("%s is not set to %p, and nothing is sent", async (name, value, what) => {
  const { device, modbus } = await setUp();
  const failure = await failureOf(writeRow(modbus, table, name, value));
  expect(failure.code).toBe("unsupported");
  expect(failure.message).toContain(what);
  expect(device.requests).toEqual([]);
});
