// @ts-check
/** Lines of a replay per minute in one process, for one charger over one day. */

import { replayer } from "../dist/cli/replay.js";
import { parseLine } from "../dist/cli/replay-line.js";
import { parseConfig } from "../dist/config/parse.js";
import { newMemory } from "../dist/control/memory.js";
import { decide } from "../dist/control/decide/decide.js";
import { observe } from "../dist/control/observe/observe.js";
import { controlSettings } from "../dist/site/settings.js";
import { chargerReading, gridReading } from "../dist/simulator/house/readings.js";
import { Car } from "../dist/simulator/house/car.js";
import { Evse } from "../dist/simulator/house/evse.js";
import { Household } from "../dist/simulator/house/household.js";
import { VirtualHouse } from "../dist/simulator/house/house.js";
import { Roof } from "../dist/simulator/house/roof.js";
import { Weather } from "../dist/simulator/house/weather.js";

/** s between two lines */
const step = 5;
const day = 86_400;
const start = Date.UTC(2026, 5, 21);

const { config } = parseConfig({
  site: { mainFuse: 25 },
  meters: [{ name: "Grid", driver: "shelly-3em", transport: "http", host: "192.168.1.40" }],
  chargers: [{ name: "Garage", driver: "go-e", host: "192.168.1.36", apiVersion: 2 }],
});
if (config === null) throw new Error("nothing of this configuration can start");
const settings = controlSettings(config);

/**
 * Runs the controller through a day of broken clouds, so that the lines show a car that follows it.
 * @returns {string[]} one observation each
 */
function generateDay() {
  const evse = new Evse({ current: 6, allowed: false });
  evse.plug(new Car({ energy: 60_000 }));
  const house = new VirtualHouse({
    roof: new Roof({ peak: 12, weather: new Weather("broken", 7) }),
    household: new Household({ seed: 7 }),
    evses: [{ evse, rotation: [0, 1, 2] }],
  });
  let memory = newMemory();
  const lines = [];
  for (let second = 0; second < day; second += step) {
    house.advance(step, second);
    const time = start + second * 1_000;
    const seen = { meters: { Grid: gridReading(house) }, chargers: { Garage: chargerReading(evse) } };
    const line = JSON.stringify({ time, ...seen });
    lines.push(line);
    const outcome = decide(settings, observe(settings, memory, parseLine(line, settings)));
    memory = outcome.memory;
    apply(evse, outcome.decisions["Garage"]);
  }
  return lines;
}

/**
 * @param {Evse} evse
 * @param {import("../dist/model/commands.js").Decision | undefined} decision
 */
function apply(evse, decision) {
  if (decision === undefined) throw new Error("nothing was decided");
  evse.allowed = decision.allowCharging;
  if (!decision.allowCharging) return;
  evse.current = decision.current;
  evse.phases = decision.phases;
}

/** Replays the day once as a warm-up, and then several times; the slowest counts. */
export function measureReplay() {
  const lines = generateDay();
  const once = () => {
    const decide = replayer(settings);
    const before = performance.now();
    for (const line of lines) JSON.stringify(decide(line));
    return (lines.length / (performance.now() - before)) * 60_000;
  };
  once();
  const rates = [once(), once(), once(), once(), once()];
  return { lines: lines.length, rounds: rates.length, slowest: Math.min(...rates), fastest: Math.max(...rates) };
}
