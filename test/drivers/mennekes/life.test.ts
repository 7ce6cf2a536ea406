import { Car } from "../../../src/simulator/house/car.js";
import { Actuator } from "../../../src/site/actuator.js";
import { modbusFaults } from "../../support/device-faults.js";
import { failureOf } from "../../support/failure.js";
import { TestClock } from "../../support/test-clock.js";
import { virtual } from "./support.js";

const writesTo = (device: Awaited<ReturnType<typeof virtual>>["device"]) =>
  device.modbus.requests
    .filter(({ functionCode }) => functionCode === 6)
    .map(({ address, words }) => [address, ...words]);

test("what it does without communication is reported once, with the time after which a limit expires", async () => {
  const { charger, device, log } = await virtual({ safeCurrent: 10, timeout: 60 });
  expect(charger.expiry).toBeUndefined();
  await charger.read();
  await charger.read();
  expect(charger.expiry).toBe(60_000);
  expect(log.lines).toEqual(["info: Garage: it falls back to 10 A after 60 s without communication"]);
  expect(writesTo(device)).toEqual([]);
});

test("without a timeout no limit expires, and that is reported", async () => {
  const { charger, log } = await virtual({ safeCurrent: 16, timeout: 0 });
  await charger.read();
  expect("expiry" in charger && charger.expiry !== undefined).toBe(false);
  expect(log.lines).toEqual([
    "warn: Garage: no time is set after which it falls back to its safe current of 16 A. Set the option watchdog",
  ]);
});

test("the watchdog is set where a person asks for it, and only what differs", async () => {
  const watchdog = { current: 6, timeout: 60 };
  const { charger, device, log } = await virtual({ safeCurrent: 16, timeout: 60 }, { watchdog });
  await charger.read();
  await charger.read();
  expect(writesTo(device)).toEqual([[131, 6]]);
  expect(charger.expiry).toBe(60_000);
  expect(log.lines).toEqual(["info: Garage: it falls back to 6 A after 60 s without communication"]);
});

test("a watchdog that is as asked for is not written: it may be kept in flash", async () => {
  const { charger, device } = await virtual({ safeCurrent: 6, timeout: 60 }, { watchdog: { current: 6, timeout: 60 } });
  await charger.read();
  expect(writesTo(device)).toEqual([]);
});

test("a watchdog that it refuses is a warning, once, and no reason to leave the charger alone", async () => {
  const { charger, device, log } = await virtual(
    { safeCurrent: 16, timeout: 0 },
    { watchdog: { current: 6, timeout: 60 } },
  );
  device.watchdogIsFixed = true;
  expect((await charger.read()).maxAmpere).toBe(32);
  device.modbus.fault = "reset";
  await failureOf(charger.read());
  device.modbus.fault = null;
  await charger.read();
  expect(log.lines).toHaveLength(1);
  expect(log.lines[0]).toMatch(
    /^warn: Garage: the watchdog is not as asked for, 6 A after 60 s: no time is set .* safe current of 16 A\. Set it in .*exception 3/,
  );
});

test("a watchdog that is said to be taken, and is not, is a warning", async () => {
  const { charger, device, log } = await virtual({ safeCurrent: 16 }, { watchdog: { current: 6, timeout: 60 } });
  device.modbus.fault = "ignore-writes";
  await charger.read();
  expect(log.about("warn")).toHaveLength(1);
});

test("without communication it falls back, and comes back with the next request", async () => {
  const { charger, device, evse } = await virtual({ safeCurrent: 6, timeout: 60 });
  evse.plug(new Car());
  await charger.writes.maxAmpere(14);
  for (let second = 0; second < 59; second += 1) {
    device.advance(1);
    evse.advance(1);
  }
  expect(evse.draw).toEqual([14, 14, 14]);
  device.advance(1);
  evse.advance(10);
  expect([device.isAlone, ...evse.draw]).toEqual([true, 6, 6, 6]);
  expect((await charger.read()).maxAmpere).toBe(14);
  evse.advance(10);
  expect(evse.draw).toEqual([14, 14, 14]);
});

test("where only writes count as communication, reading does not keep it from falling back", async () => {
  const { charger, device, evse } = await virtual({ safeCurrent: 0, timeout: 30, heeds: "writes" });
  evse.plug(new Car());
  await charger.writes.maxAmpere(14);
  evse.advance(20);
  device.advance(29);
  await charger.read();
  device.advance(1);
  evse.advance(5);
  expect(evse.draw).toEqual([0, 0, 0]);
  await charger.writes.maxAmpere(14);
  evse.advance(20);
  expect(evse.draw).toEqual([14, 14, 14]);
});

test("after a restart it is met anew, and shows the limit that it came back with", async () => {
  const { charger, device, evse } = await virtual({}, { watchdog: { current: 6, timeout: 60 } });
  await charger.writes.maxAmpere(8);
  await charger.read();
  evse.reboot();
  expect((await failureOf(charger.read())).code).toBe("unreachable");
  device.safeCurrent = 16;
  evse.advance(10);
  expect(await charger.read()).toMatchObject({ maxAmpere: 32, allowCharging: true });
  expect(device.safeCurrent).toBe(6);
});

test.each(modbusFaults)("fault %j is reported as such, and over once it is gone", async (fault, code) => {
  const { charger, device } = await virtual();
  await charger.read();
  device.modbus.fault = fault;
  expect((await failureOf(charger.read())).code).toBe(code);
  device.modbus.fault = null;
  expect(await charger.read()).toMatchObject({ state: "disconnected", maxAmpere: 32 });
});

test("closing ends while an answer is awaited", async () => {
  const { charger, device } = await virtual();
  device.modbus.fault = "silent";
  const asked = new Promise<void>((resolve) => void device.modbus.onRequest(() => resolve()));
  const failing = failureOf(charger.read());
  await asked;
  await charger.close();
  expect((await failing).code).toBe("unreachable");
});

test("the house brings it to a decision: start, current, pause, and start again with less", async () => {
  const { charger, device, log } = await virtual();
  const clock = new TestClock();
  const actuator = new Actuator("Garage", charger, log, clock);
  const decide = async (current: number) => {
    actuator.apply({ allowCharging: current > 0, current, phases: 3, reasons: [] });
    await actuator.idle();
    await clock.advance(5_000);
    actuator.received(await charger.read());
    await actuator.idle();
    return device.limit;
  };
  actuator.received(await charger.read());
  expect(await decide(10)).toBe(10);
  expect(await decide(0)).toBe(0);
  const before = writesTo(device).length;
  expect(await decide(0)).toBe(0);
  expect(await decide(8)).toBe(8);
  expect(writesTo(device).slice(before)).toEqual([[1_000, 8]]);
  expect(await decide(8)).toBe(8);
  expect(writesTo(device).slice(before)).toHaveLength(1);
  const warnings = log.entries.filter(({ level }) => level === "warn").map(({ message }) => message);
  expect(warnings).toEqual([expect.stringContaining("Set the option watchdog")]);
});

test("a limit that someone else sets is set back", async () => {
  const { charger, device, log } = await virtual();
  const clock = new TestClock();
  const actuator = new Actuator("Garage", charger, log, clock);
  const aim = { allowCharging: true, current: 10, phases: 3, reasons: [] } as const;
  actuator.received(await charger.read());
  actuator.apply(aim);
  await actuator.idle();
  device.limit = 16;
  await clock.advance(5_000);
  actuator.received(await charger.read());
  actuator.apply(aim);
  await actuator.idle();
  expect(device.limit).toBe(10);
});
