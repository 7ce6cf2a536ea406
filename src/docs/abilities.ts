/** What can be changed at a charger, and which devices speak by themselves, as drivers and their connections say. */

import { parseConfig, type Drivers } from "../config/parse.js";
import type { ChargerDriver, DriverContext, Example, WritableChannel } from "../drivers/driver.js";
import { blockWith, type Documented } from "./examples.js";
import { asSchema, choicesOf, jsonOf } from "./options.js";

export interface Ability {
  readonly channel: WritableChannel;
  /** Options that it takes, as they are written; empty: it is there in any case. */
  readonly with: readonly string[];
}

/** Every channel that can be changed with some options, in the driver's order. */
export function abilitiesOf(driver: ChargerDriver): readonly Ability[] {
  const choices = Object.entries(jsonOf(driver.options).properties ?? {}).map(([key, property]) => {
    const schema = asSchema(property);
    const values = choicesOf(schema);
    const other = schema.default === undefined ? [undefined] : [];
    return { key, options: values.length === 0 ? [] : [...values, ...other] };
  });
  const standard = standardsOf(driver);
  const withEach = choices.flatMap(({ key, options }) =>
    options.map((value) => ({ key, value, writable: driver.writable({ ...standard, [key]: value }) })),
  );
  const everywhere = [{ writable: driver.writable(standard) }, ...withEach];
  const channels = [...new Set(everywhere.flatMap(({ writable }) => writable))];
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

/** Leads nowhere: connections make no contact before they are asked to read or to watch. */
const nowhere: DriverContext = {
  name: "Documentation",
  log: { error: () => {}, warn: () => {}, info: () => {}, debug: () => {} },
  clock: { now: () => 0, after: () => ({ cancel: () => {} }) },
  mqtt: {
    connect: () => ({ subscribe: () => {}, publish: () => {}, ready: () => Promise.resolve() }),
    close: () => Promise.resolve(),
  },
};

/** What a connection says of itself before its first contact. */
export interface Habits {
  /** It tells by itself what changes, without being asked. */
  readonly speaks: boolean;
  /** ms after which it forgets what it was told; `null`: it does not, or says so only once it has been heard. */
  readonly expiry: number | null;
}

export async function habitsOf(driver: Documented, example: Example, drivers: Drivers): Promise<Habits> {
  const { config } = parseConfig(blockWith(driver, example), drivers);
  const chargers = (config?.chargers ?? []).map((charger) => charger.connect(nowhere));
  const lines = [...chargers, ...(config?.meters ?? []).map((meter) => meter.connect(nowhere))];
  const habits: Habits = {
    speaks: lines.some((line) => line.watch !== undefined),
    expiry: chargers[0]?.expiry ?? null,
  };
  await Promise.all(lines.map((line) => line.close()));
  return habits;
}

function standardsOf({ options }: ChargerDriver): Record<string, unknown> {
  const properties = Object.entries(jsonOf(options).properties ?? {});
  return Object.fromEntries(properties.map(([key, property]) => [key, asSchema(property).default]));
}
