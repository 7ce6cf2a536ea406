/** One line of a replay: what it may say, and what the controller is told of it. */

import { z } from "zod";
import { suggestion } from "../config/nearest.js";
import { priceSchema, pricesSchema, targetSchema, targetsSchema } from "../config/schedule.js";
import type { Observation } from "../control/observation.js";
import type { ControlSettings } from "../control/settings.js";
import { channelsIn } from "../model/channels.js";
import { chargerModes } from "../model/commands.js";
import { parseJson } from "../model/json.js";
import { perPhase, type PerPhase } from "../model/phases.js";
import { meterRoles, noChargerReading, type ChargerReading, type MeterReading } from "../model/readings.js";

/** What can't be a value is as good as missing: it never raises a current. */
const number = z.number().nullable().catch(null).default(null);
const text = z.string().nullable().catch(null).default(null);
const eachPhase = z
  .array(z.unknown())
  .catch([])
  .default([])
  .transform((values): PerPhase<number | null> => perPhase((i) => number.parse(values[i])));

const quantitiesSchema = z.object({
  power: number,
  currents: eachPhase,
  voltages: eachPhase,
  powers: eachPhase,
  importEnergy: number,
  exportEnergy: number,
  soc: number,
});

const chargerSchema = z.looseObject({
  tag: text,
  currents: eachPhase,
  voltages: eachPhase,
  powers: eachPhase,
});

const commandSchema = z.strictObject({
  mode: z.enum(chargerModes, { error: `it takes ${chargerModes.join(", ")}` }).exactOptional(),
  allowCharging: z.boolean().exactOptional(),
  maxAmpere: z.number().min(0).nullable().exactOptional(),
  powerLimit: z.number().min(0).nullable().exactOptional(),
  sessionChargeConsumptionLimit: z.number().min(0).nullable().exactOptional(),
  phases: z.literal([1, 3, "auto"]).exactOptional(),
  minAmpere: z.number().min(0).nullable().exactOptional(),
  until: z.number().min(0).nullable().exactOptional(),
  targets: targetsSchema.exactOptional(),
});

const siteSchema = z.strictObject({
  powerLimit: z.number().min(0).nullable().exactOptional(),
  prices: pricesSchema.exactOptional(),
});

const lineSchema = z.object({
  time: z.number({ error: "a line needs its time, in ms since 1970" }),
  meters: z.record(z.string(), z.unknown()).default({}),
  chargers: z.record(z.string(), z.unknown()).default({}),
  commands: z.record(z.string(), commandSchema).default({}),
  site: siteSchema.default({}),
});

/**
 * Devices that the settings do not name are passed on, and nobody listens to them; a command for one is refused.
 * @throws Error that says in one sentence what is wrong with the line
 */
export function parseLine(line: string, settings: ControlSettings): Observation {
  const json = parseJson(line);
  if (json === undefined) throw new Error("this line is not JSON");
  const parsed = lineSchema.safeParse(json);
  if (!parsed.success) throw new Error(faultIn(parsed.error));
  const { time, meters, chargers, commands, site } = parsed.data;
  const stranger = Object.keys(commands).find((name) => settings.chargers.every((charger) => charger.name !== name));
  if (stranger !== undefined) throw new Error(`commands: no charger is named ${JSON.stringify(stranger)}`);
  return {
    time,
    meters: mapEntries(meters, (told, name) => meterReading(told, placeOf(name, settings))),
    chargers: mapEntries(chargers, chargerReading),
    commands,
    ...site,
  };
}

function faultIn({ issues: [issue] }: z.ZodError): string {
  const place = issue?.path.join(".") ?? "";
  if (issue === undefined || place === "") return "this line is not an object with a time";
  if (issue.code !== "unrecognized_keys") return `${place}: ${issue.message}`;
  const [key = ""] = issue.keys;
  const { kind, known } = keysAt(issue.path);
  return `${place}: ${JSON.stringify(key)} is no ${kind}; ${suggestion(key, Object.keys(known))}`;
}

/** What a block at this place of a line may hold. */
function keysAt([part, name, list]: readonly PropertyKey[]): { readonly kind: string; readonly known: object } {
  if (part === "site" && name === "prices") return { kind: "part of a price", known: priceSchema.shape };
  if (part === "site") return { kind: "limit or tariff", known: siteSchema.shape };
  if (list === "targets") return { kind: "part of a target", known: targetSchema.shape };
  return { kind: "command", known: commandSchema.shape };
}

/** Where a meter that tells its quantities without a place is mounted. */
function placeOf(name: string, { meters }: ControlSettings) {
  return meters.find((meter) => meter.name === name)?.measures[0] ?? "grid";
}

/** `null`: the reading failed. */
function meterReading(told: unknown, place: (typeof meterRoles)[number]): MeterReading | null {
  if (!isRecord(told)) return null;
  const places = meterRoles.filter((role) => Object.hasOwn(told, role));
  if (places.length === 0) return { [place]: quantitiesSchema.parse(told) };
  return Object.fromEntries(
    places.flatMap((role) => {
      const quantities = quantitiesSchema.safeParse(told[role]);
      return quantities.success ? [[role, quantities.data]] : [];
    }),
  );
}

/** `null`: the reading failed. */
function chargerReading(told: unknown): ChargerReading | null {
  const parsed = chargerSchema.safeParse(told);
  if (!parsed.success) return null;
  const { tag, currents, voltages, powers, ...written } = parsed.data;
  const channels = channelsIn(written);
  const reading: ChargerReading = {
    ...noChargerReading,
    ...channels,
    tag,
    currentL1: channels.currentL1 ?? currents[0],
    currentL2: channels.currentL2 ?? currents[1],
    currentL3: channels.currentL3 ?? currents[2],
    voltageL1: channels.voltageL1 ?? voltages[0],
    voltageL2: channels.voltageL2 ?? voltages[1],
    voltageL3: channels.voltageL3 ?? voltages[2],
    powerL1: channels.powerL1 ?? powers[0],
    powerL2: channels.powerL2 ?? powers[1],
    powerL3: channels.powerL3 ?? powers[2],
  };
  return { ...reading, state: reading.state ?? ((reading.power ?? 0) > chargingFrom ? "charging" : null) };
}

/** W; a charger that takes more charges, whether it says so or not. */
const chargingFrom = 100;

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function mapEntries<T>(record: Readonly<Record<string, unknown>>, map: (value: unknown, name: string) => T) {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value, name)]));
}
