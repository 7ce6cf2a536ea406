/** Shelly Pro 3EM and 3EM Gen3: meters for three phases, over a WebSocket, MQTT or HTTP. */

import { z } from "zod";
import { lastPart, nameWith } from "../../../discovery.js";
import { defineMeter, type DriverContext } from "../../../driver.js";
import {
  brokerLogin,
  brokerOption,
  defaultBroker,
  exampleHost,
  hostOption,
  portOption,
  topicOption,
} from "../../../options/options.js";
import { byTransport, needed, transportOf } from "../../../options/schema.js";
import { BrokerRpc } from "./broker-rpc.js";
import { HttpRpc, type ShellyAddress } from "./http-rpc.js";
import { Gen2Meter, type RpcConnection } from "./meter.js";
import { SocketRpc } from "./socket-rpc.js";

/** ms for each request over HTTP */
const deadline = 5_000;

/** What has to be chosen for an option to be of use. */
const direct = { transport: ["ws", "http"] };
const mqtt = { transport: ["mqtt"] };

const options = z.object({
  transport: z
    .enum(["ws", "http", "mqtt"])
    .optional()
    .describe(
      "How it is reached: ws needs its host and receives every change, http needs its host and polls, mqtt needs its topic; " +
        "left out: mqtt where there is a topic and no host, else ws.",
    )
    .meta({ labels: { ws: "WebSocket", http: "HTTP", mqtt: "MQTT" }, usual: "ws" }),
  host: hostOption
    .optional()
    .describe("Name or IP address of the meter, for transport ws and http.")
    .meta({ applies: direct }),
  port: portOption(80).meta({ applies: direct }),
  topic: topicOption
    .optional()
    .describe("MQTT topic of the meter, such as shellypro3em-aabbcc112233.")
    .meta({ applies: mqtt }),
  url: brokerOption
    .optional()
    .describe("Address of the MQTT broker; left out: the site's broker.")
    .meta({ applies: mqtt }),
  username: z.string().optional().describe("User name at the MQTT broker; on the meter itself it is always admin."),
  password: z.string().optional().describe("Password of the meter's web page, or at the MQTT broker."),
});

function overHost<T extends "ws" | "http">(transport: T) {
  return options.extend({
    transport: z.literal(transport),
    host: needed(`is needed for transport "${transport}", such as 192.168.1.21`),
  });
}

const transports = z.discriminatedUnion("transport", [
  overHost("ws"),
  overHost("http"),
  options.extend({
    transport: z.literal("mqtt"),
    topic: needed('is needed for transport "mqtt", such as shellypro3em-aabbcc112233'),
  }),
]);

export const shellyPro3em = defineMeter({
  kind: "meter",
  driver: "shelly-pro-3em",
  products: [
    { brand: "Shelly", model: "Pro 3EM (SPEM-003)", firmware: "1.0 or newer; 1.1 for three single phases" },
    { brand: "Shelly", model: "3EM Gen3 (S3EM-003)" },
  ],
  needs: [
    "For MQTT: switch it on in the Shelly's web page under Settings, MQTT, with RPC control and RPC status notifications over MQTT",
  ],
  unverified: [
    "How small a change the meter does not report, and for how long, differs between firmwares: it is polled after 5 s without a message.",
    "The error phase_sequence is reported and leaves the values as they are: each phase is measured against the neutral.",
  ],
  measures: ["grid"],
  examples: [
    { by: "WebSocket", keys: { host: exampleHost } },
    { by: "HTTP", keys: { transport: "http", host: exampleHost } },
    { by: "MQTT", keys: { transport: "mqtt", topic: "shellypro3em-aabbcc112233" }, broker: true },
  ],
  announcement: {
    types: [],
    sharedTypeName: /^shelly(pro3em|3em)[a-z0-9]*-/i,
    port: 80,
    identify: ({ name }) => ({
      what: "Shelly Pro 3EM or 3EM Gen3",
      name: nameWith("Shelly", lastPart(name)),
      options: { measures: ["grid"] },
    }),
  },
  options: byTransport(options, transports, transportOf("ws", "ws")),
  connect: (chosen, context) => new Gen2Meter(connectionTo(chosen, context), chosen.measures, context),
});

function connectionTo(chosen: z.output<typeof transports>, context: DriverContext): RpcConnection {
  if (chosen.transport === "mqtt") {
    const { topic, url = defaultBroker } = chosen;
    return new BrokerRpc({ topic, url, login: brokerLogin(chosen) }, context);
  }
  const { host, port, password } = chosen;
  const address: ShellyAddress = { device: context.name, host, port, password, deadline };
  return chosen.transport === "http" ? new HttpRpc(address, context.clock) : new SocketRpc(address, context);
}
