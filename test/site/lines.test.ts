/** What the lines to devices add to polling: devices that speak by themselves, voltages that are told, alarms. */

import type { ChargerConfig, MonitorConfig } from "../../src/config/devices.js";
import type { ResidualCurrentMonitor } from "../../src/drivers/driver.js";
import { noChargerReading, type ChargerReading, type ResidualCurrentBand } from "../../src/model/readings.js";
import { ChargerLine } from "../../src/site/charger-line.js";
import { MonitorLine } from "../../src/site/monitor-line.js";
import { createMqttPool } from "../../src/transport/mqtt.js";
import { noBands } from "../control/support.js";
import { MemoryLog } from "../support/memory-log.js";
import { settle, TestClock } from "../support/test-clock.js";

function surroundings() {
  const log = new MemoryLog();
  const clock = new TestClock();
  return { log, clock, context: { log, clock, mqtt: createMqttPool({ log, clock }) } };
}

describe("a charger that speaks by itself", () => {
  function line() {
    const { context, clock } = surroundings();
    const told: (number | null | undefined)[] = [];
    const volts: number[] = [];
    let speak: (reading: ChargerReading) => void = () => {};
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
        watch: (onReading) => (speak = onReading),
        tellVoltage: async (told) => void volts.push(told),
        close: async () => {},
      }),
    };
    const made = new ChargerLine(config, context, (reading) => told.push(reading?.maxAmpere));
    made.start();
    return { line: made, clock, told, volts, speak: (maxAmpere: number) => speak({ ...noChargerReading, maxAmpere }) };
  }

  test("is heard at once, between two polls", async () => {
    const { told, speak } = line();
    await settle();
    speak(10);
    expect(told).toEqual([6, 10]);
  });

  test("is heard no more after the stop", async () => {
    const { line: stopped, told, speak } = line();
    await settle();
    stopped.stop();
    speak(10);
    expect(told).toEqual([6]);
  });

  test("is told a voltage once it has answered, and again only when it changed by a volt", async () => {
    const { line: fed, volts } = line();
    fed.tellVoltage(230);
    await settle();
    for (const volt of [230, 230.4, 229.6, null, 231.2]) fed.tellVoltage(volt);
    expect(volts).toEqual([230, 231]);
  });
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
  const config: MonitorConfig = {
    name: "RCM",
    driver: "test",
    pollInterval: 1,
    onAlarm: "stop",
    brand: "Test",
    model: "Test",
    connect: () => monitor,
  };
  const line = new MonitorLine(config, context, () => {});
  line.start();
  await clock.advance(10_000);
  line.stop();
  expect(log.lines.filter(({ level }) => level !== "debug").map(({ message }) => message)).toEqual([
    "RCM: alarm A dc.",
    "RCM: alarm A dc, A total.",
    "RCM: the alarm is over.",
  ]);
});
