// @ts-check
/**
 * Many devices of all kinds, polled at once for some simulated minutes: whether requests to one device overlap, memory
 * stays flat and the process stays awake. The drivers run in a process of their own, and the virtual devices in another.
 */

import { fork } from "node:child_process";
import { once } from "node:events";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import { chargerDrivers, meterDrivers, residualCurrentDrivers } from "../dist/drivers/registry.js";
import { systemClock } from "../dist/site/clock.js";
import { poll } from "../dist/site/poller.js";
import { startBroker } from "../dist/simulator/broker.js";
import { Car } from "../dist/simulator/car.js";
import { startVirtualDctr } from "../dist/simulator/doepke-dctr/server.js";
import { startVirtualE3dc } from "../dist/simulator/e3dc/server.js";
import { Evse } from "../dist/simulator/evse.js";
import { startVirtualGoE } from "../dist/simulator/go-e/server.js";
import { startVirtualMennekes } from "../dist/simulator/mennekes/server.js";
import { startVirtualModbus } from "../dist/simulator/modbus/server.js";
import { startVirtualOpenEvse } from "../dist/simulator/openevse/server.js";
import { startVirtualShelly3em } from "../dist/simulator/shelly-3em/device.js";
import { startVirtualShellyPro3em } from "../dist/simulator/shelly-pro-3em/device.js";
import { startVirtualPac2200 } from "../dist/simulator/siemens-pac2200/device.js";
import { startVirtualSunSpec } from "../dist/simulator/sunspec/device.js";
import { createMqttPool } from "../dist/transport/mqtt.js";

/** How many times faster than real time. */
const speed = 60;
/** min, simulated */
const duration = 10;
/** Of each kind. */
const copies = 5;
/** ms, simulated */
const interval = 10_000;
/** ms, simulated, between two words of a device that speaks by itself */
const word = 4_000;
/** ms of real time before it counts: deadlines of 5 s outlive the requests that they are for. */
const warmUp = 7_000;
/** Shares of the run at which memory is looked at. */
const looks = [0.2, 0.6, 1];

/**
 * @typedef {{ driver: string, options: Record<string, unknown> }} Block
 * @typedef {{ block: Block, peak: () => number }} Twin
 * @typedef {{
 *   devices: number, readings: number, failures: number, peak: number, heap: number[], slope: number, delay: number
 * }} ManyDevices heap in MB at each look, slope in MB per simulated hour, delay in ms (99 of 100)
 */

const self = fileURLToPath(import.meta.url);

/**
 * @param {string} role
 * @returns {import("node:child_process").ChildProcess}
 */
const start = (role) => fork(self, [role], { execArgv: ["--expose-gc"] });

/** @returns {Promise<ManyDevices>} */
export async function measureManyDevices() {
  const drivers = start("drivers");
  const [result] = await once(drivers, "message");
  await once(drivers, "exit");
  return result;
}

const flows = { grid: 40, pv: 1_500, battery: 2_260, house: 2_300, soc: 87 };
/** @type {[number, number, number]} */
const powers = [1_200, -2_300, 460];
/** @type {[number, number, number]} */
const currents = [5, -10, 2];
/** @type {[number, number, number]} */
const voltages = [230, 231, 229];
/** @type {[number, number, number]} */
const energies = [1_000, 2_000, 3_000];
const grid = () => ({ powers, currents, voltages, importEnergies: energies, exportEnergies: energies });

function box() {
  const evse = new Evse({ current: 16 });
  evse.plug(new Car());
  evse.advance(60);
  return evse;
}

/**
 * One device of each kind.
 * @param {string} url of the broker
 * @param {number} copy
 * @returns {Promise<Twin[]>}
 */
async function oneOfEach(url, copy) {
  const host = "127.0.0.1";
  /**
   * @param {string} driver
   * @param {number} port
   * @param {() => number} peak
   * @param {object} [more]
   * @returns {Twin}
   */
  const at = (driver, port, peak, more = {}) => ({ block: { driver, options: { host, port, ...more } }, peak });
  /** @param {1 | 2} apiVersion */
  const goE = async (apiVersion) => {
    const twin = await startVirtualGoE({ evse: box(), apiVersion });
    return at("go-e", twin.port, () => twin.inFlightPeak, { apiVersion });
  };
  /** @param {"wifi" | "rapi"} api */
  const openEvse = async (api) => {
    const twin = await startVirtualOpenEvse({ evse: box(), generation: api === "rapi" ? "old" : "new" });
    return at("openevse", twin.port, () => twin.inFlightPeak, { api });
  };
  const mennekes = await startVirtualMennekes({ evse: box() });
  const e3dc = await startVirtualE3dc({ flows: () => flows });
  const values = () => ({ powers, currents, voltages, importEnergy: 1_500_000, exportEnergy: 10_500 });
  const pac2200 = await startVirtualPac2200({ values });
  const sunspec = await startVirtualSunSpec({ models: [{ id: 103, values: () => ({ power: 3_450, voltages }) }] });
  const modbus = await startVirtualModbus();
  modbus.holding.setFloat32(10, 1_200);
  const dctr = await startVirtualDctr();
  const pro = await startVirtualShellyPro3em({ grid });
  const shelly = await startVirtualShelly3em({ id: `AABBC${copy}`, grid, mqtt: { url } });
  setInterval(() => void shelly.publish(), word / speed);
  /** @type {[string, { readonly port: number, readonly modbus: { readonly inFlightPeak: number } }][]} */
  const overModbus = [
    ["mennekes", mennekes],
    ["e3dc", e3dc],
    ["siemens-pac2200", pac2200],
    ["doepke-dctr", dctr],
  ];
  const power = { register: 10, type: "float32" };
  return [
    await goE(1),
    await goE(2),
    await openEvse("wifi"),
    await openEvse("rapi"),
    ...overModbus.map(([driver, twin]) => at(driver, twin.port, () => twin.modbus.inFlightPeak)),
    at("sunspec", sunspec.port, () => sunspec.modbus.inFlightPeak, { measures: ["pv"] }),
    at("modbus", modbus.port, () => modbus.inFlightPeak, { values: { power } }),
    at("shelly-pro-3em", pro.port, () => pro.inFlightPeak, { transport: "http" }),
    { block: { driver: "shelly-3em", options: { topic: `shellies/${shelly.name}`, url } }, peak: () => 1 },
  ];
}

/** The process of the virtual devices: says where they are, and at the end how many requests were open at once. */
async function runTwins() {
  const broker = await startBroker();
  /** @type {Twin[]} */
  const twins = [];
  for (let copy = 0; copy < copies; copy++) twins.push(...(await oneOfEach(broker.url, copy)));
  process.on("message", () => {
    process.send?.(Math.max(...twins.map(({ peak }) => peak())), () => process.exit());
  });
  process.send?.(twins.map(({ block }) => block));
}

/**
 * @param {Block} block
 * @param {import("../dist/drivers/driver.js").DriverContext} context
 * @returns {{ read(): Promise<unknown>, close(): Promise<void> }}
 */
function connect({ driver: name, options }, context) {
  const { measures: wanted, ...own } = options;
  for (const driver of chargerDrivers)
    if (driver.driver === name) return driver.connect(driver.options.parse(own), context);
  for (const driver of residualCurrentDrivers)
    if (driver.driver === name) return driver.connect(driver.options.parse(own), context);
  for (const driver of meterDrivers) {
    if (driver.driver !== name) continue;
    const measures = Array.isArray(wanted) ? wanted : driver.measures;
    return driver.connect({ ...driver.options.parse(own), measures }, context);
  }
  throw new RangeError(`There is no driver ${name}`);
}

/** @param {number} ms */
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** MB, once all that can go is gone. */
async function heapUsed() {
  for (let round = 0; round < 3; round++) {
    globalThis.gc?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return process.memoryUsage().heapUsed / 2 ** 20;
}

/** The process of the drivers: what is measured is theirs alone. */
async function runDrivers() {
  const twins = start("twins");
  /** @type {[Block[]]} */
  const [blocks] = await once(twins, "message");
  const nowhere = () => undefined;
  const log = { error: console.error, warn: nowhere, info: nowhere, debug: nowhere };
  const clock = systemClock(speed);
  const mqtt = createMqttPool(log);
  let readings = 0;
  let failures = 0;
  const devices = blocks.map((block, place) => connect(block, { name: `Device ${place}`, log, clock, mqtt }));
  const ends = devices.map((device) =>
    poll({
      clock,
      interval,
      longestWait: interval,
      read: () => device.read(),
      onReading: () => (readings += 1),
      onFailure: (error) => {
        failures += 1;
        if (failures <= 3) console.error(String(error));
      },
    }),
  );

  const whole = (duration * 60_000) / speed;
  await wait(warmUp);
  const started = performance.now();
  const delay = monitorEventLoopDelay({ resolution: 5 });
  /** @type {number[]} */
  const heap = [];
  /** @type {number[]} */
  const delays = [];
  for (const look of looks) {
    // Neither the start nor the forced collection is part of what is measured.
    if (look !== looks[0]) delay.enable();
    await wait(started + whole * look - performance.now());
    delay.disable();
    if (look !== looks[0]) delays.push(delay.percentile(99) / 1e6 - 5);
    delay.reset();
    heap.push(await heapUsed());
  }
  for (const end of ends) end();
  await Promise.all(devices.map((device) => device.close()));
  await mqtt.close();
  twins.send("end");
  /** @type {[number]} */
  const [peak] = await once(twins, "message");
  const hours = ((1 - (looks[0] ?? 0)) * duration) / 60;
  const slope = ((heap.at(-1) ?? NaN) - (heap[0] ?? NaN)) / hours;
  const result = { devices: devices.length, readings, failures, peak, heap, slope, delay: Math.max(0, ...delays) };
  process.send?.(result, () => process.exit());
}

if (process.argv[1] === self && process.argv[2] === "twins") await runTwins();
if (process.argv[1] === self && process.argv[2] === "drivers") await runDrivers();
