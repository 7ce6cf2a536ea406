// @ts-check
/**
 * Many devices of all kinds at once for an hour of simulated time: whether requests to one device overlap, memory stays
 * flat and the process stays awake. The drivers run in a process of their own, and the virtual devices in another.
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
 * @property {number} interval ms, simulated, in which the house asks it
 * @property {() => Promise<unknown>} read
 * @property {(() => Promise<void>)} [write] something new
 * @property {(onReading: () => void) => void} [watch]
 * @property {boolean} asked though it speaks by itself
 * @property {() => Promise<void>} close
 * @typedef {{
 *   devices: number, kinds: number, readings: number, writes: number, failures: number, peak: number, heap: number[],
 *   trend: import("./trend.js").Trend, resources: [number, number], delay: number
 * }} ManyDevices
 * `heap`: MB at each look · `trend`: of it, by simulated hour · `resources`: sockets and timers at the first and the last
 * look · `delay`: ms, 99 of 100 of the event loop's
 */

/** How many times faster than real time. */
export const speed = 30;
/** min, simulated */
export const duration = 45;
/** Of each kind. */
export const copies = 3;
/** How often memory is looked at. */
export const looks = 31;
/** Readings before it counts, a quarter of an hour: caches and optimized code have grown by then. */
export const warmUp = 30_000;
/** ms, simulated, in which the house tells a charger something new. */
const writeInterval = 30_000;
/** ms, simulated, after which a device that speaks by itself counts as failed: as in the house. */
const longestSilence = 15_000;

/** ms: so often the event loop is looked at, which is no delay. */
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
 * As the house connects it, with the intervals of the house.
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
    return { kind, interval: 5_000, asked: true, write, ...(watch ? { watch } : {}), ...ends(charger) };
  }
  for (const driver of meterDrivers) {
    if (driver.driver !== kind) continue;
    const meter = driver.connect({ ...driver.options.parse(options), measures: driver.measures }, context);
    const watch = meter.watch?.bind(meter);
    return { kind, interval: 2_000, asked: watch === undefined, ...(watch ? { watch } : {}), ...ends(meter) };
  }
  for (const driver of residualCurrentDrivers) {
    if (driver.driver !== kind) continue;
    return { kind, interval: 1_000, asked: true, ...ends(driver.connect(driver.options.parse(options), context)) };
  }
  throw new RangeError(`There is no driver ${kind}`);
}

/** @param {{ read(): Promise<unknown>, close(): Promise<void> }} connection */
const ends = (connection) => ({ read: () => connection.read(), close: () => connection.close() });

/** @param {Block[]} blocks */
function mustBeAll(blocks) {
  const there = new Set(blocks.map(({ driver }) => driver));
  const all = [...chargerDrivers, ...meterDrivers, ...residualCurrentDrivers].map(({ driver }) => driver);
  const missing = all.filter((driver) => !there.has(driver));
  if (missing.length > 0) throw new Error(`Not on the bench: ${missing.join(", ")}`);
}

/** What all devices together have done. */
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
 * Asks, tells and hears a device as the house does.
 * @param {Device} device
 * @param {import("../dist/model/clock.js").Clock} clock
 * @param {Counters} counters
 * @returns {() => void} what ends it
 */
function live(device, clock, counters) {
  const { interval, read, write, watch, asked } = device;
  /** @type {(() => void)[]} */
  const ends = [];
  /**
   * @param {number} every
   * @param {() => Promise<unknown>} ask
   * @param {() => void} onDone
   */
  const repeat = (every, ask, onDone) =>
    ends.push(
      poll({
        clock,
        interval: every,
        longestWait: every,
        read: ask,
        onReading: onDone,
        onFailure: (error) => counters.failed(device, error),
      }),
    );
  let tell = write;
  let heardAt = clock.now();
  watch?.(() => {
    heardAt = clock.now();
    counters.readings += 1;
  });
  if (asked)
    repeat(interval, read, () => {
      counters.readings += 1;
      // As in the house: nothing is told to a charger that has not been seen.
      if (tell) repeat(writeInterval, tell, () => (counters.writes += 1));
      tell = undefined;
    });
  else {
    const look = async () => {
      const silence = clock.now() - heardAt;
      if (silence > longestSilence) throw new Error(`nothing for ${Math.round(silence)} ms`);
    };
    repeat(interval, look, () => undefined);
  }
  return () => ends.forEach((end) => end());
}

/** @param {number} ms */
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** MB on the heap and in buffers that cannot be given back. */
async function memoryHeld() {
  // What waits for weak references to be cleared needs turns of its own.
  for (let round = 0; round < 3; round++) {
    globalThis.gc?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  globalThis.gc?.();
  // At once: some MB of short-lived objects come with each second.
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 2 ** 20;
}

/** The process of the drivers: what is measured is theirs alone. */
async function runDrivers() {
  const clock = systemClock(speed);
  /** @type {Plan} */
  const plan = { speed, copies, epoch: clock.now() };
  const twins = fork(fileURLToPath(new URL("virtual-devices.js", import.meta.url)), [JSON.stringify(plan)]);
  /** @type {[Block[]]} */
  const [blocks] = await once(twins, "message");
  mustBeAll(blocks);
  const nowhere = () => undefined;
  const log = { error: console.error, warn: nowhere, info: nowhere, debug: nowhere };
  const mqtt = createMqttPool({ clock, log });
  const devices = blocks.map((block, place) => connect(block, { name: `Device ${place}`, log, clock, mqtt }));
  const counters = new Counters();
  const stops = devices.map((device) => live(device, clock, counters));

  while (counters.readings < warmUp) await wait(minute);
  // Starting so many at one moment is not what is measured.
  Object.assign(counters, new Counters());
  const started = performance.now();
  const delay = monitorEventLoopDelay({ resolution });
  /** @type {number[]} */
  const times = [];
  /** @type {number[]} */
  const heap = [];
  /** @type {number[]} */
  const resources = [];
  for (let look = 0; look < looks; look += 1) {
    const due = started + (duration * minute * look) / (looks - 1);
    // A forced collection is no part of what is measured.
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
  twins.send("end");
  /** @type {[number]} */
  const [peak] = await once(twins, "message");
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
