/** Which channels of a charger can be written, and which connections push, as drivers and connections declare it. */

import { parseConfig, type Drivers } from "../../src/config/parse.js";
import type { ChargerDriver, DriverContext, Example, WritableChannel } from "../../src/drivers/driver.js";
import { blockWith, type Documented } from "./examples.js";
import { asSchema, choicesOf, jsonOf } from "./options.js";

export interface Ability {
  readonly channel: WritableChannel;
  /** Options that it depends on, as they are written; empty: none. */
  readonly with: readonly string[];
}

/** Every channel that can be written with some options, in the driver's order. */
export function abilitiesOf(driver: ChargerDriver): readonly Ability[] {
  const choices = Object.entries(jsonOf(driver.options).properties ?? {}).map(([key, property]) => {
    const schema = asSchema(property);
    const values = choicesOf(schema);
    const other = schema.default === undefined ? [undefined] : [];
    return { key, options: values.length === 0 ? [] : [...values, ...other] };
  });
  const defaults = defaultsOf(driver);
  const withEach = choices.flatMap(({ key, options }) =>
    options.map((value) => ({ key, value, writable: driver.writable({ ...defaults, [key]: value }) })),
  );
  const all = [{ writable: driver.writable(defaults) }, ...withEach];
  const channels = [...new Set(all.flatMap(({ writable }) => writable))];
  return channels.map((channel) => {
    const decisive = choices
      .map(({ key }) => withEach.filter((each) => each.key === key))
      .filter((values) =>
        values.some(({ writable }) => writable.includes(channel) !== values[0]?.writable.includes(channel)),
      );
    const conditions = decisive.map((values) => {
      const fitting = values.filter(({ value, writable }) => value !== undefined && writable.includes(channel));
      return fitting.map(({ key, value }) => `${key} ${JSON.stringify(value)}`).join(" or ");
    });
    return { channel, with: conditions };
  });
}

/** Without a network: connections make no contact before the first `read` or `watch`. */
const offline: DriverContext = {
  name: "Documentation",
  log: { error: () => {}, warn: () => {}, info: () => {}, debug: () => {} },
  clock: { now: () => 0, after: () => ({ cancel: () => {} }), deadline: () => ({ cancel: () => {} }) },
  mqtt: {
    connect: () => ({ subscribe: () => {}, publish: () => {}, ready: () => Promise.resolve(), close: () => {} }),
    close: () => Promise.resolve(),
  },
};

/** What a connection declares before its first contact. */
export interface ConnectionTraits {
  /** Whether it pushes changes. */
  readonly pushes: boolean;
  /** ms after which a command expires; `null`: never, or not known before the first reading. */
  readonly expiry: number | null;
}

export async function traitsOf(driver: Documented, example: Example, drivers: Drivers): Promise<ConnectionTraits> {
  const { config } = parseConfig(blockWith(driver, example), drivers);
  const chargers = (config?.chargers ?? []).map((charger) => charger.connect(offline));
  const connections = [...chargers, ...(config?.meters ?? []).map((meter) => meter.connect(offline))];
  const traits: ConnectionTraits = {
    pushes: connections.some(({ watch }) => watch !== undefined),
    expiry: chargers[0]?.expiry ?? null,
  };
  await Promise.all(connections.map((connection) => connection.close()));
  return traits;
}

function defaultsOf({ options }: ChargerDriver): Record<string, unknown> {
  const properties = Object.entries(jsonOf(options).properties ?? {});
  return Object.fromEntries(properties.map(([key, property]) => [key, asSchema(property).default]));
}
