/** One reading of each device, as JSON and as a table. */

import type { Config } from "../config/parse.js";
import { channelNames, chargerChannels, channelsIn, type Channel, type ChargerChannels } from "../model/channels.js";
import { messageOf } from "../model/errors.js";
import { meterChannelNames, meterChannels, meterValue } from "../model/meter-channels.js";
import {
  meterRoles,
  residualCurrentBands,
  type MeterReading,
  type Quantities,
  type ResidualCurrentReading,
} from "../model/readings.js";
import { using, withContext } from "./devices.js";
import { table } from "./table.js";

interface ReadFailure {
  readonly error: string;
}

export type ChargerAnswer = ChargerChannels | ReadFailure;

/** The quantities of a meter with one role, or by role where it has several. */
export type MeterAnswer = Quantities | MeterReading | ReadFailure;

export interface Readings {
  readonly chargers: Readonly<Record<string, ChargerAnswer>>;
  readonly meters: Readonly<Record<string, MeterAnswer>>;
  readonly residualCurrentMonitors: Readonly<Record<string, ResidualCurrentReading | ReadFailure>>;
}

/** Reads all devices at once, or those with these names. Never rejects: a failed reading is a ReadFailure. */
export async function readAll(
  { chargers, meters, residualCurrentMonitors }: Config,
  names: readonly string[],
): Promise<Readings> {
  const selected = <D extends { readonly name: string }>(devices: readonly D[]) =>
    devices.filter(({ name }) => names.length === 0 || names.includes(name));
  return withContext(async (context) => ({
    chargers: await readings(selected(chargers), async (charger) =>
      using(charger.connect({ ...context, name: charger.name }), async (device) => channelsIn(await device.read())),
    ),
    meters: await readings(selected(meters), async (meter) =>
      using(meter.connect({ ...context, name: meter.name }), async (device) => byRole(await device.read())),
    ),
    residualCurrentMonitors: await readings(selected(residualCurrentMonitors), async (monitor) =>
      using(monitor.connect({ ...context, name: monitor.name }), (device) => device.read()),
    ),
  }));
}

export function hasFailed(answer: object): answer is ReadFailure {
  return "error" in answer && !("maxAmpere" in answer);
}

export function failuresIn({ chargers, meters, residualCurrentMonitors }: Readings): readonly ReadFailure[] {
  return Object.values({ ...chargers, ...meters, ...residualCurrentMonitors }).filter(hasFailed);
}

function byRole(reading: MeterReading): Quantities | MeterReading {
  const all = meterRoles.flatMap((role) => reading[role] ?? []);
  return all.length === 1 && all[0] !== undefined ? all[0] : reading;
}

async function readings<D extends { readonly name: string }, A>(
  devices: readonly D[],
  read: (device: D) => Promise<A>,
): Promise<Record<string, A | ReadFailure>> {
  const all = await Promise.all(
    devices.map(async (device) => {
      const reading = await read(device).catch((error: unknown): ReadFailure => ({ error: messageOf(error) }));
      return [device.name, reading] as const;
    }),
  );
  return Object.fromEntries(all);
}

/** A block for each device that was read: its name, and a line for each value. */
export function describe({ chargers, meters, residualCurrentMonitors }: Readings): string {
  const blocks = [
    ...Object.entries(chargers).map(([name, answer]) => (hasFailed(answer) ? null : block(name, channelRows(answer)))),
    ...Object.entries(meters).map(([name, answer]) => (hasFailed(answer) ? null : block(name, meterRows(answer)))),
    ...Object.entries(residualCurrentMonitors).map(([name, answer]) =>
      hasFailed(answer) ? null : block(name, bandRows(answer)),
    ),
  ];
  return blocks.filter((text) => text !== null).join("\n\n");
}

function block(name: string, rows: readonly (readonly string[])[]): string {
  return `${name}\n${table(rows.map((row) => ["", ...row]))}`;
}

function channelRows(channels: ChargerChannels): readonly (readonly string[])[] {
  return channelNames.flatMap((name) => {
    const value = channels[name];
    const { label, unit }: Channel = chargerChannels[name];
    return value === null ? [] : [[label, text(value, unit)]];
  });
}

function meterRows(answer: Quantities | MeterReading): readonly (readonly string[])[] {
  if ("power" in answer) return quantityRows("", answer);
  return meterRoles.flatMap((role) => {
    const quantities = answer[role];
    return quantities ? quantityRows(`${role} `, quantities) : [];
  });
}

function bandRows(reading: ResidualCurrentReading): readonly (readonly string[])[] {
  const { valid, currents, alarmA, alarmB, thresholdsA, thresholdsB } = reading;
  return [
    ...(valid === null ? [] : [["valid", text(valid, undefined)]]),
    ["", "current", "threshold A", "threshold B"],
    ...residualCurrentBands.map((band) => [
      band,
      ...[currents[band], thresholdsA[band], thresholdsB[band]].map((value) => (value === null ? "" : String(value))),
      [...(alarmA.includes(band) ? ["alarm A"] : []), ...(alarmB.includes(band) ? ["alarm B"] : [])].join(", "),
    ]),
  ];
}

function quantityRows(prefix: string, quantities: Quantities): readonly (readonly string[])[] {
  return meterChannelNames.flatMap((name) => {
    const value = meterValue(quantities, name);
    const { label, unit } = meterChannels[name];
    return value === null ? [] : [[`${prefix}${label}`, text(value, unit)]];
  });
}

function text(value: string | number | boolean, unit: string | undefined): string {
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "string") return value;
  return `${Number(value.toFixed(3))}${unit === undefined ? "" : ` ${unit}`}`;
}
