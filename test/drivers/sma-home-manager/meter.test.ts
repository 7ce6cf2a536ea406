import { createSocket } from "node:dgram";
import { EventEmitter, once } from "node:events";
import { smaHomeManager } from "../../../src/drivers/meters/sma-home-manager/index.js";
import { SmaMeter } from "../../../src/drivers/meters/sma-home-manager/meter.js";
import type { MeterReading, MeterRole } from "../../../src/model/readings.js";
import {
  type SmaFault,
  startVirtualSmaMeter,
  type VirtualSmaMeter,
} from "../../../src/simulator/devices/sma-home-manager/device.js";
import { driverContext } from "../../support/driver-context.js";
import { failureOf } from "../../support/failure.js";
import { connectMeter, closeAfterTest } from "../../support/test-bench.js";
import { TestClock } from "../../support/test-clock.js";

const values = {
  powers: [1_250.5, -2_300, 0] as const,
  currents: [5.52, 10.01, 0] as const,
  voltages: [231.2, 230, 229.9] as const,
  importEnergy: 1_500,
  exportEnergy: 0.5,
};

const grid = {
  power: -1_049.5,
  powers: [1_250.5, -2_300, 0],
  currents: [5.52, -10.01, 0],
  voltages: [231.2, 230, 229.9],
  importEnergy: 1_500,
  exportEnergy: 0.5,
  soc: null,
};

async function freePort(): Promise<number> {
  const socket = createSocket("udp4");
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(() => resolve()));
  return port;
}

async function setUp(options: object = {}, measures: readonly MeterRole[] = ["grid"]) {
  const clock = new TestClock();
  const port = await freePort();
  const meter = connectMeter(smaHomeManager, { port, interface: "127.0.0.1", ...options }, { measures, clock });
  const readings: MeterReading[] = [];
  const news = new EventEmitter();
  const device = async (serial = 12_345): Promise<VirtualSmaMeter> => {
    return closeAfterTest(await startVirtualSmaMeter({ values: () => values, address: "127.0.0.1", port, serial }));
  };
  const watch = (): void =>
    meter.watch?.((reading) => {
      readings.push(reading);
      news.emit("reading");
    });
  /** Sends, again and again, until it is heard: the socket may not stand yet, and nobody says when. */
  const heard = async (sender: VirtualSmaMeter): Promise<void> => {
    const reading = once(news, "reading");
    let done = false;
    void reading.then(() => (done = true));
    while (!done) {
      await sender.send();
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { clock, meter, readings, device, watch, heard };
}

test("each datagram is one reading", async () => {
  const { watch, readings, device, heard } = await setUp();
  const sender = await device();
  watch();
  await heard(sender);
  expect(readings[0]).toEqual({ grid });
  const before = readings.length;
  await heard(sender);
  expect(readings.length).toBeGreaterThan(before);
});

test("a meter that is mounted the other way round, at the sun", async () => {
  const { watch, readings, device, heard } = await setUp({ reversed: true }, ["pv"]);
  watch();
  await heard(await device());
  expect(readings[0]).toEqual({
    pv: {
      ...grid,
      power: 1_049.5,
      powers: [-1_250.5, 2_300, 0],
      currents: [-5.52, 10.01, 0],
      importEnergy: 0.5,
      exportEnergy: 1_500,
    },
  });
});

test.each<SmaFault>(["cut-off", "garbage", "without-totals", "inverter"])(
  "%s is no reading, and what follows is",
  async (fault) => {
    const { watch, readings, device, heard } = await setUp();
    const sender = await device();
    watch();
    await heard(sender);
    sender.fault = fault;
    for (let count = 0; count < 5; count += 1) await sender.send();
    sender.fault = null;
    await heard(sender);
    expect(readings.every((reading) => reading.grid?.power === grid.power)).toBe(true);
  },
);

test("a read is over with the next datagram, and leaves no timer", async () => {
  const { meter, watch, device, heard, clock } = await setUp();
  const sender = await device();
  watch();
  await heard(sender);
  const reading = meter.read();
  await heard(sender);
  expect(await reading).toEqual({ grid });
  expect(clock.pending).toBe(0);
});

test("silence ends a read after 10 s, and says what lets multicast through", async () => {
  const { meter, clock } = await setUp();
  const failure = failureOf(meter.read());
  await clock.advance(10_000);
  expect(await failure).toMatchObject({ code: "unreachable", message: expect.stringContaining("239.12.255.254") });
});

test("with a serial number only that meter is heard", async () => {
  const { watch, readings, device, heard } = await setUp({ serial: 222 });
  const [wanted, other] = [await device(222), await device(111)];
  watch();
  await heard(wanted);
  await settled();
  const before = readings.length;
  await other.send();
  await settled();
  expect(readings).toHaveLength(before);
  await heard(wanted);
});

test("a read that hears only another meter says which", async () => {
  const { meter, device, clock } = await setUp({ serial: 222 });
  const other = await device(111);
  const failure = failureOf(meter.read());
  await settled();
  await other.send();
  await settled();
  await clock.advance(10_000);
  expect(await failure).toMatchObject({
    code: "wrong-device",
    message: expect.stringContaining("222 is not seen on the network, but 111"),
  });
});

test("of several meters none is taken, and a read names them", async () => {
  const { watch, readings, meter, device, heard, clock } = await setUp();
  const [first, second] = [await device(222), await device(111)];
  watch();
  await heard(first);
  await second.send();
  const failure = failureOf(meter.read());
  // Datagrams of one sender come in their order: once the third is there, so is what was sent before it.
  await first.send();
  await second.send();
  await settled();
  await clock.advance(10_000);
  const before = readings.length;
  await first.send();
  await settled();
  expect(readings).toHaveLength(before);
  expect(await failure).toMatchObject({ code: "wrong-device", message: expect.stringContaining("111, 222") });
});

test("an interface that this computer does not have is an error that says so, and is tried again", async () => {
  const clock = new TestClock();
  const options = { serial: undefined, interface: "203.0.113.7", port: await freePort(), reversed: false };
  const meter = closeAfterTest(
    new SmaMeter({ ...options, measures: ["grid"] }, driverContext({ name: "Grid", clock })),
  );
  const failure = failureOf(meter.read());
  await settled();
  await clock.advance(10_000);
  expect(await failure).toMatchObject({ code: "unreachable", message: expect.stringContaining("203.0.113.7") });
});

test("closing ends a read that waits, and nothing is heard any more", async () => {
  const { meter, watch, device, heard, readings, clock } = await setUp();
  const sender = await device();
  watch();
  await heard(sender);
  const before = readings.length;
  const failure = failureOf(meter.read());
  await meter.close();
  expect((await failure).code).toBe("unreachable");
  await sender.send();
  await settled();
  expect(readings).toHaveLength(before);
  expect((await failureOf(meter.read())).code).toBe("unreachable");
  expect(clock.pending).toBe(0);
});

test.each<[string, object]>([
  ["an interface that is no address", { interface: "eth0" }],
  ["a serial number that is too long", { serial: 5_000_000_000 }],
  ["a port that does not exist", { port: 70_000 }],
])("an option that is refused: %s", (_why, options) =>
  expect(smaHomeManager.options.safeParse(options).success).toBe(false),
);

/** Lets loopback deliver what lies there. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
