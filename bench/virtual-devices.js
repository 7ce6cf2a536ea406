// @ts-check
/** The process of the virtual devices: some of each kind that a driver reaches, each way in which it reaches them. */

import { createSocket } from "node:dgram";
import { smaGroup } from "../dist/drivers/meters/sma-home-manager/meter.js";
import { startBroker } from "../dist/simulator/servers/broker.js";
import { Car } from "../dist/simulator/house/car.js";
import { startVirtualDctr } from "../dist/simulator/devices/doepke-dctr/server.js";
import { startVirtualE3dc } from "../dist/simulator/devices/e3dc/server.js";
import { startVirtualEasee } from "../dist/simulator/devices/easee/cloud.js";
import { Evse } from "../dist/simulator/house/evse.js";
import { startGoEMqtt } from "../dist/simulator/devices/go-e/mqtt.js";
import { startVirtualGoE } from "../dist/simulator/devices/go-e/server.js";
import { startVirtualMennekes } from "../dist/simulator/devices/mennekes/server.js";
import { startVirtualModbus } from "../dist/simulator/servers/modbus/server.js";
import { startVirtualOpenEvse } from "../dist/simulator/devices/openevse/server.js";
import { startVirtualP1Gateway } from "../dist/simulator/devices/p1/gateway.js";
import { startVirtualShelly3em } from "../dist/simulator/devices/shelly-gen1/device.js";
import { startVirtualShellyPro3em } from "../dist/simulator/devices/shelly-gen2/device.js";
import { startVirtualPac2200 } from "../dist/simulator/devices/siemens-pac2200/device.js";
import { startVirtualSmaMeter } from "../dist/simulator/devices/sma-home-manager/device.js";
import { startVirtualSunSpec } from "../dist/simulator/devices/sunspec/device.js";

/**
 * @typedef {{ driver: string, options: Record<string, unknown> }} Block what the configuration says of a device
 * @typedef {object} Twin
 * @property {Block} block
 * @property {() => number} [peak] most requests that were open at once; absent: it answers each at once, or takes none
 * @property {() => void} [speak] tells by itself what is new
 * @typedef {{ speed: number, epoch: number, copies: number }} Plan
 * `speed`: how many times faster than real time · `epoch`: ms since 1970, from where time runs faster · `copies` of each kind
 */

const host = "127.0.0.1";
/** ms, simulated, between two words of a device that speaks by itself */
const word = 2_000;

/** Goes on with each look at it, so that there is always something new to tell. */
let wobble = 0;
const more = () => (wobble = (wobble + 1) % 50);

const flows = () => ({ grid: 40 + more(), pv: 1_500, battery: 2_260, house: 2_300, soc: 87 });
const grid = () => ({
  powers: /** @type {[number, number, number]} */ ([1_200 + more(), -2_300, 460]),
  currents: /** @type {[number, number, number]} */ ([5, -10, 2]),
  voltages: /** @type {[number, number, number]} */ ([230, 231, 229]),
  importEnergies: /** @type {[number, number, number]} */ ([1_000, 2_000, 3_000]),
  exportEnergies: /** @type {[number, number, number]} */ ([400, 500, 600]),
  importEnergy: 1_500,
  exportEnergy: 10.5,
  imported: /** @type {[number, number]} */ ([1_000, 500]),
  exported: /** @type {[number, number]} */ ([0, 10.5]),
});

function box() {
  const evse = new Evse({ current: 16 });
  evse.plug(new Car());
  evse.advance(60);
  return evse;
}

/**
 * @param {string} driver
 * @param {number} port
 * @param {() => number} peak
 * @param {object} [options]
 * @returns {Twin}
 */
const at = (driver, port, peak, options = {}) => ({ block: { driver, options: { host, port, ...options } }, peak });

/**
 * @param {string} driver
 * @param {{ readonly port: number, readonly inFlightPeak: number }} server
 * @param {object} [options]
 */
const overModbus = (driver, server, options) => at(driver, server.port, () => server.inFlightPeak, options);

/** Lets time pass in a wallbox between two of its words. @param {Evse} evse */
const pass = (evse) => evse.advance(word / 1_000);

/**
 * Chargers: each as it is reached.
 * @param {string} url of the broker
 * @param {number} copy
 * @param {() => number} now
 * @returns {Promise<Twin[]>}
 */
async function chargers(url, copy, now) {
  const one = await startVirtualGoE({ evse: box(), apiVersion: 1 });
  const two = await startVirtualGoE({ evse: box(), apiVersion: 2 });
  const heard = box();
  const serial = `00000${copy}`;
  const face = await startGoEMqtt(await startVirtualGoE({ evse: heard, apiVersion: 2, serial }), {
    url,
    apiVersion: 2,
  });
  const pushing = box();
  const wifi = await startVirtualOpenEvse({ evse: pushing, generation: "new" });
  const rapi = await startVirtualOpenEvse({ evse: box(), generation: "old" });
  const clouded = box();
  const id = `EH00000${copy}`;
  const [username, password] = ["somebody@example.com", "correct horse"];
  const easee = await startVirtualEasee({ chargers: [{ id, evse: clouded }], username, password, now });
  const { apiUrl, streamUrl } = easee;
  const mennekes = await startVirtualMennekes({ evse: box() });
  return [
    at("go-e", one.port, () => one.inFlightPeak, { apiVersion: 1 }),
    at("go-e", two.port, () => two.inFlightPeak, { apiVersion: 2 }),
    {
      block: { driver: "go-e", options: { transport: "mqtt", topic: face.topic, url, apiVersion: 2 } },
      speak() {
        pass(heard);
        void face.publish();
      },
    },
    {
      ...at("openevse", wifi.port, () => wifi.inFlightPeak, { api: "wifi" }),
      speak() {
        pass(pushing);
        wifi.push();
      },
    },
    at("openevse", rapi.port, () => rapi.inFlightPeak, { api: "rapi" }),
    {
      block: { driver: "easee", options: { chargerId: id, username, password, apiUrl, streamUrl } },
      peak: () => easee.inFlightPeak,
      speak() {
        pass(clouded);
        easee.update();
      },
    },
    overModbus("mennekes", mennekes.modbus),
  ];
}

/**
 * Meters and monitors that are asked.
 * @returns {Promise<Twin[]>}
 */
async function askedMeters() {
  const e3dc = await startVirtualE3dc({ flows });
  const pac2200 = await startVirtualPac2200({ values: grid });
  const sunspec = await startVirtualSunSpec({ models: [{ id: 203, values: () => ({ power: 3_450 + more() }) }] });
  const modbus = await startVirtualModbus();
  modbus.holding.setFloat32(10, 1_200);
  const dctr = await startVirtualDctr();
  const pro = await startVirtualShellyPro3em({ grid });
  const shelly = await startVirtualShelly3em({ grid, http: {} });
  const json = await startVirtualShelly3em({ grid, http: {} });
  return [
    overModbus("e3dc", e3dc.modbus),
    overModbus("siemens-pac2200", pac2200.modbus),
    overModbus("sunspec", sunspec.modbus),
    overModbus("modbus", modbus, { values: { power: { register: 10, type: "float32" } } }),
    overModbus("doepke-dctr", dctr.modbus),
    at("shelly-pro-3em", pro.port, () => pro.inFlightPeak, { transport: "http" }),
    at("shelly-3em", shelly.httpPort ?? 0, () => shelly.inFlightPeak, { transport: "http" }),
    {
      block: {
        driver: "http",
        options: { url: `http://${host}:${json.httpPort}/status`, values: { power: { path: "total_power" } } },
      },
      peak: () => json.inFlightPeak,
    },
  ];
}

/**
 * Meters that speak by themselves.
 * @param {string} url of the broker
 * @param {number} copy
 * @param {() => number} now
 * @param {number} port where SMA meters speak to all
 * @returns {Promise<Twin[]>}
 */
async function speakingMeters(url, copy, now, port) {
  const shelly = await startVirtualShelly3em({ id: `AABBC${copy}`, grid, mqtt: { url } });
  const pro = await startVirtualShellyPro3em({ mac: `aabbcc00000${copy}`, grid, mqtt: { url } });
  const socket = await startVirtualShellyPro3em({ mac: `aabbcc11111${copy}`, grid });
  const other = await startVirtualShelly3em({ id: `DDEEF${copy}`, grid, mqtt: { url } });
  const p1 = await startVirtualP1Gateway({ values: grid, now });
  const serial = 1_000 + copy;
  const sma = await startVirtualSmaMeter({ values: grid, address: smaGroup, port, interface: host, serial });
  const values = {
    powerL1: { topic: `shellies/${other.name}/emeter/0/power` },
    currentL1: { topic: `shellies/${other.name}/emeter/0/current` },
  };
  return [
    {
      block: { driver: "shelly-3em", options: { topic: `shellies/${shelly.name}`, url } },
      speak: () => void shelly.publish(),
    },
    {
      block: { driver: "shelly-pro-3em", options: { transport: "mqtt", topic: pro.name, url } },
      speak: () => void pro.publish(),
    },
    { ...at("shelly-pro-3em", socket.port, () => socket.inFlightPeak), speak: () => void socket.publish() },
    { block: { driver: "mqtt", options: { url, values } }, speak: () => void other.publish() },
    { block: { driver: "p1", options: { host, port: p1.port } }, speak: () => p1.send() },
    {
      block: { driver: "sma-home-manager", options: { serial, interface: host, port } },
      speak: () => void sma.send(),
    },
  ];
}

/** @returns {Promise<number>} a port that no other SMA meter speaks to */
async function freePort() {
  const socket = createSocket("udp4");
  await new Promise((resolve) => socket.bind(0, host, () => resolve(undefined)));
  const { port } = socket.address();
  await new Promise((resolve) => socket.close(() => resolve(undefined)));
  return port;
}

/**
 * Says where the devices are; at the end, how many requests one of them ever had open at once.
 * @param {Plan} plan
 */
async function run({ speed, epoch, copies }) {
  const now = () => epoch + (Date.now() - epoch) * speed;
  const broker = await startBroker();
  const port = await freePort();
  /** @type {Twin[]} */
  const twins = [];
  for (let copy = 0; copy < copies; copy++) {
    twins.push(...(await chargers(broker.url, copy, now)));
    twins.push(...(await askedMeters()));
    twins.push(...(await speakingMeters(broker.url, copy, now, port)));
  }
  // Not all of them speak at one moment.
  for (const [place, { speak }] of twins.entries())
    if (speak) setTimeout(() => setInterval(speak, word / speed), ((place / twins.length) * word) / speed);
  process.on("message", () => {
    process.send?.(Math.max(...twins.map(({ peak }) => peak?.() ?? 0)), () => process.exit());
  });
  process.send?.(twins.map(({ block }) => block));
}

await run(JSON.parse(process.argv[2] ?? ""));
