/**
 * The configuration block, defined once: types, defaults, error messages and config.schema.json all come from here.
 * What a driver takes beside this, it declares itself (`options`).
 *
 * `unit` and `title` are for people. A message given with a rule is a whole sentence about what is allowed.
 */

import { z } from "zod";
import { brokerOption, topicOption } from "../drivers/options/options.js";
import { chargerModes } from "../model/commands.js";
import type { PhaseRotation } from "../model/phases.js";
import { meterRoles } from "../model/readings.js";
import { targetsSchema, tariffSchema } from "./schedule.js";

/** Name of the platform in Homebridge's configuration. */
export const platformAlias = "EVCharging";

/** A, the lowest and the highest current that a control pilot can announce (IEC 61851-1). */
const pilot = { min: 6, max: 80 } as const;

const pilotOrPause = z
  .number()
  .min(0)
  .max(pilot.max)
  .refine((current) => current === 0 || current >= pilot.min, `it takes 0 (pause) or ${pilot.min} to ${pilot.max} A`);

/** Homebridge hands the name on to HomeKit, which shows no device whose name breaks this rule. */
const homeKitName = /^[\p{L}\p{N}](?:[\p{L}\p{N}\p{Zs}\u2019'&!._:;()/,-]*[\p{L}\p{N}])?$/u;

const influxExample = "it takes an address like http://192.168.1.10:8086; username and password are keys of their own";

const text = z.string().min(1).max(256);

const circuitName = z.string().min(1).max(64);

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

/** The zone that times of the week are in where none is named: in a container mostly UTC. */
export function systemTimeZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

function isTimeZone(timeZone: string): boolean {
  try {
    Intl.DateTimeFormat("en", { timeZone });
    return true;
  } catch {
    return false;
  }
}

export const circuitSchema = z.strictObject({
  name: circuitName.meta({ title: "Name" }),
  limit: z
    .number()
    .min(1)
    .max(1000)
    .meta({ title: "Limit", unit: "A", description: "What each phase of this circuit carries." }),
  parent: circuitName
    .nullable()
    .default(null)
    .meta({ title: "Parent", description: "The circuit that feeds this one; empty: the main fuse does." }),
  meter: text.optional().meta({ title: "Meter", description: "Name of the meter that measures this circuit." }),
});

export const siteSchema = z.strictObject({
  phases: z.literal([1, 3]).default(3).meta({ title: "Phases of the house" }),
  voltage: z.number().min(100).max(260).default(230).meta({
    title: "Voltage",
    unit: "V",
    description: "Phase to neutral, where no meter measures it.",
  }),
  mainFuse: z.number().min(6).max(1000).optional().meta({
    title: "Main fuse",
    unit: "A",
    description: "Of each phase. Without it nothing guards the fuse.",
  }),
  powerLimit: z.number().min(0).max(10_000_000).optional().meta({
    title: "Power limit",
    unit: "W",
    description: "For all chargers together, whatever the grid operator allows beside it.",
  }),
  timeZone: z
    .string()
    .refine(isTimeZone, "it takes a time zone like Europe/Berlin")
    .optional()
    .meta({ title: "Time zone", description: "Of targets and cheap hours, like Europe/Berlin; empty: the system's." }),
  circuits: z
    .array(circuitSchema)
    .default([])
    .meta({ title: "Circuits", description: "The tree below the main fuse, where other fuses need a guard too." }),
  failsafeCurrent: pilotOrPause.default(0).meta({
    title: "Fail-safe current",
    unit: "A",
    description: "What each charger falls to when its inputs can't be trusted; 0: it pauses.",
    not: { exclusiveMinimum: 0, exclusiveMaximum: pilot.min },
  }),
  overloadTolerance: z.number().min(0).max(300).default(0).meta({
    title: "Overload tolerance",
    unit: "s",
    description:
      "How long a charger may stay at its minimum current while a phase is above the fuse by up to 13 %; 0: it pauses at once.",
  }),
});

const stateOfCharge = z.number().min(0).max(100);

export const surplusSchema = z
  .strictObject({
    gridTarget: z.number().min(-100_000).max(100_000).default(0).meta({
      title: "Grid target",
      unit: "W",
      description: "Positive: so much import is allowed. Negative: so much export is kept back.",
    }),
    importPenalty: z.number().min(0).max(100).default(1).meta({
      title: "Import penalty",
      description:
        "How many kWh of missed sun one kWh from the grid is worth avoiding: 0.25 imports readily, 1 is even, 10 takes sun only.",
    }),
    minimumRun: z
      .number()
      .min(0)
      .max(3600)
      .default(300)
      .meta({ title: "Minimum run", unit: "s", description: "A charge lasts at least this long; safety ignores it." }),
    minimumPause: z
      .number()
      .min(0)
      .max(3600)
      .default(300)
      .meta({ title: "Minimum pause", unit: "s", description: "A pause lasts at least this long." }),
    batteryPriority: stateOfCharge.default(100).meta({
      title: "Battery first up to",
      unit: "%",
      description:
        "The house battery charges first until it has this state of charge. From then on the cars may have what it charges with.",
    }),
    batteryReserve: stateOfCharge.default(100).meta({
      title: "Battery reserve",
      unit: "%",
      description:
        "Cars that follow the sun may keep on charging from the house battery down to this; 100: never. Not below batteryPriority.",
    }),
  })
  .refine(({ batteryPriority, batteryReserve }) => batteryReserve >= batteryPriority, {
    path: ["batteryReserve"],
    error: "it takes no less than batteryPriority: a battery that charges first has nothing to give",
  });

const login = {
  username: text.optional().meta({ title: "Username" }),
  password: text.optional().meta({ title: "Password" }),
};

export const mqttSchema = z.strictObject({
  url: brokerOption.meta({ title: "Broker", description: "For example mqtt://192.168.1.10:1883" }),
  ...login,
  topic: topicOption
    .default("ev-charging")
    .meta({ title: "Topic", description: "Not served by this version yet: nothing is published." }),
});

export const influxSchema = z.strictObject({
  url: z
    .string()
    .regex(/^https?:\/\/[^@/?#\s]+\/?$/, influxExample)
    .refine((url) => URL.canParse(url), influxExample)
    .meta({ title: "Address", description: "For example http://192.168.1.10:8086" }),
  database: text.meta({ title: "Database" }),
  ...login,
  token: text.optional().meta({ title: "Token" }),
});

export const webSchema = z.strictObject({
  port: z.int().min(0).max(65_535).default(0).meta({ title: "Port", description: "0: off." }),
  host: text.default("127.0.0.1").meta({ title: "Address to listen on" }),
});

export const matterSchema = z.strictObject({
  evse: z.boolean().default(false).meta({
    title: "EV charger",
    description: "The chargers as EV chargers, on a Matter node of their own with a code of its own.",
  }),
  port: z.int().min(1_025).max(65_534).default(5_550).meta({
    title: "Port",
    description: "UDP port of that node. Homebridge's own bridges take 5530 to 5541.",
  }),
  outlet: z.boolean().default(true).meta({
    title: "Outlet",
    description: "Each charger as a metered outlet, on Homebridge's Matter bridge.",
  }),
  plug: z.boolean().default(true).meta({
    title: "Plug",
    description: "A contact sensor for each charger on that bridge: closed while a car is plugged in.",
  }),
  temperature: z.boolean().default(true).meta({
    title: "Temperature",
    description: "A temperature sensor on that bridge, for chargers that tell one.",
  }),
  site: z.boolean().default(false).meta({
    title: "House",
    description: "Grid, sun and battery as metered devices on that bridge.",
  }),
});

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
    .meta({ title: "Phases", description: "auto: may switch between 1 and 3, where the charger can." }),
  phaseRotation: z
    .enum(rotations)
    .default("L1 L2 L3")
    .meta({ title: "Phase rotation", description: "Which phase of the house feeds the charger's L1, L2 and L3." })
    .transform((rotation) => rotationIndexes[rotation]),
  mode: z.enum(chargerModes).default("solar").meta({ title: "Mode" }),
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
    description:
      "Amounts to charge by times of the week. Until a target presses, the sun has its chance; the cheapest time is used first.",
  }),
  cheapHours: z.boolean().default(false).meta({
    title: "Cheap hours",
    description: "Charges with all current while energy is cheap by the tariff, in every mode but off.",
  }),
  unknownTags: z.enum(["allow", "refuse"]).default("allow").meta({
    title: "Unknown tags",
    description: "refuse: a session without the tag of one of the cars is not charged.",
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

/** A car that is known by its tag. What is left out is as the charger has it. */
export const carSchema = z.strictObject({
  name: text.meta({ title: "Name" }),
  tags: z
    .array(text)
    .min(1)
    .meta({ title: "RFID tags", description: "As the charger tells them; case does not count." }),
  minCurrent: z.number().min(pilot.min).max(pilot.max).optional().meta({ title: "Minimum current", unit: "A" }),
  maxCurrent: z.number().min(pilot.min).max(pilot.max).optional().meta({ title: "Maximum current", unit: "A" }),
  sunOnly: z.boolean().optional().meta({
    title: "Sun only",
    description: "In the solar modes: true: as in solar; false: as in solar-min.",
  }),
  energyLimit: z
    .number()
    .min(0)
    .max(1000)
    .optional()
    .meta({ title: "Energy limit", unit: "kWh", description: "For a session; 0: none." }),
  minPower: z.number().min(0).max(100_000).default(0).meta({
    title: "Minimum power",
    unit: "W",
    description: "Surplus below which it is not charged from the sun only; some cars take next to nothing there.",
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
    .array(z.enum(meterRoles))
    .min(1)
    .refine((roles) => new Set(roles).size === roles.length, "it takes each of them once")
    .optional()
    .meta({ title: "Measures", description: "What this device is mounted on.", uniqueItems: true }),
});

/** What every residual-current monitor takes, whatever its driver. */
export const monitorSettings = z.strictObject({
  name: deviceName,
  driver: driverName,
  pollInterval: z.number().min(1).max(10).default(1).meta({ title: "Poll interval", unit: "s" }),
  onAlarm: z.enum(["stop", "notify"]).default("stop").meta({
    title: "On alarm",
    description:
      "stop: all chargers stop until someone starts them again, and while the monitor is silent; notify: it is told in the log.",
  }),
});

/** All but the devices, which are read one by one so that a wrong one keeps only itself from starting. */
export const blockSchema = z.strictObject({
  platform: z.literal(platformAlias).optional(),
  _bridge: z.unknown().optional(),
  name: text.default("EV Charging").meta({ title: "Name", description: "Stands in front of every line in the log." }),
  site: siteSchema.prefault({}).meta({ title: "House" }),
  meters: z.array(z.unknown()).default([]).meta({ title: "Meters" }),
  chargers: z.array(z.unknown()).default([]).meta({ title: "Chargers" }),
  residualCurrentMonitors: z.array(z.unknown()).default([]).meta({ title: "Residual-current monitors" }),
  surplus: surplusSchema.prefault({}).meta({ title: "Surplus" }),
  tariff: tariffSchema.prefault({}).meta({ title: "Tariff" }),
  cars: z.array(carSchema).default([]).meta({ title: "Cars" }),
  matter: matterSchema.prefault({}).meta({ title: "Matter" }),
  mqtt: mqttSchema.optional().meta({ title: "MQTT" }),
  influx: influxSchema.optional().meta({ title: "InfluxDB", description: "Not served by this version yet." }),
  web: webSchema.optional().meta({ title: "Dashboard", description: "Not served by this version yet." }),
});

export type CircuitConfig = Readonly<z.output<typeof circuitSchema>>;
export type SiteConfig = Readonly<z.output<typeof siteSchema>>;
export type SurplusConfig = Readonly<z.output<typeof surplusSchema>>;
export type CarConfig = Readonly<z.output<typeof carSchema>>;
export type MatterConfig = Readonly<z.output<typeof matterSchema>>;
export type MqttConfig = Readonly<z.output<typeof mqttSchema>>;
export type ChargerSettings = Readonly<z.output<typeof chargerSettings>>;
export type MonitorSettings = Readonly<z.output<typeof monitorSettings>>;
export type MeterSettings = Readonly<z.output<typeof meterSettings>>;
