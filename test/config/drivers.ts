/** Drivers for the tests: they connect to nothing, and record their options. */

import { z } from "zod";
import { defineCharger, defineMeter, defineResidualCurrentMonitor } from "../../src/drivers/driver.js";
import type { Charger, DriverContext } from "../../src/drivers/driver.js";
import { brokerOption, hostOption, portOption } from "../../src/drivers/options/options.js";
import { byTransport, hidden, needed } from "../../src/drivers/options/schema.js";
import { noChargerReading, noQuantities } from "../../src/model/readings.js";

/** Options of all connections, newest last. */
export const connectedWith: unknown[] = [];

function connect(options: object): Charger {
  connectedWith.push(options);
  return {
    read: () => Promise.resolve(noChargerReading),
    writes: { maxAmpere: () => Promise.resolve(), allowCharging: () => Promise.resolve() },
    close: () => Promise.resolve(),
  };
}

const box = defineCharger({
  kind: "charger",
  driver: "box",
  products: [{ brand: "Boxes Inc.", model: "Box" }],
  needs: [],
  options: z.object({
    host: hostOption,
    port: portOption(502),
    unitId: z.int().min(1).max(255).optional(),
    switchable: z.boolean().default(true),
    plug: z.enum(["type1", "type2"]).optional(),
    token: z.string().regex(/^\d+$/, "it takes digits").optional(),
  }),
  current: { min: 6, max: 32, step: 1 },
  writable: ({ switchable }) =>
    switchable ? ["maxAmpere", "allowCharging", "phases"] : ["maxAmpere", "allowCharging"],
  connect,
});

const narrow = defineCharger({
  kind: "charger",
  driver: "narrow",
  products: [
    { brand: "Boxes Inc.", model: "Narrow 1" },
    { brand: "Boxes Inc.", model: "Narrow 2" },
  ],
  needs: [],
  options: z.object({
    host: hostOption,
    port: portOption(80),
    plug: z.enum(["type2", "schuko"]).optional(),
    length: z.number().optional(),
  }),
  current: { min: 8, max: 20, step: 1 },
  writable: () => ["maxAmpere", "allowCharging"],
  connect,
});

const counterOptions = z.object({
  transport: z.enum(["mqtt", "http"]).default("http"),
  url: brokerOption.optional(),
  username: z.string().optional(),
  password: z.string().optional(),
  host: hostOption.optional(),
  cloud: hidden(z.url().optional()),
});

const counter = defineMeter({
  kind: "meter",
  driver: "counter",
  products: [{ brand: "Counters Ltd.", model: "Counter" }],
  needs: [],
  measures: ["grid", "pv"],
  options: byTransport(
    counterOptions,
    z.discriminatedUnion("transport", [
      counterOptions.extend({ transport: z.literal("mqtt") }),
      counterOptions.extend({ transport: z.literal("http"), host: needed("is needed without MQTT") }),
    ]),
  ),
  connect(options) {
    connectedWith.push(options);
    return { read: () => Promise.resolve({ grid: noQuantities }), close: () => Promise.resolve() };
  },
});

const watcher = defineResidualCurrentMonitor({
  kind: "residual-current",
  driver: "watcher",
  products: [{ brand: "Counters Ltd.", model: "Watcher" }],
  needs: [],
  options: z.object({ host: hostOption, port: portOption(502) }),
  connect(options) {
    connectedWith.push(options);
    return { read: () => Promise.reject(new Error("it watches nothing")), close: () => Promise.resolve() };
  },
});

export const drivers = { chargers: [box, narrow], meters: [counter], residualCurrentMonitors: [watcher] };

const noop = () => undefined;

export const context: DriverContext = {
  name: "Test",
  log: { error: noop, warn: noop, info: noop, debug: noop },
  clock: { now: () => 0, after: () => ({ cancel: noop }), deadline: () => ({ cancel: noop }) },
  mqtt: {
    connect: () => ({ subscribe: noop, publish: noop, ready: () => Promise.resolve(), close: noop }),
    close: () => Promise.resolve(),
  },
};

/** A valid charger; `keys` replace its own. */
export function charger(keys: object = {}): Record<string, unknown> {
  return { name: "Garage", driver: "box", host: "192.168.1.36", ...keys };
}

/** A valid meter; `keys` replace its own. */
export function meter(keys: object = {}): Record<string, unknown> {
  return { name: "Grid", driver: "counter", host: "192.168.1.20", ...keys };
}
