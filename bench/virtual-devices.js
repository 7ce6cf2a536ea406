// @ts-check
/** The process of the virtual devices: some of each entry of the roster. */

import { Car } from "../dist/simulator/house/car.js";
import { Evse } from "../dist/simulator/house/evse.js";
import { steadyFlows } from "../dist/simulator/roster/flows.js";
import { roster } from "../dist/simulator/roster/roster.js";
import { startBroker } from "../dist/simulator/servers/broker.js";
import { freeUdpPort } from "../dist/simulator/servers/free-port.js";

/**
 * @typedef {{ driver: string, options: Readonly<Record<string, unknown>> }} Block configuration of a device
 * @typedef {{ speed: number, epoch: number, copies: number }} Plan
 * `speed`: how many times faster than real time · `epoch`: ms since 1970, from where time runs faster · `copies` of each kind
 * @typedef {object} Started
 * @property {Block} block
 * @property {import("../dist/simulator/roster/entry.js").VirtualDevice} device
 * @property {Evse} evse
 */

/** ms, simulated, between two pushes of a device */
const pushInterval = 2_000;

/** Changes with each call, so that there is always something new to push. */
let counter = 0;
const changing = () => (counter = (counter + 1) % 50);

function chargingBox() {
  const evse = new Evse({ current: 16 });
  evse.plug(new Car());
  evse.advance(60);
  return evse;
}

/**
 * Sends the configuration of the devices; at the end, the maximum of simultaneous requests to one of them.
 * @param {Plan} plan
 */
async function run({ speed, epoch, copies }) {
  const { url: brokerUrl } = await startBroker();
  const shared = {
    flows: steadyFlows(changing),
    residualCurrent: () => 2,
    brokerUrl,
    multicastPort: await freeUdpPort(),
    now: () => epoch + (Date.now() - epoch) * speed,
  };
  /** @type {Started[]} */
  const all = [];
  for (let number = 0; number < copies; number++)
    for (const { driver, start } of roster) {
      const evse = chargingBox();
      const device = await start({ ...shared, evse, number });
      all.push({ block: { driver, options: device.options }, device, evse });
    }
  // They do not all push at the same moment.
  for (const [place, { device, evse }] of all.entries())
    if (device.push) {
      const push = () => {
        evse.advance(pushInterval / 1_000);
        void device.push?.();
      };
      setTimeout(() => setInterval(push, pushInterval / speed), ((place / all.length) * pushInterval) / speed);
    }
  process.on("message", () => {
    process.send?.(Math.max(...all.map(({ device }) => device.inFlightPeak?.() ?? 0)), () => process.exit());
  });
  process.send?.(all.map(({ block }) => block));
}

await run(JSON.parse(process.argv[2] ?? ""));
