/** How virtual devices hold on to a broker. */

import { Socket } from "node:net";
import { connect, type IClientOptions, type MqttClient } from "mqtt";

/** ms between two attempts to reach a lost broker. */
const reconnectPeriod = 500;

/** A client that tries again by itself, and sends every message at once. */
export function connectToBroker(url: string, options: IClientOptions = {}): MqttClient {
  const client = connect(url, { ...options, reconnectPeriod, queueQoSZero: false });
  client.on("error", () => undefined); // it tries again by itself
  client.on("connect", () => {
    if (client.stream instanceof Socket) client.stream.setNoDelay(true);
  });
  return client;
}
