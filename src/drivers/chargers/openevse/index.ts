/** OpenEVSE and EmonEVSE on the local network, through their WiFi gateway. */

import { z } from "zod";
import { defineCharger, type WritableChannel } from "../../driver.js";
import { lastPart, nameWith } from "../../discovery.js";
import { basicLogin, exampleHost, hostOption, portOption, problemsOfLogin } from "../../options/options.js";
import { RapiCharger } from "./rapi.js";
import { WifiCharger } from "./wifi.js";
import { currentRange } from "./writes.js";

/** ms; the gateway is small, and has a charger to look after. */
const deadline = 5_000;

const writable = {
  wifi: ["maxAmpere", "allowCharging", "sessionChargeConsumptionLimit"],
  rapi: ["maxAmpere", "allowCharging"],
} as const satisfies Record<string, readonly WritableChannel[]>;

export const openEvse = defineCharger({
  kind: "charger",
  driver: "openevse",
  products: [
    { brand: "OpenEVSE", model: "any with the WiFi gateway (ESP32)", firmware: "WiFi firmware 4.1.6 or newer" },
    { brand: "OpenEnergyMonitor", model: "EmonEVSE", firmware: "WiFi firmware 4.1.6 or newer" },
  ],
  needs: [
    "On a box for three phases, enable three phases in the gateway's web page: it measures one and assumes the others to be the same",
    "Disable its own solar divert, load shaper and schedule, so that there is one controller only",
    "Set its maximum current to what cable and circuit carry: without commands it charges with that",
  ],
  onConnectionLoss:
    "It keeps the last command without a time limit, also after unplugging: our claim is not released, for without it " +
    "the box would charge by its own settings. A restart of its WiFi gateway deletes the claim: then it goes to its " +
    "default state, at its own maximum current.",
  unverified: [
    "That an idle box with a command to charge was stopped at its button: newer WiFi firmware wakes it again by itself",
    "The codes of faults above 11, except 14",
    "That a box without is_threephase in its configuration has one phase",
  ],
  examples: [
    { by: "HTTP", keys: { host: exampleHost } },
    { by: "RAPI over HTTP", keys: { host: exampleHost, api: "rapi" } },
  ],
  announcement: {
    types: ["openevse"],
    sharedTypeName: /^openevse-/i,
    port: 80,
    identify: ({ name }) => ({ what: "OpenEVSE or EmonEVSE", name: nameWith("OpenEVSE", lastPart(name)) }),
  },
  options: z.object({
    host: hostOption,
    port: portOption(80),
    api: z
      .enum(["wifi", "rapi"])
      .default("wifi")
      .describe("Its API: wifi, or rapi for WiFi firmware older than 4, which is controlled over RAPI.")
      .meta({ title: "API", labels: { wifi: "WiFi firmware 4 or newer", rapi: "Older WiFi firmware (RAPI)" } }),
    username: z.string().min(1).optional().describe("User name of its web page, if it asks for one."),
    password: z.string().optional().describe("Password that belongs to the user name."),
    voltage: z
      .union([z.number().min(1).max(500), z.string().min(1)])
      .optional()
      .describe("Voltage for boxes that can't measure it: in V, 1 to 500, or the name of a meter that measures it."),
  }),
  check: problemsOfLogin,
  current: currentRange,
  writable: ({ api }) => writable[api],
  voltageFrom: ({ voltage }) => voltage,
  connect({ host, port, api, ...credentials }, context) {
    const { name, clock } = context;
    const options = { device: name, host, port, deadline, clock, ...basicLogin(credentials) };
    return api === "rapi" ? new RapiCharger(options) : new WifiCharger(options, context);
  },
});
