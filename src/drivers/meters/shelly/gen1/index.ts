/** Shelly 3EM (first generation): a meter for three phases, over MQTT or HTTP. */

import { z } from "zod";
import { lastPart, nameWith } from "../../../discovery.js";
import { defineMeter } from "../../../driver.js";
import {
  basicLogin,
  brokerLogin,
  brokerOption,
  defaultBroker,
  exampleHost,
  hostOption,
  portOption,
  topicOption,
} from "../../../options/options.js";
import { byTransport, needed, transportOf } from "../../../options/schema.js";
import { connectOverHttp } from "./http.js";
import { Gen1MqttMeter } from "./mqtt-meter.js";

/** What has to be chosen for an option to be of use. */
const mqtt = { transport: ["mqtt"] };
const http = { transport: ["http"] };

const options = z.object({
  transport: z
    .enum(["mqtt", "http"])
    .optional()
    .describe(
      "How it is reached: mqtt needs its topic and receives every change, http needs its host and polls; " +
        "left out: http where there is a host and no topic, else mqtt.",
    )
    .meta({ labels: { mqtt: "MQTT", http: "HTTP" }, usual: "mqtt" }),
  topic: topicOption
    .optional()
    .describe("MQTT topic of the meter, such as shellies/shellyem3-AABBCC.")
    .meta({ applies: mqtt }),
  url: brokerOption
    .optional()
    .describe("Address of the MQTT broker; left out: the site's broker.")
    .meta({ applies: mqtt }),
  host: hostOption.optional().describe("Name or IP address of the meter, for transport http.").meta({ applies: http }),
  port: portOption(80).meta({ applies: http }),
  username: z.string().optional().describe("User name, at the MQTT broker or on the meter's web page."),
  password: z.string().optional().describe("Password that belongs to the user name."),
});

const transports = z.discriminatedUnion("transport", [
  options.extend({
    transport: z.literal("mqtt"),
    topic: needed('is needed for transport "mqtt", such as shellies/shellyem3-AABBCC'),
  }),
  options.extend({ transport: z.literal("http"), host: needed('is needed for transport "http"') }),
]);

export const shelly3em = defineMeter({
  kind: "meter",
  driver: "shelly-3em",
  products: [{ brand: "Shelly", model: "3EM (SHEM-3)" }],
  needs: ["For MQTT: switch it on in the Shelly's web page, under Internet & Security; this ends its use of the cloud"],
  measures: ["grid"],
  examples: [
    { by: "MQTT", keys: { topic: "shellies/shellyem3-AABBCC" }, broker: true },
    { by: "HTTP", keys: { transport: "http", host: exampleHost } },
  ],
  announcement: {
    types: [],
    sharedTypeName: /^shellyem3-/i,
    port: 80,
    identify: ({ name }) => ({
      what: "Shelly 3EM",
      name: nameWith("Shelly", lastPart(name)),
      options: { measures: ["grid"], transport: "http" },
    }),
  },
  options: byTransport(options, transports, transportOf("http", "mqtt")),
  connect(chosen, context) {
    const { measures } = chosen;
    if (chosen.transport === "http") {
      const { host, port } = chosen;
      return connectOverHttp({
        device: context.name,
        clock: context.clock,
        host,
        port,
        measures,
        ...basicLogin(chosen),
      });
    }
    const { topic, url = defaultBroker } = chosen;
    return new Gen1MqttMeter({ topic, url, login: brokerLogin(chosen), measures }, context);
  },
});
