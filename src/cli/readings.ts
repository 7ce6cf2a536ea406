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

interface Failure {
  readonly error: string;
}

export type ChargerAnswer = ChargerChannels | Failure;

/** One place: its quantities. Several: these by place. */
export type MeterAnswer = Quantities | MeterReading | Failure;

export interface Readings {
  readonly chargers: Readonly<Record<string, ChargerAnswer>>;
  readonly meters: Readonly<Record<string, MeterAnswer>>;
  readonly residualCurrentMonitors: Readonly<Record<string, ResidualCurrentReading | Failure>>;
}

/** Asks all devices at once, or those with these names. Never rejects: who does not answer is a Failure. */
export async function readAll(
  { chargers, meters, residualCurrentMonitors }: Config,
  names: readonly string[],
): Promise<Readings> {
  const asked = <D extends { readonly name: string }>(devices: readonly D[]) =>
    devices.filter(({ name }) => names.length === 0 || names.includes(name));
  return withContext(async (context) => ({
    chargers: await answers(asked(chargers), async (charger) =>
      using(charger.connect({ ...context, name: charger.name }), async (line) => channelsIn(await line.read())),
    ),
    meters: await answers(asked(meters), async (meter) =>
      using(meter.connect({ ...context, name: meter.name }), async (line) => placesOf(await line.read())),
    ),
    residualCurrentMonitors: await answers(asked(residualCurrentMonitors), async (monitor) =>
      using(monitor.connect({ ...context, name: monitor.name }), (line) => line.read()),
    ),
  }));
}

export function hasFailed(answer: object): answer is Failure {
  return "error" in answer && !("maxAmpere" in answer);
}

export function failuresIn({ chargers, meters, residualCurrentMonitors }: Readings): readonly Failure[] {
  return Object.values({ ...chargers, ...meters, ...residualCurrentMonitors }).filter(hasFailed);
}

function placesOf(reading: MeterReading): Quantities | MeterReading {
  const places = meterRoles.flatMap((role) => reading[role] ?? []);
  return places.length === 1 && places[0] !== undefined ? places[0] : reading;
}

async function answers<D extends { readonly name: string }, A>(
  devices: readonly D[],
  ask: (device: D) => Promise<A>,
): Promise<Record<string, A | Failure>> {
  const all = await Promise.all(
    devices.map(async (device) => {
      const answer = await ask(device).catch((error: unknown): Failure => ({ error: messageOf(error) }));
      return [device.name, answer] as const;
    }),
  );
  return Object.fromEntries(all);
}

/** A block for each device that answered: name, and a line for each value that it has. */
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

function quantityRows(place: string, quantities: Quantities): readonly (readonly string[])[] {
  return meterChannelNames.flatMap((name) => {
    const value = meterValue(quantities, name);
    const { label, unit } = meterChannels[name];
    return value === null ? [] : [[`${place}${label}`, text(value, unit)]];
  });
}

function text(value: string | number | boolean, unit: string | undefined): string {
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "string") return value;
  return `${Number(value.toFixed(3))}${unit === undefined ? "" : ` ${unit}`}`;
}
