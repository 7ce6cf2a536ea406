/** What every charger, meter and residual-current monitor takes, whatever its driver. The driver declares its own options. */

import { z } from "zod";
import { type ChargerMode, chargerModes } from "../model/commands.js";
import type { PhaseRotation } from "../model/phases.js";
import { meterRoles } from "../model/readings.js";
import { circuitName, pilot, pilotOrPause } from "./rules.js";
import { targetsSchema } from "./schedule.js";

/** Homebridge hands the name on to HomeKit, which shows no device whose name breaks this rule. */
const homeKitName = /^[\p{L}\p{N}](?:[\p{L}\p{N}\p{Zs}\u2019'&!._:;()/,-]*[\p{L}\p{N}])?$/u;

const deviceName = z
  .string()
  .min(1)
  .max(64)
  .regex(
    homeKitName,
    "HomeKit takes letters, digits, spaces and ' & ! . _ : ; ( ) / , - with a letter or digit at both ends",
  )
  .meta({ title: "Name" });

const driverName = z.string().meta({ title: "Driver" });

const rotations = ["L1 L2 L3", "L1 L3 L2", "L2 L1 L3", "L2 L3 L1", "L3 L1 L2", "L3 L2 L1"] as const;

const rotationIndexes: Readonly<Record<(typeof rotations)[number], PhaseRotation>> = {
  "L1 L2 L3": [0, 1, 2],
  "L1 L3 L2": [0, 2, 1],
  "L2 L1 L3": [1, 0, 2],
  "L2 L3 L1": [1, 2, 0],
  "L3 L1 L2": [2, 0, 1],
  "L3 L2 L1": [2, 1, 0],
};

const plugInHoldSchema = z.strictObject({
  current: z.number().min(pilot.min).max(pilot.max).meta({ title: "Current", unit: "A" }),
  duration: z.number().min(1).max(3600).meta({ title: "Duration", unit: "s" }),
});

/** What every charger takes, whatever its driver. */
export const chargerSettings = z.strictObject({
  name: deviceName,
  driver: driverName,
  pollInterval: z.number().min(1).max(60).default(5).meta({ title: "Poll interval", unit: "s" }),
  minCurrent: z.number().min(pilot.min).max(32).default(6).meta({ title: "Minimum current", unit: "A" }),
  maxCurrent: z.number().min(pilot.min).max(pilot.max).default(16).meta({ title: "Maximum current", unit: "A" }),
  phases: z
    .literal([1, 3, "auto"])
    .default("auto")
    .meta({
      title: "Phases",
      description: "auto: may switch between 1 and 3, where the charger can.",
      labels: { 1: "1", 3: "3", auto: "Automatic" },
    }),
  phaseRotation: z
    .enum(rotations)
    .default("L1 L2 L3")
    .meta({ title: "Phase rotation", description: "Which phase of the house feeds the charger's L1, L2 and L3." })
    .transform((rotation) => rotationIndexes[rotation]),
  mode: z
    .enum(chargerModes)
    .default("solar")
    .meta({
      title: "Mode",
      labels: {
        off: "Off",
        fast: "Fast: all current that is allowed",
        solar: "Solar: from the sun only",
        "solar-min": "Solar, at least the minimum current",
        scheduled: "Scheduled: by targets and cheap hours",
      } satisfies Record<ChargerMode, string>,
    }),
  priority: z.int().min(0).max(100).default(1).meta({ title: "Priority", description: "Higher is served first." }),
  circuit: circuitName.optional().meta({ title: "Circuit", description: "Name of the circuit that feeds it." }),
  sessionEnergyLimit: z
    .number()
    .min(0)
    .max(1000)
    .default(0)
    .meta({ title: "Session energy limit", unit: "kWh", description: "0: none." }),
  targets: targetsSchema.default([]).meta({
    title: "Targets",
    entry: "Target",
    description:
      "Amounts to charge by times of the week. Until a target presses, the sun has its chance; the cheapest time is used first.",
  }),
  cheapHours: z.boolean().default(false).meta({
    title: "Cheap hours",
    description: "Charges with all current while energy is cheap by the tariff, in every mode but off.",
  }),
  unknownTags: z
    .enum(["allow", "refuse"])
    .default("allow")
    .meta({
      title: "Unknown tags",
      description: "refuse: a session without the tag of one of the cars is not charged.",
      labels: { allow: "Charge", refuse: "Refuse" },
    }),
  plugInHold: plugInHoldSchema.optional().meta({
    title: "Hold after plugging in",
    description: "A current that a car gets right after it was plugged in, whatever the sun gives.",
  }),
  unpluggedCurrent: pilotOrPause.default(0).meta({
    title: "Current without a car",
    unit: "A",
    description: "What is offered while no car is plugged in, in the solar modes; 0: pause.",
    not: { exclusiveMinimum: 0, exclusiveMaximum: pilot.min },
  }),
  stopOnUnplug: z.boolean().default(false).meta({
    title: "Stop on unplugging",
    description: "Once a car was unplugged, nothing is charged until someone starts it.",
  }),
});

/** What every meter takes, whatever its driver. */
export const meterSettings = z.strictObject({
  name: deviceName,
  driver: driverName,
  pollInterval: z.number().min(1).max(5).default(2).meta({
    title: "Poll interval",
    unit: "s",
    description: "At most 5 s, because a fuse can't be guarded with older readings.",
  }),
  measures: z
    .array(z.enum(meterRoles).meta({ labels: { grid: "Grid", pv: "Solar power", battery: "Battery", house: "House" } }))
    .min(1)
    .refine((roles) => new Set(roles).size === roles.length, "it takes each of them once")
    .optional()
    .meta({
      title: "Measures",
      description: "What this device is mounted on; none chosen: what its driver expects.",
      uniqueItems: true,
    }),
});

/** What every residual-current monitor takes, whatever its driver. */
export const monitorSettings = z.strictObject({
  name: deviceName,
  driver: driverName,
  pollInterval: z.number().min(1).max(10).default(1).meta({ title: "Poll interval", unit: "s" }),
  onAlarm: z
    .enum(["stop", "notify"])
    .default("stop")
    .meta({
      title: "On alarm",
      labels: { stop: "Stop all chargers", notify: "Log it only" },
      description:
        "stop: all chargers stop until someone starts them again, and while the monitor is silent; notify: it is only logged.",
    }),
});

export type ChargerSettings = Readonly<z.output<typeof chargerSettings>>;
export type MonitorSettings = Readonly<z.output<typeof monitorSettings>>;
export type MeterSettings = Readonly<z.output<typeof meterSettings>>;
