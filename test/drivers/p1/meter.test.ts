import { EventEmitter, once } from "node:events";
import { Freshness } from "../../../src/drivers/meters/p1/freshness.js";
import { p1 } from "../../../src/drivers/meters/p1/index.js";
import { P1Meter } from "../../../src/drivers/meters/p1/meter.js";
import { noQuantities } from "../../../src/model/readings.js";
import { startVirtualP1Gateway, telegram } from "../../../src/simulator/devices/p1/gateway.js";
import { driverContext } from "../../support/driver-context.js";
import { advanceUntilSettled } from "../../support/deadlines.js";
import { failureOf } from "../../support/failure.js";
import { connectMeter, closeAfterTest, recordReadings } from "../../support/test-bench.js";
import { TestClock } from "../../support/test-clock.js";

const values = {
  powers: [1_250, -2_300, 0] as const,
  currents: [6, 10, 0] as const,
  voltages: [231.2, 230, 229.9] as const,
  imported: [1_000, 500.5] as const,
  exported: [0, 4_000.1] as const,
};

const expected = {
  grid: {
    power: -1_050,
    powers: [1_250, -2_300, 0],
    currents: [6, -10, 0],
    voltages: [231.2, 230, 229.9],
    importEnergy: 1_500.5,
    exportEnergy: 4_000.1,
    soc: null,
  },
};

/** A log that says when something was written to it: that is how a lost connection shows. */
function eventLog() {
  const events = new EventEmitter();
  const nowhere = (): void => undefined;
  const debug = (message: string): void => void events.emit("debug", message);
  return { log: { error: nowhere, warn: nowhere, info: nowhere, debug }, events };
}

async function setUp() {
  const clock = new TestClock();
  const gateway = closeAfterTest(await startVirtualP1Gateway({ values: () => values, now: () => clock.now() }));
  const { log, events } = eventLog();
  const context = driverContext({ name: "Grid", clock, log });
  const address = { host: "127.0.0.1", port: gateway.port, measures: ["grid"] } as const;
  const meter = closeAfterTest(new P1Meter(address, context, { first: 1_000, jitter: 0 }));
  const lost = async (): Promise<unknown> => (await once(events, "debug"))[0];
  return { clock, gateway, meter, lost };
}

async function watched() {
  const stage = await setUp();
  const { readings, next } = recordReadings(stage.meter);
  await stage.gateway.connected();
  /** One telegram, and the reading that comes of it. */
  const said = async (): Promise<void> => {
    const reading = next();
    stage.gateway.send();
    await reading;
  };
  return { ...stage, readings, said };
}

test("each telegram is one reading", async () => {
  const { said, readings, clock } = await watched();
  await said();
  await clock.advance(1_000);
  await said();
  expect(readings).toEqual([expected, expected]);
});

test("a read is over with the next telegram, and leaves no timer but that of the connection", async () => {
  const { meter, gateway, clock } = await setUp();
  const reading = meter.read();
  await gateway.connected();
  gateway.send();
  expect(await reading).toEqual(expected);
  expect(clock.pending).toBe(1);
  await meter.close();
  expect(clock.pending).toBe(0);
});

test("a telegram that came before the read does not count", async () => {
  const { said, meter, clock } = await watched();
  await said();
  const failure = failureOf(meter.read());
  await clock.advance(15_000);
  expect(await failure).toMatchObject({
    code: "unreachable",
    message: expect.stringContaining("no telegram came from 127.0.0.1:"),
  });
});

test.each([
  ["wrong-checksum", "the checksum of a telegram is wrong"],
  ["no-checksum", "no checksum"],
] as const)("%s: no reading, an error that says so, and back by itself", async (fault, message) => {
  const { said, lost, meter, clock, gateway, readings } = await watched();
  await said();
  gateway.fault = fault;
  const failure = failureOf(meter.read());
  const gone = lost();
  gateway.send();
  gateway.sayGoodbye();
  expect(await gone).toContain(message);
  await clock.advance(15_000);
  expect(await failure).toMatchObject({ code: "protocol", message: expect.stringContaining(message) });
  gateway.fault = null;
  await gateway.connected();
  await said();
  expect(readings).toHaveLength(2);
});

test("a lost connection is opened anew, after a wait that grows, and its half telegram forgotten", async () => {
  const { said, lost, gateway, clock, readings } = await watched();
  await said();
  gateway.fault = "cut-off";
  gateway.send();
  gateway.fault = null;
  for (const wait of [1_000, 2_000]) {
    const gone = lost();
    gateway.hangUp();
    await gone;
    await clock.advance(wait - 1);
    const connections = gateway.connections;
    const connected = once(gateway.server, "connection");
    await clock.advance(1);
    await connected;
    expect(gateway.connections).toBe(connections + 1);
  }
  await said();
  expect(readings).toHaveLength(2);
});

test("a connection without telegrams is given up after 25 s", async () => {
  const { said, lost, clock, gateway } = await watched();
  await said();
  const gone = lost();
  await clock.advance(25_000);
  expect(await gone).toContain("no telegram from 127.0.0.1:");
  const connected = once(gateway.server, "connection");
  await clock.advance(1_000);
  await connected;
});

test("telegrams that had been kept back are no readings, and the connection is opened anew", async () => {
  const { said, lost, clock, gateway, readings } = await watched();
  await said();
  const kept = [1_000, 2_000, 3_000].map((later) => telegram(values, clock.now() + later)).join("");
  await clock.advance(20_000);
  const gone = lost();
  gateway.sendRaw(kept);
  expect(await gone).toContain("too late");
  expect(readings).toHaveLength(1);
  const connected = once(gateway.server, "connection");
  await clock.advance(1_000);
  await connected;
  await said();
  expect(readings).toHaveLength(2);
});

test("nobody there is unreachable", async () => {
  const { meter, gateway, lost, clock } = await setUp();
  await gateway.close();
  const gone = lost();
  const failure = failureOf(meter.read());
  await gone;
  await clock.advance(15_000);
  expect(await failure).toMatchObject({ code: "unreachable", message: expect.stringContaining("ECONNREFUSED") });
});

test("closing ends a read that waits, and the connection", async () => {
  const { meter, gateway, clock } = await setUp();
  const failure = failureOf(meter.read());
  await gateway.connected();
  await meter.close();
  expect((await failure).code).toBe("unreachable");
  expect((await failureOf(meter.read())).code).toBe("unreachable");
  expect(clock.pending).toBe(0);
});

const second = 1_000;
const at = (time: number) => ({ time: time * second });

test.each<[why: string, telegrams: [made: number, came: number][], judgement: string]>([
  ["the first", [[100, 5]], "new"],
  [
    "one that is as prompt",
    [
      [100, 5],
      [101, 6],
    ],
    "new",
  ],
  [
    "the same once more",
    [
      [100, 5],
      [100, 5.5],
    ],
    "repeated",
  ],
  [
    "one from before",
    [
      [100, 5],
      [99, 5.5],
    ],
    "repeated",
  ],
  [
    "10 s late",
    [
      [100, 5],
      [101, 16],
    ],
    "new",
  ],
  [
    "more than 10 s late",
    [
      [100, 5],
      [101, 16.1],
    ],
    "late",
  ],
  [
    "late by the promptest, not by the last",
    [
      [100, 5],
      [101, 12],
      [102, 18],
    ],
    "late",
  ],
  [
    "a clock that was put forward",
    [
      [100, 5],
      [200, 6],
    ],
    "new",
  ],
  [
    "a clock that was put back",
    [
      [100, 5],
      [50, 6],
    ],
    "late",
  ],
])("freshness: %s", (_why, telegrams, judgement) => {
  const freshness = new Freshness();
  const judged = telegrams.map(([made, came]) =>
    freshness.judge({ ...at(made), quantities: noQuantities }, came * second),
  );
  expect(judged.at(-1)).toBe(judgement);
});

test("freshness: a meter whose clock was put back is believed after three connections", () => {
  const freshness = new Freshness();
  const judge = (made: number, came: number) =>
    freshness.judge({ ...at(made), quantities: noQuantities }, came * second);
  judge(100, 5);
  for (const came of [6, 7, 8]) {
    expect(judge(50 + came, came)).toBe("late");
    freshness.gaveUp();
  }
  expect(judge(59, 9)).toBe("new");
});

test("freshness: telegrams without a time can't be late", () => {
  const freshness = new Freshness();
  expect(freshness.judge({ time: null, quantities: noQuantities }, 0)).toBe("new");
});

test("the driver makes no contact by itself", async () => {
  await connectMeter(p1, { host: "127.0.0.1", port: 1 }).close();
});

test.each([undefined, "00112233445566778899aabbccddeeff"])(
  "encrypted telegrams are read with their key (authentication key %p)",
  async (authenticationKey) => {
    const clock = new TestClock();
    const key = "AEBD21B769A6D13C0DF064E383682EFF";
    const gateway = closeAfterTest(
      await startVirtualP1Gateway({ values: () => values, now: () => clock.now(), encryption: { key } }),
    );
    const meter = connectMeter(p1, { host: "127.0.0.1", port: gateway.port, key, authenticationKey }, { clock });
    const { next } = recordReadings(meter);
    await gateway.connected();
    for (let round = 0; round < 3; round += 1) {
      const reading = next();
      await clock.advance(1_000);
      gateway.send();
      expect(await reading).toEqual(expected);
    }
  },
);

test.each<[string, object, string]>([
  ["without a key", {}, "its telegrams are encrypted: set key"],
  ["with another key", { key: "0".repeat(32) }, "key does not open them"],
  [
    "with another authentication key",
    { key: "AEBD21B769A6D13C0DF064E383682EFF", authenticationKey: "f".repeat(32) },
    "do not fit authenticationKey",
  ],
])("encrypted telegrams are told %s", async (_how, keys, what) => {
  const clock = new TestClock();
  const encryption = { key: "AEBD21B769A6D13C0DF064E383682EFF" };
  const gateway = closeAfterTest(
    await startVirtualP1Gateway({ values: () => values, now: () => clock.now(), encryption }),
  );
  const meter = connectMeter(p1, { host: "127.0.0.1", port: gateway.port, ...keys }, { clock });
  const failure = failureOf(meter.read());
  await gateway.connected();
  gateway.send();
  expect((await advanceUntilSettled(clock, failure)).message).toContain(what);
});

test("a meter that takes another checksum (CRC-16/X25) is read", async () => {
  const clock = new TestClock();
  const gateway = closeAfterTest(
    await startVirtualP1Gateway({ values: () => values, now: () => clock.now(), checksum: "x25" }),
  );
  const { next } = recordReadings(connectMeter(p1, { host: "127.0.0.1", port: gateway.port }, { clock }));
  await gateway.connected();
  const reading = next();
  gateway.send();
  expect(await reading).toEqual(expected);
});

test("a clock that was never set is none: every telegram is new", () => {
  const freshness = new Freshness();
  const time = Date.UTC(2000, 0, 1);
  for (const came of [0, 1, 30, 31])
    expect(freshness.judge({ time, quantities: noQuantities }, time + came * second, "the same")).toBe("new");
});

test("a clock that stands still is none, as soon as telegrams differ; what is repeated is the same", () => {
  const freshness = new Freshness();
  const judge = (came: number, text: string) =>
    freshness.judge({ ...at(100), quantities: noQuantities }, (100 + came) * second, text);
  expect([judge(0, "a"), judge(1, "a"), judge(2, "b"), judge(60, "c")]).toEqual(["new", "repeated", "new", "new"]);
});
