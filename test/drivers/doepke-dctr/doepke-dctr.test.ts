import fc from "fast-check";
import type { ResidualCurrentMonitor } from "../../../src/drivers/driver.js";
import { connectDctr, doepkeDctr } from "../../../src/drivers/residual-current/doepke-dctr/index.js";
import { readingOf } from "../../../src/drivers/residual-current/doepke-dctr/registers.js";
import { DeviceError } from "../../../src/model/errors.js";
import { residualCurrentBands, type ResidualCurrentReading } from "../../../src/model/readings.js";
import { startVirtualDctr } from "../../../src/simulator/devices/doepke-dctr/server.js";
import { RegisterStore, startVirtualModbus } from "../../../src/simulator/servers/modbus/server.js";
import { modbusFaults } from "../../support/device-faults.js";
import { driverContext } from "../../support/driver-context.js";
import { failureOf } from "../../support/failure.js";
import { closeAfterTest } from "../../support/test-bench.js";
import { advanceUntilSettled } from "../../support/deadlines.js";
import { TestClock } from "../../support/test-clock.js";

/** Typed by the places that hce/wallbox has in dctr.rs. */
const words = [
  // validity, then direct current, total, 50 Hz, < 100 Hz, 150 Hz, 100 Hz to 1 kHz, > 1 kHz, > 10 kHz
  0x0001, 11, 12, 13, 14, 15, 16, 17, 18,
  // alarm A: direct current and > 10 kHz; alarm B: total
  0x0081, 0x0040,
  // not used
  901, 902, 903, 904, 905,
  // thresholds A, and the alarms A that are switched on: all but 150 Hz
  21, 22, 23, 24, 25, 26, 27, 28, 0x00f7,
  // thresholds B, and the alarms B that are switched on: 50 Hz
  31, 32, 33, 34, 35, 36, 37, 38, 0x0020,
  // delay, and one that is not used
  250, 906,
];

const expected: ResidualCurrentReading = {
  valid: null,
  currents: {
    dc: 11,
    total: 12,
    "50Hz": 13,
    below100Hz: 14,
    "150Hz": 15,
    "100HzTo1kHz": 16,
    above1kHz: 17,
    above10kHz: 18,
  },
  alarmA: ["dc", "above10kHz"],
  alarmB: ["total"],
  thresholdsA: {
    dc: 21,
    total: 22,
    "50Hz": 23,
    below100Hz: 24,
    "150Hz": 25,
    "100HzTo1kHz": 26,
    above1kHz: 27,
    above10kHz: 28,
  },
  thresholdsB: {
    dc: 31,
    total: 32,
    "50Hz": 33,
    below100Hz: 34,
    "150Hz": 35,
    "100HzTo1kHz": 36,
    above1kHz: 37,
    above10kHz: 38,
  },
  enabledA: ["dc", "total", "50Hz", "below100Hz", "100HzTo1kHz", "above1kHz", "above10kHz"],
  enabledB: ["50Hz"],
  alarmDelay: 250,
};

const clock = new TestClock();

function connectTo(port: number): ResidualCurrentMonitor {
  const retry = { first: 0, longest: 0 };
  return closeAfterTest(connectDctr({ device: "RCM", host: "127.0.0.1", port, retry, clock }));
}

async function virtual() {
  const device = closeAfterTest(await startVirtualDctr());
  return { device, monitor: connectTo(device.port) };
}

const read = (changes: Readonly<Record<number, number>>): ResidualCurrentReading =>
  readingOf(
    words.map((word, place) => changes[place] ?? word),
    "RCM",
  );

test("36 registers off the wire are this reading, in one request", async () => {
  const holding = new RegisterStore();
  holding.setWords(0, words);
  const server = closeAfterTest(await startVirtualModbus({ holding }));
  expect(await connectTo(server.port).read()).toEqual(expected);
  expect(server.requests).toMatchObject([{ unit: 1, functionCode: 3, address: 0, count: 36 }]);
});

test.each(residualCurrentBands.map((band, index) => ({ band, index })))(
  "$band has its bit in both alarms and in what is switched on",
  ({ band, index }) => {
    const bit = [0x80, 0x40, 0x20, 0x10, 0x08, 0x04, 0x02, 0x01][index] ?? 0;
    expect(read({ 9: bit, 10: bit, 24: bit, 33: bit })).toMatchObject({
      alarmA: [band],
      alarmB: [band],
      enabledA: [band],
      enabledB: [band],
    });
  },
);

test.each<[why: string, changes: Readonly<Record<number, number>>, reading: Partial<ResidualCurrentReading>]>([
  ["no alarm", { 9: 0, 10: 0 }, { alarmA: [], alarmB: [] }],
  ["all alarms", { 9: 0xff, 10: 0xff }, { alarmA: residualCurrentBands, alarmB: residualCurrentBands }],
  ["an alarm in no band known here is not lost", { 9: 0x0100 }, { alarmA: residualCurrentBands }],
  ["bits beside the known ones do not hide those", { 10: 0x0180 }, { alarmB: ["dc"] }],
  ["nothing is switched on", { 24: 0, 33: 0x0100 }, { enabledA: [], enabledB: [] }],
  [
    "a missing value is no number",
    { 1: 0xffff, 34: 0xffff },
    { currents: { ...expected.currents, dc: null }, alarmDelay: null },
  ],
  ["a code of validity is not known", { 0: 0 }, { valid: null }],
  ["nor is another one", { 0: 0xffff }, { valid: null }],
  ["the highest count", { 8: 0xfffe }, { currents: { ...expected.currents, above10kHz: 65_534 } }],
])("%s", (_why, changes, reading) => expect(read(changes)).toMatchObject(reading));

test("whatever words come, they are a reading or a fault of the device", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 40 }), (any) => {
      try {
        expect(readingOf(any, "RCM").currents).toHaveProperty("dc");
        expect(any).toHaveLength(36);
      } catch (error) {
        if (!(error instanceof DeviceError)) throw error;
        expect(error.code).toBe("protocol");
      }
    }),
  );
});

test("a rising current raises its alarms, and they go with it", async () => {
  const { device, monitor } = await virtual();
  expect(await monitor.read()).toMatchObject({ alarmA: [], alarmB: [], alarmDelay: 10 });
  device.currents["150Hz"] = 20;
  expect(await monitor.read()).toMatchObject({ alarmA: ["150Hz"], alarmB: [], currents: { "150Hz": 20 } });
  device.currents["150Hz"] = 30;
  device.enabledA.delete("150Hz");
  expect(await monitor.read()).toMatchObject({ alarmA: [], alarmB: ["150Hz"] });
  device.currents["150Hz"] = 1;
  expect(await monitor.read()).toMatchObject({ alarmA: [], alarmB: [] });
});

test("where the device keeps alarms, they stay until someone resets it", async () => {
  const { device, monitor } = await virtual();
  device.latches = true;
  device.currents.dc = 50;
  await monitor.read();
  device.currents.dc = 0;
  expect(await monitor.read()).toMatchObject({ alarmA: ["dc"], alarmB: ["dc"], currents: { dc: 0 } });
  device.reset();
  expect(await monitor.read()).toMatchObject({ alarmA: [], alarmB: [] });
});

test.each(modbusFaults)("fault %j is told as such, and over once it is gone", async (fault, code) => {
  const { device, monitor } = await virtual();
  device.currents.dc = 40;
  device.modbus.fault = fault;
  const failure = await failureOf(advanceUntilSettled(clock, monitor.read()));
  expect([failure.code, failure.device]).toEqual([code, "RCM"]);
  device.modbus.fault = null;
  expect((await monitor.read()).alarmA).toEqual(["dc"]);
});

test("who is alone at this unit id hears nothing from another", async () => {
  const { device } = await virtual();
  const monitor = closeAfterTest(
    connectDctr({ device: "RCM", host: "127.0.0.1", port: device.port, unitId: 7, replyTimeout: 300, clock }),
  );
  expect((await failureOf(advanceUntilSettled(clock, monitor.read()))).message).toMatch(
    /^RCM: no answer within 0.3 s .*Modbus is switched on/,
  );
});

test("the driver connects with what a person wrote", async () => {
  const { device } = await virtual();
  const options = doepkeDctr.options.parse({ host: "127.0.0.1", port: device.port });
  expect(options).toEqual({ host: "127.0.0.1", port: device.port, unitId: 1 });
  const monitor = closeAfterTest(doepkeDctr.connect(options, driverContext({ name: "RCM" })));
  expect((await monitor.read()).thresholdsB.dc).toBe(30);
});

test("closing ends while an answer is awaited", async () => {
  const { device, monitor } = await virtual();
  device.modbus.fault = "silent";
  const asked = new Promise<void>((resolve) => void device.modbus.onRequest(() => resolve()));
  const failing = failureOf(monitor.read());
  await asked;
  await monitor.close();
  expect((await failing).code).toBe("unreachable");
});
