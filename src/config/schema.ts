/**
 * The configuration block, defined once: types, defaults, error messages and config.schema.json all come from here.
 * The settings of devices are in `device-settings.ts`, and the options of a driver in its declaration.
 *
 * `unit` and `title` are for people. A message given with a rule is a whole sentence about what is allowed.
 */

import { z } from "zod";
import { brokerOption, topicOption } from "../drivers/options/options.js";
import { circuitName, pilot, pilotOrPause, text } from "./rules.js";
import { tariffSchema } from "./schedule.js";
import { listOf } from "./unasked.js";

/** Name of the platform in Homebridge's configuration. */
export const platformAlias = "EVCharging";

const influxExample = "it takes an address like http://192.168.1.10:8086; username and password are keys of their own";

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
  circuits: listOf(circuitSchema).default([]).meta({
    title: "Circuits",
    entry: "Circuit",
    description: "The tree below the main fuse, where other fuses need a guard too.",
  }),
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
    description: "A temperature sensor on that bridge, for chargers that report one.",
  }),
  site: z.boolean().default(false).meta({
    title: "House",
    description: "Grid, sun and battery as metered devices on that bridge.",
  }),
});

/** A car that is known by its tag. What is left out is as the charger has it. */
export const carSchema = z.strictObject({
  name: text.meta({ title: "Name" }),
  tags: z
    .array(text)
    .min(1)
    .meta({ title: "RFID tags", description: "As the charger reports them; case does not count." }),
  minCurrent: z.number().min(pilot.min).max(pilot.max).optional().meta({ title: "Minimum current", unit: "A" }),
  maxCurrent: z.number().min(pilot.min).max(pilot.max).optional().meta({ title: "Maximum current", unit: "A" }),
  sunOnly: z
    .boolean()
    .optional()
    .meta({
      title: "Sun only",
      description: "In the solar modes: true: as in solar; false: as in solar-min; left out: as the charger does.",
      labels: { true: "From the sun only", false: "At least the minimum current" },
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
  cars: listOf(carSchema).default([]).meta({ title: "Cars", entry: "Car" }),
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
