/** go-e chargers, in both generations of their API: on the local network, behind a broker, or behind go-e's cloud. */

import { z } from "zod";
import { isSafeCloudUrl } from "../../../transport/cloud.js";
import { defineCharger, type WritableChannel } from "../../driver.js";
import {
  brokerLogin,
  brokerOption,
  defaultBroker,
  exampleHost,
  hostOption,
  portOption,
} from "../../options/options.js";
import { byTransport, hidden, needed, transportOf } from "../../options/schema.js";
import { announcement } from "./announcement.js";
import { connectGoE, type GoERoute } from "./charger.js";
import type { ApiVersion } from "./route.js";
import { currentRange } from "./status.js";
import { writableV1 } from "./v1.js";
import { writableV2 } from "./v2.js";

/** Like the option of other devices, but go-e's first firmware puts a slash in front. */
const topicOption = z
  .string()
  .regex(
    /^\/?(?!\$)[^+#/\s\0]+(\/[^+#/\s\0]+)*$/,
    "write it without wildcards, blanks, a slash at its end, and $ at its beginning",
  );

/** What has to be chosen for an option to be of use. */
const http = { cloud: [false], transport: ["http"] };
const mqtt = { cloud: [false], transport: ["mqtt"] };

const options = z.object({
  transport: z
    .enum(["http", "mqtt"])
    .optional()
    .describe(
      "How it is reached: http needs its host, mqtt its serial number or its topic; " +
        "left out: mqtt where there is a topic and no host, else http.",
    )
    .meta({ labels: { http: "HTTP", mqtt: "MQTT" }, usual: "http", applies: { cloud: [false] } }),
  host: hostOption
    .optional()
    .describe("Name or IP address of the charger, for transport http.")
    .meta({ applies: http }),
  port: portOption(80).meta({ applies: http }),
  apiVersion: z
    .union([z.literal(1), z.literal(2)])
    .optional()
    .meta({ title: "API version" })
    .describe("Version of its API; left out, the charger is asked, and phases are not switched."),
  serial: z
    .string()
    .regex(/^\d{6,16}$/, 'write its digits as a text with all leading zeros, such as "012345"')
    .optional()
    .describe("Serial number of the charger; a charger with another one is never written to."),
  topic: topicOption
    .optional()
    .describe("MQTT topic of the charger; left out: go-eCharger/ and its serial number.")
    .meta({ applies: mqtt }),
  url: brokerOption
    .optional()
    .describe("Address of the MQTT broker; left out: the site's broker.")
    .meta({ applies: mqtt }),
  username: z.string().optional().describe("User name at the MQTT broker.").meta({ applies: mqtt }),
  password: z.string().optional().describe("Password that belongs to the user name.").meta({ applies: mqtt }),
  cloud: z.boolean().default(false).describe("Reach it through go-e's cloud, which needs its serial number and token."),
  token: z
    .string()
    .min(1)
    .optional()
    .describe("Key of the cloud API, as the go-e app shows it.")
    .meta({ applies: { cloud: [true] } }),
  cloudUrl: hidden(
    z
      .string()
      .refine(isSafeCloudUrl, "write it like https://cloud.example; http:// is taken for 127.0.0.1 alone")
      .optional()
      .describe("Address of another cloud than go-e's, for tests."),
  ),
});

const local = options.extend({ cloud: z.literal(false) });

const byAddress = transportOf("http", "http");

/** The ways to the charger, each with all that it needs. */
const routes = z.discriminatedUnion("cloud", [
  options.extend({
    cloud: z.literal(true),
    transport: z.literal("http", 'is "http" where cloud is true'),
    serial: needed('is needed for the cloud, such as "012345"'),
    token: needed("is needed for the cloud; the go-e app shows it"),
  }),
  z.discriminatedUnion("transport", [
    local.extend({
      transport: z.literal("http"),
      host: needed('is needed for transport "http", such as 192.168.1.36'),
    }),
    local.extend({ transport: z.literal("mqtt") }).transform((chosen, context) => {
      const topic = chosen.topic ?? (chosen.serial === undefined ? undefined : `go-eCharger/${chosen.serial}`);
      if (topic !== undefined) return { ...chosen, topic };
      const message = 'is needed for transport "mqtt", or topic, such as go-eCharger/012345';
      context.addIssue({ code: "custom", path: ["serial"], message });
      return z.NEVER;
    }),
  ]),
]);

export const goE = defineCharger({
  kind: "charger",
  driver: "go-e",
  products: [
    { brand: "go-e", model: "Charger HOME+ and HOMEfix (V2)", firmware: "02x to 04x: API version 1" },
    {
      brand: "go-e",
      model: "Charger HOMEfix (V3), Gemini, Gemini flex, PRO, CORE",
      firmware: "050 or newer: API version 2",
    },
  ],
  needs: [
    "Enable the local HTTP API of the same version in the go-e app; versions 1 and 2 are enabled separately",
    "Cards are known by the names that they have in the go-e app: write such a name as tag of a car",
    "For MQTT: switch it on in the go-e app with the address of your own broker, and allow writing (since firmware 051.5)",
    "For the cloud: switch on the cloud API in the go-e app and copy its key into token; version 2 needs firmware 052; " +
      "for version 1 set a pollInterval of 60 s or more, since 50 MB a month are fair use",
  ],
  onConnectionLoss:
    "It keeps the last current and the last start or stop: it does not detect that the connection is lost. " +
    "With API version 1 a restart of the charger restores the current that is stored in it.",
  unverified: [
    "Over MQTT, a charger with API version 2 counts as present only while it reports its uptime or another value every few seconds, as the vendor's example shows.",
    "Whether a start or stop (frc) persists over unplugging and a restart of the charger is not documented.",
    "Through the cloud of version 1, the response to a write: it is read back in any case.",
    "The failsafe of firmware 60.4 (fse, fsi, fsc) is listed as read-only, and how its countdown is kept up is not documented: it is not used.",
    "Which firmware began to number errors anew: 59.4 is the first whose document does so.",
  ],
  examples: [
    { by: "HTTP", keys: { host: exampleHost, apiVersion: 2 } },
    { by: "MQTT", keys: { transport: "mqtt", serial: "012345", apiVersion: 2 }, broker: true },
    { by: "go-e's cloud", keys: { cloud: true, serial: "012345", token: "key from the app", pollInterval: 60 } },
  ],
  announcement,
  options: byTransport(options, routes, (chosen) =>
    chosen.cloud ? { ...chosen, transport: chosen.transport ?? "http" } : byAddress(chosen),
  ),
  current: currentRange,
  writable: ({ apiVersion }) => writableIn(apiVersion),
  connect: (chosen, context) => {
    const { apiVersion, serial } = chosen;
    return connectGoE({ route: routeOf(chosen), apiVersion, serial }, context);
  },
});

/** Before a charger has been asked for its version, only what both versions have is sure. */
function writableIn(apiVersion: ApiVersion | undefined): readonly WritableChannel[] {
  if (apiVersion === 1) return writableV1;
  if (apiVersion === 2) return writableV2;
  return writableV1.filter((channel) => writableV2.some((other) => other === channel));
}

function routeOf(chosen: z.output<typeof routes>): GoERoute {
  if (chosen.cloud) return { by: "cloud", serial: chosen.serial, token: chosen.token, url: chosen.cloudUrl };
  if (chosen.transport === "http") return { by: "local", host: chosen.host, port: chosen.port };
  const { topic, url = defaultBroker } = chosen;
  return { by: "broker", topic, url, login: brokerLogin(chosen) };
}
