// @ts-check
/**
 * A process of its own, in which each device of a configuration is asked while there is no file descriptor left, and
 * again once there are. Prints what came of it, a line each: `name: outcome without, outcome with`.
 */

import { closeSync, openSync } from "node:fs";
import { parseConfig } from "../../dist/config/parse.js";
import { createMqttPool } from "../../dist/transport/mqtt.js";

const attempts = 20;
/** ms by which the house's clock is ahead of the computer's, so that no wait after a failure lasts. */
let ahead = 0;

/** @type {import("../../dist/model/clock.js").Clock} */
const clock = {
  now: () => Date.now() + ahead,
  after(delay, callback) {
    const timer = setTimeout(callback, Math.min(delay, 100));
    return { cancel: () => clearTimeout(timer) };
  },
  deadline(delay, callback) {
    const timer = setTimeout(callback, delay);
    return { cancel: () => clearTimeout(timer) };
  },
};

/** @type {number[]} */
const descriptors = [];

/** Until there is none left. */
function exhaust() {
  try {
    for (;;) descriptors.push(openSync("/dev/null", "r"));
  } catch {
    // That is what was wanted.
  }
}

function release() {
  for (const descriptor of descriptors.splice(0)) closeSync(descriptor);
}

/** @param {{ read(): Promise<unknown> }} device */
async function ask(device) {
  ahead += 120_000;
  try {
    await device.read();
    return "read";
  } catch (error) {
    return error instanceof Error && "code" in error && error.name === "DeviceError" ? String(error.code) : `${error}`;
  }
}

const { config, problems } = parseConfig(JSON.parse(process.argv[2] ?? ""));
if (config === null || problems.length > 0) throw new Error(JSON.stringify(problems));
const nowhere = () => undefined;
const log = { error: nowhere, warn: nowhere, info: nowhere, debug: nowhere };
const mqtt = createMqttPool({ clock, log });

for (const entry of [...config.chargers, ...config.meters, ...config.residualCurrentMonitors]) {
  const device = entry.connect({ name: entry.name, log, clock, mqtt });
  exhaust();
  const without = await ask(device);
  release();
  let now = await ask(device);
  for (let left = attempts; now !== "read" && left > 0; left -= 1) now = await ask(device);
  console.log(`${entry.name}: ${without}, ${now}`);
  await device.close();
}
await mqtt.close();
