/** Parses one line of a replay into an observation. */

import { z } from "zod";
import { suggestion } from "../config/nearest.js";
import { priceSchema, pricesSchema, targetSchema, targetsSchema } from "../config/schedule.js";
import type { Observation } from "../control/observation.js";
import type { ControlSettings } from "../control/settings.js";
import { channelsIn } from "../model/channels.js";
import { chargerModes } from "../model/commands.js";
import { parseJson } from "../model/json.js";
import { perPhase, type PerPhase } from "../model/phases.js";
import {
  meterRoles,
  noChargerReading,
  type ChargerReading,
  type MeterReading,
  type MeterRole,
} from "../model/readings.js";

/** An invalid value counts as missing, which never raises a current. */
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
 * Readings of unknown devices are passed on, and ignored later; a command to one is refused.
 * @throws Error with one sentence about what is wrong with the line
 */
export function parseLine(line: string, settings: ControlSettings): Observation {
  const json = parseJson(line);
  if (json === undefined) throw new Error("this line is not JSON");
  const parsed = lineSchema.safeParse(json);
  if (!parsed.success) throw new Error(messageFor(parsed.error));
  const { time, meters, chargers, commands, site } = parsed.data;
  const unknown = Object.keys(commands).find((name) => settings.chargers.every((charger) => charger.name !== name));
  if (unknown !== undefined) throw new Error(`commands: no charger is named ${JSON.stringify(unknown)}`);
  return {
    time,
    meters: mapEntries(meters, (written, name) => meterReading(written, defaultRole(name, settings))),
    chargers: mapEntries(chargers, chargerReading),
    commands,
    ...site,
  };
}

function messageFor({ issues: [issue] }: z.ZodError): string {
  const path = issue?.path.join(".") ?? "";
  if (issue === undefined || path === "") return "this line is not an object with a time";
  if (issue.code !== "unrecognized_keys") return `${path}: ${issue.message}`;
  const [key = ""] = issue.keys;
  const { kind, known } = keysAt(issue.path);
  return `${path}: ${JSON.stringify(key)} is no ${kind}; ${suggestion(key, Object.keys(known))}`;
}

/** The keys that the object at this path of a line may have. */
function keysAt([part, name, list]: readonly PropertyKey[]): { readonly kind: string; readonly known: object } {
  if (part === "site" && name === "prices") return { kind: "part of a price", known: priceSchema.shape };
  if (part === "site") return { kind: "limit or tariff", known: siteSchema.shape };
  if (list === "targets") return { kind: "part of a target", known: targetSchema.shape };
  return { kind: "command", known: commandSchema.shape };
}

/** The role of a meter whose quantities are written without one. */
function defaultRole(name: string, { meters }: ControlSettings) {
  return meters.find((meter) => meter.name === name)?.measures[0] ?? "grid";
}

/** `null`: the reading failed. */
function meterReading(written: unknown, withoutRole: MeterRole): MeterReading | null {
  if (!isRecord(written)) return null;
  const roles = meterRoles.filter((role) => Object.hasOwn(written, role));
  if (roles.length === 0) return { [withoutRole]: quantitiesSchema.parse(written) };
  return Object.fromEntries(
    roles.flatMap((role) => {
      const quantities = quantitiesSchema.safeParse(written[role]);
      return quantities.success ? [[role, quantities.data]] : [];
    }),
  );
}

/** `null`: the reading failed. */
function chargerReading(json: unknown): ChargerReading | null {
  const parsed = chargerSchema.safeParse(json);
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

/** W; a charger that draws more is charging, where it does not report its state. */
const chargingFrom = 100;

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function mapEntries<T>(record: Readonly<Record<string, unknown>>, map: (value: unknown, name: string) => T) {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value, name)]));
}
