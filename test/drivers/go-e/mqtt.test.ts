import fc from "fast-check";
import { goE } from "../../../src/drivers/chargers/go-e/index.js";
import { DeviceError } from "../../../src/model/errors.js";
import type { ChargerReading } from "../../../src/model/readings.js";
import { failureOf } from "../../support/failure.js";
import { MqttDouble } from "../../support/mqtt-double.js";
import { connectCharger } from "../../support/test-bench.js";
import { settle, TestClock } from "../../support/test-clock.js";

const topic = "go-eCharger/012345";

/** Payloads as "mqtt-de.md" shows them: JSON, text in quotes. */
const retainedValues: Readonly<Record<string, string>> = {
  car: "2",
  err: "0",
  sse: '"012345"',
  alw: "true",
  frc: "2",
  psm: "2",
  pnp: "3",
  fwv: '"055.5"',
  amp: "10",
  nrg: "[231,229,233,1,10.1,9.9,10.3,2311,2205,2399,0,6915,100,99,98,0]",
  dwo: "null",
  awp: "3",
  wh: "5123.5",
  eto: "1234567",
  cbl: "32",
  tma: "[28.25,31.5]",
  trx: "null",
  rbt: "498429772",
};

/** Typed from "go-eCharger API v1 EN.md". */
const statusV1 = {
  car: "2",
  amp: "16",
  amx: "10",
  err: "0",
  ast: "0",
  alw: "1",
  stp: "0",
  dwo: "0",
  nrg: [231, 229, 233, 0, 101, 99, 103, 23, 22, 24, 0, 693, 100, 99, 98, 0],
  fwv: "041",
  sse: "012345",
};

function setUp(more: object = { apiVersion: 2 }) {
  const clock = new TestClock();
  const wire = new MqttDouble();
  const written = { transport: "mqtt", serial: "012345", ...more };
  const charger = connectCharger(goE, written, { clock, mqtt: wire.pool });
  const publish = (values: Readonly<Record<string, string>>, retained: boolean): void => {
    for (const [key, payload] of Object.entries(values)) wire.deliver(`${topic}/${key}`, payload, retained);
  };
  const tick = () => wire.deliver(`${topic}/rbt`, "498430770");
  return { charger, clock, wire, publish, tick };
}

describe("version 2", () => {
  test("retained values are a reading once the charger has published something itself", async () => {
    const { charger, publish, tick } = setUp();
    const reading = charger.read();
    await settle();
    publish(retainedValues, true);
    tick();
    expect(await reading).toMatchObject({
      state: "charging",
      maxAmpere: 10,
      allowCharging: true,
      power: 6_915,
      currentL2: 9.9,
      phases: 3,
      sessionChargeConsumptionLimit: null,
      priceLimit: 3,
      totalConsumption: 1_234.567,
      temperature: 31.5,
      temperatureType2: 28.25,
      transaction: null,
      forceState: "ON",
      firmware: "055.5",
      uptime: 498_430_770,
    } satisfies Partial<ChargerReading>);
  });

  test("retained values alone are none", async () => {
    const { charger, clock, publish } = setUp();
    const failure = failureOf(charger.read());
    await settle();
    publish(retainedValues, true);
    await clock.advance(10_000);
    expect((await failure).code).toBe("unreachable");
    expect((await failure).message).toContain("only retained values came from go-eCharger/012345");
    expect(clock.pending).toBe(0);
  });

  test("a charger that has fallen silent is not believed any longer", async () => {
    const { charger, clock, publish, tick } = setUp();
    const first = charger.read();
    await settle();
    publish(retainedValues, true);
    tick();
    await first;
    await clock.advance(4_999);
    expect((await charger.read()).state).toBe("charging");
    await clock.advance(1);
    const failure = failureOf(charger.read());
    await clock.advance(10_000);
    expect((await failure).code).toBe("unreachable");
  });

  test("keys that the charger does not have are waited for, and then done without", async () => {
    const { charger, clock, publish, tick } = setUp();
    const reading = charger.read();
    await settle();
    publish({ car: "1", sse: '"012345"' }, true);
    tick();
    await clock.advance(1_500);
    tick();
    expect(await reading).toMatchObject({ state: "disconnected", power: null, maxAmpere: null });
  });

  test("a broker that is slow with its retained values is waited for, and its charger taken for no other", async () => {
    const { charger, clock, publish, tick } = setUp();
    const reading = charger.read();
    await settle();
    publish({ car: "2", amp: "10" }, true);
    await clock.advance(1_400);
    publish({ err: "0" }, true);
    await clock.advance(1_400);
    tick();
    publish({ sse: '"012345"' }, true);
    await clock.advance(1_500);
    tick();
    expect(await reading).toMatchObject({ state: "charging", maxAmpere: 10 });
  });

  test("a value that is no JSON is none", async () => {
    const { charger, clock, publish, tick } = setUp();
    const reading = charger.read();
    await settle();
    publish({ ...retainedValues, amp: "nan", nrg: "[1" }, true);
    tick();
    await clock.advance(1_500);
    tick();
    expect(await reading).toMatchObject({ maxAmpere: null, power: null, state: "charging" });
  });

  test("a watcher gets one reading of what changes at one moment, and another one at the next", async () => {
    const { charger, clock, publish, tick } = setUp();
    const readings: ChargerReading[] = [];
    charger.watch?.((reading) => readings.push(reading));
    await settle();
    publish(retainedValues, true);
    tick();
    publish({ car: "4", frc: "1", alw: "false" }, false);
    await clock.advance(50);
    expect(readings).toHaveLength(1);
    expect(readings[0]).toMatchObject({ state: "connected", forceState: "OFF", allowCharging: false });
    publish({ car: "2" }, false);
    await clock.advance(50);
    expect(readings.map(({ state }) => state)).toEqual(["connected", "charging"]);
  });

  test.each<[why: string, result: string, said: string | null]>([
    ["a yes as in the vendor's example", "success", null],
    ["a yes in JSON", "true", null],
    ["a no", "value must be string 0", "amp=12 was refused: value must be string 0"],
  ])("a write is answered with %s", async (_why, result, said) => {
    const { charger, wire, publish, tick } = setUp();
    wire.onPublish = () => wire.deliver(`${topic}/amp/result`, result);
    const writing = readOnce(charger, publish, tick).then(() => charger.writes.maxAmpere(12));
    if (said === null) await writing;
    else expect(await failureOf(writing)).toMatchObject({ code: "refused", message: expect.stringContaining(said) });
    expect(wire.published).toEqual(["go-eCharger/012345/amp/set 12"]);
  });

  test.each<[what: string, write: (c: ReturnType<typeof setUp>["charger"]) => Promise<void> | undefined, sent: string]>(
    [
      ["start", (c) => c.writes.allowCharging(true), "frc/set 2"],
      ["stop", (c) => c.writes.allowCharging(false), "frc/set 1"],
      ["one phase", (c) => c.writes.phases?.(1), "psm/set 1"],
      ["a limit", (c) => c.writes.sessionChargeConsumptionLimit?.(10.5), "dwo/set 10500"],
      ["no limit", (c) => c.writes.sessionChargeConsumptionLimit?.(null), "dwo/set null"],
      ["a transaction", (c) => c.writes.transaction?.(0), "trx/set 0"],
    ],
  )("%s on the wire", async (_what, write, sent) => {
    const { charger, wire, publish, tick } = setUp();
    wire.onPublish = (to) => wire.deliver(to.replace("/set", "/result"), "success");
    await readOnce(charger, publish, tick);
    await write(charger);
    expect(wire.published).toEqual([`go-eCharger/012345/${sent}`]);
  });

  test("a charger that answers nothing, but shows the new value, has taken it over", async () => {
    const { charger, wire, clock, publish, tick } = setUp();
    wire.onPublish = () => wire.deliver(`${topic}/amp`, "12");
    await readOnce(charger, publish, tick);
    const writing = charger.writes.maxAmpere(12);
    await clock.advance(5_000);
    await writing;
  });

  test("a write that nobody answers says what to look at", async () => {
    const { charger, clock, publish, tick } = setUp();
    await readOnce(charger, publish, tick);
    const failure = failureOf(charger.writes.maxAmpere(10));
    await clock.advance(5_000);
    expect((await failure).message).toContain("amp=10 was not answered within 5 s");
    expect((await failure).message).toContain("may be written to there");
  });

  test("a retained answer is none", async () => {
    const { charger, wire, clock, publish, tick } = setUp();
    wire.onPublish = () => wire.deliver(`${topic}/amp/result`, "success", true);
    await readOnce(charger, publish, tick);
    const failure = failureOf(charger.writes.maxAmpere(12));
    await clock.advance(5_000);
    expect((await failure).code).toBe("unreachable");
  });

  test("two writes go out one after the other, each with its own answer", async () => {
    const { charger, wire, publish, tick } = setUp();
    await readOnce(charger, publish, tick);
    const both = Promise.allSettled([charger.writes.maxAmpere(12), charger.writes.maxAmpere(13)]);
    await settle();
    expect(wire.published).toHaveLength(1);
    wire.deliver(`${topic}/amp/result`, "no");
    await settle();
    expect(wire.published).toHaveLength(2);
    wire.deliver(`${topic}/amp/result`, "success");
    expect((await both).map(({ status }) => status)).toEqual(["rejected", "fulfilled"]);
  });

  test("another charger on the topic is never written to", async () => {
    const { charger, wire, publish, tick } = setUp({ apiVersion: 2, serial: "054321", topic });
    const failure = failureOf(charger.writes.maxAmpere(12));
    await settle();
    publish(retainedValues, true);
    tick();
    expect((await failure).code).toBe("wrong-device");
    expect(wire.published).toEqual([]);
  });
});

describe("a topic with a slash in front, as older firmware has it", () => {
  test("is found by the serial number, and written to", async () => {
    const { charger, wire } = setUp();
    wire.onPublish = (to) => wire.deliver(to.replace("/set", "/result"), "success");
    const reading = charger.read();
    await settle();
    for (const [key, payload] of Object.entries(retainedValues)) wire.deliver(`/${topic}/${key}`, payload, true);
    wire.deliver(`/${topic}/rbt`, "1");
    expect(await reading).toMatchObject({ state: "charging", maxAmpere: 10 });
    await charger.writes.maxAmpere(12);
    expect(wire.published).toEqual(["/go-eCharger/012345/amp/set 12"]);
  });

  test("is left where the charger publishes under the other one since", async () => {
    const { charger, publish, tick, wire } = setUp({ apiVersion: 2, serial: undefined, topic: `/${topic}` });
    const reading = charger.read();
    await settle();
    for (const [key, payload] of Object.entries(retainedValues)) wire.deliver(`/${topic}/${key}`, payload, true);
    publish({ ...retainedValues, amp: "7" }, true);
    tick();
    expect((await reading).maxAmpere).toBe(7);
  });

  test("version 1: a write is done when a status shows it", async () => {
    const { charger, wire } = setUp({ apiVersion: 1 });
    const reading = charger.read();
    await settle();
    wire.deliver(`/${topic}/status`, JSON.stringify(statusV1));
    await reading;
    const writing = charger.writes.maxAmpere(12);
    await settle();
    expect(wire.published).toEqual(["/go-eCharger/012345/cmd/req amx=12"]);
    wire.deliver(`/${topic}/status`, JSON.stringify({ ...statusV1, amx: undefined, amp: "12" }));
    await writing;
  });
});

test("the card that opened the session is known by its name", async () => {
  const { charger, publish, tick } = setUp();
  const reading = charger.read();
  await settle();
  publish({ ...retainedValues, trx: "2", c1n: '"Zoe"' }, true);
  tick();
  expect((await reading).tag).toBe("Zoe");
});

async function readOnce(
  charger: ReturnType<typeof setUp>["charger"],
  publish: ReturnType<typeof setUp>["publish"],
  tick: () => void,
): Promise<void> {
  const reading = charger.read();
  await settle();
  publish(retainedValues, true);
  tick();
  await reading;
}

describe("version 1", () => {
  const status = (changes: object = {}) => JSON.stringify({ ...statusV1, ...changes });

  test("a read waits for the next status", async () => {
    const { charger, clock, wire } = setUp({ apiVersion: 1 });
    const reading = charger.read();
    await clock.advance(5_000);
    wire.deliver(`${topic}/status`, status());
    expect(await reading).toMatchObject({ state: "charging", maxAmpere: 10, power: 6_930, forceState: null });
    expect(clock.pending).toBe(0);
  });

  test("a retained status is none", async () => {
    const { charger, clock, wire } = setUp({ apiVersion: 1 });
    const failure = failureOf(charger.read());
    await settle();
    wire.deliver(`${topic}/status`, status(), true);
    await clock.advance(12_000);
    expect((await failure).message).toContain(
      "no status came from go-eCharger/012345, or /go-eCharger/012345, through the MQTT broker at 127",
    );
  });

  test("a watcher gets each status", async () => {
    const { charger, clock, wire } = setUp({ apiVersion: 1 });
    const readings: ChargerReading[] = [];
    charger.watch?.((reading) => readings.push(reading));
    await settle();
    wire.deliver(`${topic}/status`, status());
    await clock.advance(5_000);
    wire.deliver(`${topic}/status`, status({ car: "4" }));
    await clock.advance(50);
    expect(readings.map(({ state }) => state)).toEqual(["charging", "connected"]);
  });

  test("a write is done when a status shows it", async () => {
    const { charger, clock, wire } = setUp({ apiVersion: 1, serial: undefined, topic });
    const writing = charger.writes.maxAmpere(12);
    await settle();
    expect(wire.published).toEqual(["go-eCharger/012345/cmd/req amx=12"]);
    await clock.advance(1_000);
    wire.deliver(`${topic}/status`, status());
    await clock.advance(5_000);
    wire.deliver(`${topic}/status`, status({ amx: "12" }));
    await writing;
  });

  test("a write that no status shows was not taken over", async () => {
    const { charger, clock, wire } = setUp({ apiVersion: 1, serial: undefined, topic });
    const failure = failureOf(charger.writes.maxAmpere(12));
    await clock.advance(1_000);
    wire.deliver(`${topic}/status`, status());
    await clock.advance(11_000);
    expect((await failure).code).toBe("not-taken-over");
    expect((await failure).message).toContain("amx=12 was not taken over, it is 10");
  });
});

describe("a version that is not given", () => {
  test.each([
    [1, (wire: MqttDouble) => wire.deliver(`${topic}/status`, JSON.stringify(statusV1))],
    [
      2,
      (wire: MqttDouble) => {
        for (const [key, payload] of Object.entries(retainedValues)) wire.deliver(`${topic}/${key}`, payload);
      },
    ],
  ] as const)("is found to be %i by what the charger says", async (version, speak) => {
    const { charger, wire } = setUp({});
    const reading = charger.read();
    await settle();
    speak(wire);
    await reading;
    expect(charger.writes.phases === undefined).toBe(version === 1);
  });
});

test("the broker's refusal is the reading's", async () => {
  const { charger, wire } = setUp();
  wire.failure = new DeviceError({ code: "login-refused", device: "Garage", what: "no", advice: "no" });
  expect((await failureOf(charger.read())).code).toBe("login-refused");
});

test("closing ends reads and writes that wait, and leaves no timer", async () => {
  const { charger, clock, tick } = setUp({ apiVersion: 2, serial: undefined, topic });
  charger.watch?.(() => undefined);
  const read = failureOf(charger.read());
  const write = failureOf(charger.writes.maxAmpere(10));
  await settle();
  tick();
  await charger.close();
  expect((await read).message).toContain("has been closed");
  expect((await write).message).toContain("has been closed");
  expect(clock.pending).toBe(0);
  expect((await failureOf(charger.read())).code).toBe("unreachable");
});

test("whatever the topics carry, reading them fails as a device does or not at all", async () => {
  const keys = [...Object.keys(retainedValues), "status"];
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom(...keys), fc.oneof(fc.json(), fc.string())), { maxLength: 30 }),
      async (messages) => {
        const { charger, clock, wire } = setUp({});
        const outcome = charger.read().catch((error: unknown) => expect(error).toBeInstanceOf(DeviceError));
        await settle();
        for (const [key, payload] of messages) wire.deliver(`${topic}/${key}`, payload);
        await clock.advance(25_000);
        await outcome;
      },
    ),
    { numRuns: 50 },
  );
});
