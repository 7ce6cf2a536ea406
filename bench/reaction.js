// @ts-check
/**
 * How long it takes from the moment a meter reports an overload over MQTT until the lower current has arrived at the
 * charger: real time, real sockets, the whole site between virtual devices.
 */

import { parseConfig } from "../dist/config/parse.js";
import { systemClock } from "../dist/site/clock.js";
import { Site } from "../dist/site/site.js";
import { startBroker } from "../dist/simulator/servers/broker.js";
import { Car } from "../dist/simulator/house/car.js";
import { Evse } from "../dist/simulator/house/evse.js";
import { startVirtualGoE } from "../dist/simulator/devices/go-e/server.js";
import { startVirtualShelly3em } from "../dist/simulator/devices/shelly-gen1/device.js";

const mainFuse = 25;
const voltage = 230;
/** ms; a sample that takes longer is an error. */
const timeout = 10_000;

const ignore = () => undefined;
const log = { error: console.error, warn: ignore, info: ignore, debug: ignore };

/** A house in which one phase can be overloaded. */
class Bench {
  /** A that other loads draw on L1, L2, L3 */
  others = [3, 3, 3];
  evse = new Evse({ current: 16, allowed: true });

  /** @returns {import("../dist/simulator/devices/shelly-gen1/device.js").MeteredGrid} */
  grid() {
    const [l1 = 0, l2 = 0, l3 = 0] = this.others.map((current, i) => current + (this.evse.draw[i] ?? 0));
    return {
      powers: [l1 * voltage, l2 * voltage, l3 * voltage],
      currents: [l1, l2, l3],
      voltages: [voltage, voltage, voltage],
      importEnergies: [0, 0, 0],
      exportEnergies: [0, 0, 0],
    };
  }
}

/** @param {number} ms */
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * @param {string} what
 * @param {() => boolean} isSo
 */
async function until(what, isSo) {
  for (const end = performance.now() + timeout; !isSo(); await wait(5))
    if (performance.now() > end) throw new Error(`not within ${timeout / 1_000} s: ${what}`);
}

/**
 * Each sample starts a new site, so that no headroom is remembered.
 * @param {number} count
 * @returns {Promise<number[]>} ms, in the order of measurement
 */
export async function measureReaction(count) {
  const bench = new Bench();
  const { evse } = bench;
  evse.plug(new Car());
  const goE = await startVirtualGoE({ evse, apiVersion: 2 });
  const broker = await startBroker();
  const shelly = await startVirtualShelly3em({ grid: () => bench.grid(), mqtt: { url: broker.url } });
  const { config } = parseConfig({
    site: { mainFuse },
    surplus: { minimumPause: 0 },
    meters: [{ name: "Grid", driver: "shelly-3em", topic: `shellies/${shelly.name}`, url: broker.url }],
    chargers: [
      { name: "Garage", driver: "go-e", host: "127.0.0.1", port: goE.port, apiVersion: 2, phases: 3, mode: "fast" },
    ],
  });
  if (config === null) throw new Error("nothing of this configuration can start");

  /** @type {number[]} */
  const samples = [];
  for (let sample = 0; sample < count; sample++) samples.push(await once(config, bench, goE, shelly, sample));
  await shelly.close();
  await goE.close();
  await broker.close();
  return samples;
}

/**
 * @param {import("../dist/config/parse.js").Config} config
 * @param {Bench} bench
 * @param {import("../dist/simulator/devices/go-e/server.js").VirtualGoE} goE
 * @param {import("../dist/simulator/devices/shelly-gen1/device.js").VirtualShelly3em} shelly
 * @param {number} sample
 */
async function once(config, bench, goE, shelly, sample) {
  const { evse } = bench;
  bench.others = [3, 3, 3];
  goE.appStart();
  evse.current = 16;
  evse.advance(30);
  const site = new Site(config, { log, clock: systemClock() });
  await site.start();
  await shelly.publish();
  await until("the first decision", () => (site.view.chargers[0]?.decision?.current ?? 0) === 16);
  // Out of step with the polls of the site.
  await wait(5 + (sample % 20) * 2);

  /** @type {Promise<number>} */
  const arrival = new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no write within ${timeout / 1_000} s`)), timeout);
    const end = goE.onRequest(({ time, url }) => {
      const current = /^\/api\/set\?amp=(\d+)$/.exec(url)?.[1];
      if (current === undefined || Number(current) >= 16) return;
      clearTimeout(timer);
      end();
      resolve(time);
    });
  });
  bench.others[sample % 3] = 13 + (sample % 4);
  const reported = performance.now();
  await shelly.publish();
  const reaction = (await arrival) - reported;
  await site.stop();
  return reaction;
}
