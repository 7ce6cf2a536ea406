import { goE } from "../../../src/drivers/chargers/go-e/index.js";
import type { Clock } from "../../../src/model/clock.js";
import { startBroker } from "../../../src/simulator/servers/broker.js";
import { Car } from "../../../src/simulator/house/car.js";
import { Evse } from "../../../src/simulator/house/evse.js";
import { startGoEMqtt } from "../../../src/simulator/devices/go-e/mqtt.js";
import { startVirtualGoE } from "../../../src/simulator/devices/go-e/server.js";
import { failureOf } from "../../support/failure.js";
import { connectCharger, closeAfterTest, brokerContext } from "../../support/test-bench.js";
import { TestClock } from "../../support/test-clock.js";

async function garage(apiVersion: 1 | 2, more: object = {}, login?: { username: string; password: string }) {
  const broker = closeAfterTest(await startBroker(login ? { login } : {}));
  const evse = new Evse({ current: 16, maxCurrent: 16 });
  const device = closeAfterTest(await startVirtualGoE({ evse, apiVersion }));
  const mqtt = closeAfterTest(await startGoEMqtt(device, { url: broker.url, apiVersion, ...(login ? { login } : {}) }));
  const connectWith = (options: object, context: { readonly clock?: Clock } = {}) => {
    const written = { transport: "mqtt", serial: "012345", url: broker.url, ...more, ...options };
    return connectCharger(goE, written, { ...brokerContext(), ...context });
  };
  /** The box's own second: its uptime counts on, and it publishes what has changed. */
  const second = async () => {
    evse.advance(1);
    await mqtt.publish();
  };
  /** Lets the box live while something is waited for. */
  const meanwhile = async <T>(promise: Promise<T>): Promise<T> => {
    let waiting = true;
    const end = (): void => void (waiting = false);
    promise.then(end, end);
    while (waiting) {
      await second();
      await new Promise((resolve) => setImmediate(resolve));
    }
    return promise;
  };
  return { broker, evse, device, mqtt, charger: connectWith({}), connectWith, meanwhile };
}

test.each([1, 2] as const)("a charger of version %i on a real broker is asked for its version, and read", async (v) => {
  const { charger, evse, meanwhile } = await garage(v);
  evse.plug(new Car());
  evse.advance(60);
  expect(await meanwhile(charger.read())).toMatchObject({ state: "charging", maxAmpere: 16 });
  expect(charger.writes.phases === undefined).toBe(v === 1);
});

test.each([1, 2] as const)("what is written to a charger of version %i is read back from it", async (apiVersion) => {
  const { charger, meanwhile, evse } = await garage(apiVersion, { apiVersion });
  await meanwhile(charger.writes.maxAmpere(7));
  await meanwhile(charger.writes.allowCharging(false));
  await meanwhile(Promise.resolve(charger.writes.sessionChargeConsumptionLimit?.(4.2)));
  evse.advance(2);
  expect(await meanwhile(charger.read())).toMatchObject({
    ...(apiVersion === 2 ? { maxAmpere: 7, forceState: "OFF" } : {}),
    enabled: false,
  });
  expect(evse.current).toBe(7);
  expect(evse.sessionLimit).toBe(4_200);
});

test("what a charger refuses over MQTT, it says why", async () => {
  const { charger, meanwhile } = await garage(2, { apiVersion: 2 });
  const failure = await meanwhile(failureOf(charger.writes.maxAmpere(32)));
  expect(failure.code).toBe("refused");
  expect(failure.message).toContain("value must be between 6 and 16");
});

test("a charger that may not be written to over MQTT says so", async () => {
  const { charger, mqtt, meanwhile, evse } = await garage(2, { apiVersion: 2 });
  mqtt.writable = false;
  expect((await meanwhile(failureOf(charger.writes.maxAmpere(8)))).message).toContain("writing is not allowed");
  expect(evse.current).toBe(16);
});

test("retained values of a dead charger are no reading", async () => {
  const { mqtt, connectWith } = await garage(2, { apiVersion: 2 });
  await mqtt.close();
  const clock = new TestClock();
  const charger = connectWith({}, { clock });
  const failure = failureOf(charger.read());
  while (clock.pending === 0) await clock.advance(0);
  await clock.advance(10_000);
  expect((await failure).code).toBe("unreachable");
});

test("after its broker was away, a charger is read again", async () => {
  const { charger, broker, meanwhile } = await garage(2, { apiVersion: 2 });
  await meanwhile(charger.read());
  await broker.restart();
  expect((await meanwhile(charger.read())).state).toBe("disconnected");
});

test("a login is used, and a wrong one is said without its words", async () => {
  const login = { username: "house", password: "right" };
  const { connectWith, meanwhile } = await garage(2, { apiVersion: 2 }, login);
  expect((await meanwhile(connectWith(login).read())).state).toBe("disconnected");
  const failure = await failureOf(connectWith({ username: "house", password: "hidden" }).read());
  expect(failure.code).toBe("login-refused");
  expect(failure.message).not.toContain("hidden");
});
