/** Shelly 3EM (first generation): a meter for three phases, heard over MQTT or asked over HTTP. */

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
import { connectOverHttp } from "./http.js";
import { MqttMeter } from "./mqtt.js";

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
  options: z.object({
    transport: z
      .enum(["mqtt", "http"])
      .default("mqtt")
      .describe("How it is reached: mqtt needs its topic and hears every change, http needs its host and asks."),
    topic: topicOption.optional().describe("MQTT topic of the meter, such as shellies/shellyem3-AABBCC."),
    url: brokerOption.optional().describe("Address of the MQTT broker; left out: the site's broker."),
    host: hostOption.optional().describe("Name or IP address of the meter, for transport http."),
    port: portOption(80),
    username: z.string().optional().describe("User name, at the MQTT broker or on the meter's web page."),
    password: z.string().optional().describe("Password that belongs to the user name."),
  }),
  check({ transport, topic, host }) {
    if (transport === "mqtt" && topic === undefined)
      return [{ path: "topic", message: 'is needed for transport "mqtt", such as shellies/shellyem3-AABBCC' }];
    if (transport === "http" && host === undefined)
      return [{ path: "host", message: 'is needed for transport "http"' }];
    return [];
  },
  connect(options, context) {
    const { transport, topic, url = defaultBroker, host, port, measures } = options;
    if (transport === "mqtt" && topic !== undefined)
      return new MqttMeter({ topic, url, login: brokerLogin(options), measures }, context);
    if (transport === "http" && host !== undefined)
      return connectOverHttp({
        device: context.name,
        clock: context.clock,
        host,
        port,
        measures,
        ...basicLogin(options),
      });
    throw new TypeError(`${context.name}: options that check() refuses`);
  },
});
