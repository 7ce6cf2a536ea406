/** What the connections to devices add to polling: devices that push, parts that are merged, voltages, alarms. */

import type { ChargerConfig, MeterConfig, MonitorConfig } from "../../src/config/devices.js";
import type { ResidualCurrentMonitor } from "../../src/drivers/driver.js";
import { noChargerReading, noQuantities } from "../../src/model/readings.js";
import type { ChargerReading, MeterReading, Quantities, ResidualCurrentBand } from "../../src/model/readings.js";
import { ChargerConnection } from "../../src/site/charger-connection.js";
import { MeterConnection } from "../../src/site/meter-connection.js";
import { MonitorConnection } from "../../src/site/monitor-connection.js";
import { createMqttPool } from "../../src/transport/mqtt.js";
import { noBands } from "../control/support.js";
import { MemoryLog } from "../support/memory-log.js";
import { settle, TestClock } from "../support/test-clock.js";

function surroundings() {
  const log = new MemoryLog();
  const clock = new TestClock();
  return { log, clock, context: { log, clock, mqtt: createMqttPool({ log, clock }) } };
}

function monitorConfig(monitor: ResidualCurrentMonitor): MonitorConfig {
  return {
    name: "RCM",
    driver: "test",
    pollInterval: 1,
    onAlarm: "stop",
    brand: "Test",
    model: "Test",
    connect: () => monitor,
  };
}

describe("a charger that pushes", () => {
  function connection() {
    const { context, clock, log } = surroundings();
    const reported: (number | null | undefined)[] = [];
    const volts: number[] = [];
    let push: (reading: ChargerReading) => void = () => {};
    const config: ChargerConfig = {
      name: "Garage",
      driver: "test",
      pollInterval: 5,
      minCurrent: 6,
      maxCurrent: 16,
      phases: "auto",
      phaseRotation: [0, 1, 2],
      mode: "solar",
      priority: 1,
      sessionEnergyLimit: 0,
      targets: [],
      cheapHours: false,
      unknownTags: "allow",
      unpluggedCurrent: 0,
      stopOnUnplug: false,
      brand: "Test",
      model: "Test",
      writable: [],
      range: { min: 6, max: 16, step: 1 },
      voltageFrom: 230,
      address: null,
      connect: () => ({
        read: async () => ({ ...noChargerReading, maxAmpere: 6 }),
        writes: { maxAmpere: async () => {}, allowCharging: async () => {} },
        watch: (onReading) => (push = onReading),
        setMeasuredVoltage: async (reported) => void volts.push(reported),
        close: async () => {},
      }),
    };
    const made = new ChargerConnection(config, context, (reading) => reported.push(reading?.maxAmpere));
    made.start();
    return {
      connection: made,
      clock,
      log,
      reported,
      volts,
      push: (maxAmpere: number, currentLimit: number | null = null) =>
        push({ ...noChargerReading, maxAmpere, currentLimit }),
    };
  }

  test("is heard at once, between two polls", async () => {
    const { reported, push } = connection();
    await settle();
    push(10);
    expect(reported).toEqual([6, 10]);
  });

  test("has its own limit told once for each value below the configured one", async () => {
    const { log, push } = connection();
    await settle();
    for (const limit of [32, 16, null, 13, 13, null, 13]) push(10, limit);
    expect(log.lines.filter((line) => line.includes("its own settings allow"))).toEqual([
      expect.stringContaining("Garage: its own settings allow 13 A, and maxCurrent is 16 A"),
    ]);
  });

  test("is heard no more after the stop", async () => {
    const { connection: stopped, reported, push } = connection();
    await settle();
    stopped.stop();
    push(10);
    expect(reported).toEqual([6]);
  });

  test("is told a voltage once it has answered, and again only when it changed by a volt", async () => {
    const { connection: fed, volts } = connection();
    fed.writeVoltage(230);
    await settle();
    for (const volt of [230, 230.4, 229.6, null, 231.2]) fed.writeVoltage(volt);
    expect(volts).toEqual([230, 231]);
  });
});

describe("a meter that pushes", () => {
  function connection() {
    const { context, clock, log } = surroundings();
    let push: (reading: MeterReading) => void = () => {};
    let reads = 0;
    const handedOn: (MeterReading | null)[] = [];
    const config: MeterConfig = {
      name: "Grid",
      driver: "test",
      pollInterval: 5,
      measures: ["grid"],
      brand: "Test",
      model: "Test",
      connect: () => ({
        read: async () => {
          reads += 1;
          return {};
        },
        watch: (onReading) => (push = onReading),
        close: async () => {},
      }),
    };
    const made = new MeterConnection(config, context, (reading) => handedOn.push(reading));
    made.start();
    const report = (part: Partial<Quantities>) => push({ grid: { ...noQuantities, ...part } });
    return { connection: made, clock, log, report, handedOn, reads: () => reads };
  }

  test("is not polled", async () => {
    const { clock, reads } = connection();
    await clock.advance(60_000);
    expect(reads()).toBe(0);
  });

  test("has reported once its power and all its currents are there; its parts are merged, and handed on as they came", () => {
    const { connection: meter, report, handedOn } = connection();
    report({ power: 1_000 });
    expect(meter.hasReported).toBe(true);
    report({ currents: [null, 2, null] });
    expect(meter.hasReported).toBe(false);
    report({ currents: [1, null, 3] });
    expect(meter.hasReported).toBe(true);
    expect(meter.reading).toEqual({ grid: { ...noQuantities, power: 1_000, currents: [1, 2, 3] } });
    expect(handedOn.at(-1)).toEqual({ grid: { ...noQuantities, currents: [1, null, 3] } });
  });

  test("is not reachable after 30 s of silence, and is again with its next report", async () => {
    const { connection: meter, clock, log, report } = connection();
    report({ power: 1_000 });
    await clock.advance(31_000);
    meter.checkSilence();
    expect(meter.reachable).toBe(false);
    report({ power: 1_000 });
    expect(meter.reachable).toBe(true);
    expect(log.lines).toEqual(["warn: Grid: silent for 31 s.", "info: Grid: answers again."]);
  });

  test("is ignored after the stop", () => {
    const { connection: meter, report, handedOn } = connection();
    meter.stop();
    report({ power: 1_000 });
    expect([meter.reading, handedOn]).toEqual([null, []]);
  });
});

test("a device that is polled has reported once it has failed to", async () => {
  const { context } = surroundings();
  const read = () => Promise.reject(new Error("no answer"));
  const monitor = new MonitorConnection(monitorConfig({ read, close: async () => {} }), context, () => {});
  expect(monitor.hasReported).toBe(false);
  monitor.start();
  await settle();
  expect(monitor.hasReported).toBe(true);
  monitor.stop();
});

test("an alarm is told once when it begins, once when it changes, and once when it is over", async () => {
  const { context, clock, log } = surroundings();
  const alarms: ResidualCurrentBand[][] = [[], ["dc"], ["dc"], ["dc", "total"], [], []];
  const monitor: ResidualCurrentMonitor = {
    read: async () => ({
      valid: null,
      currents: noBands,
      alarmA: alarms.shift() ?? [],
      alarmB: [],
      thresholdsA: noBands,
      thresholdsB: noBands,
      enabledA: [],
      enabledB: [],
      alarmDelay: null,
    }),
    close: async () => {},
  };
  const connection = new MonitorConnection(monitorConfig(monitor), context, () => {});
  connection.start();
  await clock.advance(10_000);
  connection.stop();
  expect(log.entries.filter(({ level }) => level !== "debug").map(({ message }) => message)).toEqual([
    "RCM: alarm A dc.",
    "RCM: alarm A dc, A total.",
    "RCM: the alarm is over.",
  ]);
});
