/** Easee chargers, by their vendor's cloud: REST for commands, and a SignalR stream for what they report. */

import { z } from "zod";
import { isSafeCloudUrl } from "../../../transport/cloud.js";
import { defineCharger, type WritableChannel } from "../../driver.js";
import { hidden } from "../../options/schema.js";
import { connectEasee, currentRange, lifetime } from "./charger.js";

const urlMessage = "write it like https://api.example.com, without user name and password; http:// only for 127.0.0.1";

/** Somewhere else than Easee: a test, or a relay of one's own. */
function urlOption(standard: string) {
  return z.string().refine(isSafeCloudUrl, urlMessage).default(standard);
}

/** A number, as such or as the text that people copy; the settings page shows it as a number. */
const idOption = z.coerce.number("write the number alone").int().positive().optional();

const exampleAccount = { username: "you@example.com", password: "your password" };

export const easee = defineCharger({
  kind: "charger",
  driver: "easee",
  products: [{ brand: "Easee", model: "Home, Charge, Charge Lite, Charge Core" }],
  needs: [
    "An Easee account that owns the charger; its username is an e-mail address or a telephone number with +",
    "Switch off access control (authorisation) in the Easee app: pausing and resuming is how it is started and stopped",
    "Have the offline limit of the circuit at Easee set to what the main fuse always carries beside the house",
  ],
  onConnectionLoss:
    `A current that was written holds for ${lifetime} minutes; after that the charger goes by its own limits, ` +
    "and a circuit by its offline limit (offlineMaxCircuitCurrent). A pause stays until somebody resumes it, " +
    "the car is plugged in anew, or the charger restarts: a restart resets both to 40 A or 80 A, within the charger's own limits.",
  unverified: [
    "That a pause shows as a dynamic charger current of 0 A and a resume as 32 A, that a current written during a pause ends it, and that a pause outlives the lifetime of the current before it",
    "Which limit a charger goes by once the lifetime of its dynamic current is over",
    "How many requests Easee allows: 12 a minute is a guess on the safe side",
    "The stream's ids other than those that Easee publishes for AMQP, and terminals T3, T4, T5 being L1, L2, L3 on other than TN grids",
    "That a charge which starts at exactly 6 A may begin five minutes late",
  ],
  examples: [
    { by: "Easee's cloud", keys: { ...exampleAccount, chargerId: "EH123456" } },
    { by: "Easee's cloud, the whole circuit", keys: { ...exampleAccount, chargerId: "EH123456", control: "circuit" } },
  ],
  options: z.object({
    username: z.string().min(1).describe("E-mail address or telephone number of the Easee account."),
    password: z.string().min(1).describe("Password of the Easee account."),
    chargerId: z
      .string()
      .regex(/^[A-Za-z0-9]{4,20}$/, "write the serial number from the charger or the app, such as EH123456")
      .describe("Serial number of the charger, such as EH123456."),
    siteId: idOption.describe("Number of the site at Easee; left out, the cloud is asked."),
    circuitId: idOption.describe("Number of the circuit at Easee; left out, the one that the charger is on."),
    control: z
      .enum(["charger", "circuit"])
      .default("charger")
      .describe("What the current is set by: the charger alone, or its whole circuit, which can switch phases.")
      .meta({ labels: { charger: "The charger alone", circuit: "The whole circuit" } }),
    offlineCurrent: z
      .int()
      .min(0)
      .max(80)
      .default(6)
      .describe("Amperes per phase that the fuse carries at any time: a higher offline limit at Easee is warned of."),
    apiUrl: hidden(urlOption("https://api.easee.com").describe("Address of the REST interface.")),
    streamUrl: hidden(urlOption("https://streams.easee.com/hubs/chargers").describe("Address of the stream.")),
  }),
  current: currentRange,
  writable: ({ control }) => (control === "circuit" ? [...writableAlways, "phases"] : writableAlways),
  connect: (options, context) => connectEasee(options, context),
});

const writableAlways: readonly WritableChannel[] = ["maxAmpere", "allowCharging"];
