// @ts-check
/**
 * Many devices of all kinds in simulated time: checks that requests to one device do not overlap, memory stays
 * constant and the event loop is not blocked. Drivers and virtual devices each run in a process of their own.
 */

import { fork } from "node:child_process";
import { once } from "node:events";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import { chargerDrivers, meterDrivers, residualCurrentDrivers } from "../dist/drivers/registry.js";
import { systemClock } from "../dist/site/clock.js";
import { poll } from "../dist/site/poller.js";
import { createMqttPool } from "../dist/transport/mqtt.js";
import { trendOf } from "./trend.js";

/**
 * @typedef {import("./virtual-devices.js").Block} Block
 * @typedef {import("./virtual-devices.js").Plan} Plan
 * @typedef {import("../dist/drivers/driver.js").DriverContext} DriverContext
 * @typedef {object} Device
 * @property {string} kind
 * @property {number} interval ms, simulated, between two polls
 * @property {() => Promise<unknown>} read
 * @property {(() => Promise<void>)} [write] a new current
 * @property {(onReading: () => void) => void} [watch]
 * @property {boolean} polled also where it pushes
 * @property {() => Promise<void>} close
 * @typedef {{
 *   devices: number, kinds: number, readings: number, writes: number, failures: number, peak: number, heap: number[],
 *   trend: import("./trend.js").Trend, resources: [number, number], delay: number
 * }} ManyDevices
 * `heap`: MB at each sample · `trend`: of it, per simulated hour · `resources`: sockets and timers at the first and the
 * last sample · `delay`: of the event loop in ms, 99th percentile
 */

/** How many times faster than real time. */
export const speed = 30;
/** min, simulated */
export const duration = 45;
/** Of each kind. */
export const copies = 3;
/** Number of memory samples. */
export const samples = 31;
/** Readings before measuring, a quarter of an hour: caches and optimized code have grown by then. */
export const warmUp = 30_000;
/** ms, simulated, between two writes to a charger. */
const writeInterval = 30_000;
/** ms, simulated, after which a device that pushes counts as failed: as in the site. */
const longestSilence = 15_000;

/** ms between two measurements of the event loop, which do not count as delay. */
const resolution = 5;
const minute = 60_000 / speed;
const self = fileURLToPath(import.meta.url);

/** @returns {Promise<ManyDevices>} */
export async function measureManyDevices() {
  const drivers = fork(self, ["drivers"], { execArgv: ["--expose-gc"] });
  const [result] = await once(drivers, "message");
  await once(drivers, "exit");
  return result;
}

/**
 * Connects a device like the site, with the same intervals.
 * @param {Block} block
 * @param {DriverContext} context
 * @returns {Device}
 */
function connect({ driver: kind, options }, context) {
  for (const driver of chargerDrivers) {
    if (driver.driver !== kind) continue;
    const charger = driver.connect(driver.options.parse(options), context);
    let amperes = 6;
    const write = () => charger.writes.maxAmpere((amperes = amperes === 16 ? 6 : amperes + 1));
    const watch = charger.watch?.bind(charger);
    return { kind, interval: 5_000, polled: true, write, ...(watch ? { watch } : {}), ...ends(charger) };
  }
  for (const driver of meterDrivers) {
    if (driver.driver !== kind) continue;
    const meter = driver.connect({ ...driver.options.parse(options), measures: driver.measures }, context);
    const watch = meter.watch?.bind(meter);
    return { kind, interval: 2_000, polled: watch === undefined, ...(watch ? { watch } : {}), ...ends(meter) };
  }
  for (const driver of residualCurrentDrivers) {
    if (driver.driver !== kind) continue;
    return { kind, interval: 1_000, polled: true, ...ends(driver.connect(driver.options.parse(options), context)) };
  }
  throw new RangeError(`There is no driver ${kind}`);
}

/** @param {{ read(): Promise<unknown>, close(): Promise<void> }} connection */
const ends = (connection) => ({ read: () => connection.read(), close: () => connection.close() });

/** @param {Block[]} blocks */
function checkComplete(blocks) {
  const there = new Set(blocks.map(({ driver }) => driver));
  const all = [...chargerDrivers, ...meterDrivers, ...residualCurrentDrivers].map(({ driver }) => driver);
  const missing = all.filter((driver) => !there.has(driver));
  if (missing.length > 0) throw new Error(`Not on the bench: ${missing.join(", ")}`);
}

/** Counters of all devices together. */
class Counters {
  readings = 0;
  writes = 0;
  failures = 0;

  /**
   * @param {Device} device
   * @param {unknown} error
   */
  failed({ kind }, error) {
    this.failures += 1;
    if (this.failures <= 5) console.error(kind, String(error));
  }
}

/**
 * Polls, writes to and listens to a device like the site.
 * @param {Device} device
 * @param {import("../dist/model/clock.js").Clock} clock
 * @param {Counters} counters
 * @returns {() => void} stops it
 */
function operate(device, clock, counters) {
  const { interval, read, write, watch, polled } = device;
  /** @type {(() => void)[]} */
  const ends = [];
  /**
   * @param {number} every
   * @param {() => Promise<unknown>} request
   * @param {() => void} onDone
   */
  const repeat = (every, request, onDone) =>
    ends.push(
      poll({
        clock,
        interval: every,
        longestWait: every,
        read: request,
        onReading: onDone,
        onFailure: (error) => counters.failed(device, error),
      }),
    );
  let pendingWrite = write;
  let receivedAt = clock.now();
  watch?.(() => {
    receivedAt = clock.now();
    counters.readings += 1;
  });
  if (polled)
    repeat(interval, read, () => {
      counters.readings += 1;
      // Like the site: nothing is written to a charger before its first reading.
      if (pendingWrite) repeat(writeInterval, pendingWrite, () => (counters.writes += 1));
      pendingWrite = undefined;
    });
  else {
    const checkSilence = async () => {
      const silence = clock.now() - receivedAt;
      if (silence > longestSilence) throw new Error(`nothing for ${Math.round(silence)} ms`);
    };
    repeat(interval, checkSilence, () => undefined);
  }
  return () => ends.forEach((end) => end());
}

/** @param {number} ms */
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** MB on the heap and in buffers that cannot be given back. */
async function memoryHeld() {
  // Finalizers of weak references need turns of the event loop.
  for (let round = 0; round < 3; round++) {
    globalThis.gc?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  globalThis.gc?.();
  // Without a wait: each second adds some MB of short-lived objects.
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 2 ** 20;
}

/** The process of the drivers, which is the one that is measured. */
async function runDrivers() {
  const clock = systemClock(speed);
  /** @type {Plan} */
  const plan = { speed, copies, epoch: clock.now() };
  const virtual = fork(fileURLToPath(new URL("virtual-devices.js", import.meta.url)), [JSON.stringify(plan)]);
  /** @type {[Block[]]} */
  const [blocks] = await once(virtual, "message");
  checkComplete(blocks);
  const ignore = () => undefined;
  const log = { error: console.error, warn: ignore, info: ignore, debug: ignore };
  const mqtt = createMqttPool({ clock, log });
  const devices = blocks.map((block, place) => connect(block, { name: `Device ${place}`, log, clock, mqtt }));
  const counters = new Counters();
  const stops = devices.map((device) => operate(device, clock, counters));

  while (counters.readings < warmUp) await wait(minute);
  // The simultaneous start of all devices is not measured.
  Object.assign(counters, new Counters());
  const started = performance.now();
  const delay = monitorEventLoopDelay({ resolution });
  /** @type {number[]} */
  const times = [];
  /** @type {number[]} */
  const heap = [];
  /** @type {number[]} */
  const resources = [];
  for (let sample = 0; sample < samples; sample += 1) {
    const due = started + (duration * minute * sample) / (samples - 1);
    // A forced collection is not measured.
    delay.enable();
    await wait(Math.max(0, due - performance.now()));
    delay.disable();
    heap.push(await memoryHeld());
    times.push(((performance.now() - started) * speed) / 3_600_000);
    resources.push(process.getActiveResourcesInfo().length);
  }
  for (const stop of stops) stop();
  await Promise.all(devices.map((device) => device.close()));
  await mqtt.close();
  virtual.send("end");
  /** @type {[number]} */
  const [peak] = await once(virtual, "message");
  /** @type {ManyDevices} */
  const result = {
    devices: devices.length,
    kinds: devices.length / copies,
    ...counters,
    peak,
    heap,
    trend: trendOf(times, heap),
    resources: [resources[0] ?? NaN, resources.at(-1) ?? NaN],
    delay: Math.max(0, delay.percentile(99) / 1e6 - resolution),
  };
  process.send?.(result, () => process.exit());
}

if (process.argv[1] === self && process.argv[2] === "drivers") await runDrivers();
