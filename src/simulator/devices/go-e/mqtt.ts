/** A virtual go-e charger on MQTT: a retained topic for each key (API v2), or its whole status (API v1). */

import type { MqttClient } from "mqtt";
import { connectToBroker } from "../../servers/mqtt-client.js";
import type { VirtualGoE } from "./server.js";
import { statusV1 } from "./v1.js";
import { statusV2 } from "./v2.js";

export interface GoEMqttOptions {
  /** mqtt:// */
  readonly url: string;
  readonly login?: { readonly username: string; readonly password: string };
  /** API version there; hardware with both has only version 2. */
  readonly apiVersion: 1 | 2;
  /** `go-eCharger/<serial>` where left out. */
  readonly topic?: string;
}

export class GoEMqttClient {
  readonly topic: string;
  /** Neither publishes nor answers; its connection stays. */
  silent = false;
  /** Takes writes over and keeps its result to itself. */
  withholdResults = false;
  /** Version 2 since firmware 051.5: writes are taken only once this is allowed in the app. */
  writable = true;
  /** As they came, `topic payload`. */
  readonly received: string[] = [];

  private readonly device: VirtualGoE;
  private readonly apiVersion: 1 | 2;
  private readonly client: MqttClient;
  private readonly published = new Map<string, string>();

  constructor(device: VirtualGoE, { url, login, apiVersion, topic }: GoEMqttOptions) {
    this.device = device;
    this.apiVersion = apiVersion;
    this.topic = topic ?? `go-eCharger/${device.serial}`;
    this.client = connectToBroker(url, login);
    this.client.on("message", (topicOfMessage, payload) => void this.receive(topicOfMessage, payload.toString()));
    this.client.on("connect", () => {
      this.published.clear();
      void this.publish();
    });
  }

  async start(): Promise<void> {
    if (!this.client.connected) await new Promise<void>((resolve) => this.client.once("connect", () => resolve()));
    await this.client.subscribeAsync([`${this.topic}/+/set`, `${this.topic}/cmd/req`]);
  }

  /** Version 2: what has changed since it was published last; version 1: everything. Whoever owns time calls this. */
  async publish(): Promise<void> {
    if (this.silent || !this.client.connected || !this.device.evse.reachable) return;
    if (this.apiVersion === 1)
      return this.send(`${this.topic}/status`, JSON.stringify(statusV1(this.device.box)), false);
    const changed = Object.entries(statusV2(this.device.box))
      .map(([key, value]): [key: string, payload: string] => [key, JSON.stringify(value)])
      .filter(([key, payload]) => this.published.get(key) !== payload);
    for (const [key, payload] of changed) this.published.set(key, payload);
    await Promise.all(changed.map(([key, payload]) => this.send(`${this.topic}/${key}`, payload, true)));
  }

  /** Always ends, also when the broker is gone. */
  async close(): Promise<void> {
    if (!this.client.disconnecting) await this.client.endAsync(!this.client.connected);
  }

  private async receive(topic: string, payload: string): Promise<void> {
    this.received.push(`${topic} ${payload}`);
    if (this.silent || !this.device.evse.reachable) return;
    if (this.apiVersion === 1) {
      if (topic.endsWith("/cmd/req")) this.device.takeV1(payload);
      return;
    }
    const key = topic.split("/").at(-2) ?? "";
    if (!topic.endsWith("/set")) return;
    const answer = this.writable ? this.device.takeV2(key, payload) : "writing is not allowed";
    if (!this.withholdResults)
      await this.send(`${this.topic}/${key}/result`, answer === true ? "success" : `${answer} ${payload}`, false);
    await this.publish();
  }

  /** Fire and forget, like the device. */
  private async send(topic: string, payload: string, retain: boolean): Promise<void> {
    await this.client.publishAsync(topic, payload, { qos: 0, retain }).catch(() => undefined);
  }
}

/** Resolves once it is connected for the first time, its status has reached our broker, and it takes commands. */
export async function startGoEMqtt(device: VirtualGoE, options: GoEMqttOptions): Promise<GoEMqttClient> {
  const client = new GoEMqttClient(device, options);
  await client.start();
  return client;
}
