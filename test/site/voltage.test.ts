/** A charger that can't measure the voltage gets what its meter measures, as long as that is fresh. */

import { parseConfig, type Config } from "../../src/config/parse.js";
import type { DriverContext } from "../../src/drivers/driver.js";
import { startVirtualShelly3em } from "../../src/simulator/devices/shelly-gen1/device.js";
import { withShortDeadlines } from "../support/deadlines.js";
import { World } from "./world.js";

let world: World | undefined;

afterEach(async () => {
  await world?.close();
  world = undefined;
});

/** The same, with a charger that takes the voltage of the meter. */
function withVoltage(config: Config, written: number[], failure: Error | null = null): Config {
  const chargers = config.chargers.map((charger) => ({
    ...charger,
    voltageFrom: "Grid",
    connect(context: DriverContext) {
      const connected = charger.connect(context);
      return {
        read: () => connected.read(),
        writes: connected.writes,
        setMeasuredVoltage: async (volts: number) => {
          written.push(volts);
          if (failure !== null) throw failure;
        },
        close: () => connected.close(),
      };
    },
  }));
  return { ...config, chargers };
}

test("a charger that refuses it is asked once a minute", async () => {
  const built = (world = await World.build([{}]));
  const { port } = built.box.device;
  const { config } = parseConfig({
    site: { mainFuse: 25 },
    chargers: [{ name: "Garage", driver: "go-e", host: "127.0.0.1", port, apiVersion: 2 }],
  });
  if (config === null) throw new Error("this configuration is right");
  const written: number[] = [];
  const refusing = withVoltage(config, written, new Error("HTTP 404"));
  await built.startConfig({ ...refusing, chargers: refusing.chargers.map((each) => ({ ...each, voltageFrom: 230 })) });
  await built.turn(130);
  expect(written.length).toBeGreaterThanOrEqual(2);
  expect(written.length).toBeLessThanOrEqual(3);
});

test("it follows the meter's voltage, and is told no old one once the meter is silent", async () => {
  const built = (world = await World.build([{}]));
  let volts = 236;
  const grid = () => ({ ...built.house.grid, voltages: [volts, 0, volts + 4] as const });
  const shelly = await startVirtualShelly3em({ grid, http: {} });
  const meter = { name: "Grid", driver: "shelly-3em", transport: "http", host: "127.0.0.1", pollInterval: 1 };
  built.addMeter({ block: { ...meter, port: shelly.httpPort }, close: () => shelly.close() });
  const { port } = built.box.device;
  const { config } = parseConfig({
    site: { mainFuse: 25 },
    meters: [{ ...meter, port: shelly.httpPort }],
    chargers: [{ name: "Garage", driver: "go-e", host: "127.0.0.1", port, apiVersion: 2 }],
  });
  if (config === null) throw new Error("this configuration is right");
  const written: number[] = [];
  await built.startConfig(withVoltage(config, written));
  await built.turn(10);
  expect(written).toEqual([238]);
  volts = 240;
  await built.turn(10);
  expect(written).toEqual([238, 242]);
  // Nothing that the meter may have measured meanwhile is known.
  shelly.silent = true;
  volts = 225;
  await withShortDeadlines(() => built.turn(60));
  expect(written).toEqual([238, 242]);
});
