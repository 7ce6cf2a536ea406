/** A virtual meter of nobody's make on MQTT: its power as a text, all that it measures on each phase as JSON. */

import type { MqttClient } from "mqtt";
import { phaseIndexes, type PerPhase } from "../../../model/phases.js";
import { connectToBroker } from "../../servers/mqtt-client.js";

/** What the meter measures. */
export interface MqttMeterValues {
  /** W, import + */
  readonly power: number;
  /** W, import + */
  readonly powers: PerPhase<number>;
  /** A, signed like the power */
  readonly currents: PerPhase<number>;
  /** V */
  readonly voltages: PerPhase<number>;
}

export interface VirtualMqttMeterOptions {
  /** mqtt:// */
  readonly url: string;
  /** Beginning of its topics. */
  readonly prefix: string;
  /** Asked whenever it publishes. */
  readonly values: () => MqttMeterValues;
}

export class VirtualMqttMeter {
  /** Publishes nothing; its connection stays. */
  silent = false;
  readonly powerTopic: string;
  readonly phasesTopic: string;
  readonly #values: () => MqttMeterValues;
  readonly #client: MqttClient;

  constructor({ url, prefix, values }: VirtualMqttMeterOptions) {
    this.powerTopic = `${prefix}/power`;
    this.phasesTopic = `${prefix}/phases`;
    this.#values = values;
    this.#client = connectToBroker(url);
    this.#client.on("connect", () => void this.publish());
  }

  async start(): Promise<void> {
    if (!this.#client.connected) await new Promise<void>((resolve) => this.#client.once("connect", () => resolve()));
  }

  /** Publishes everything, nothing while silent or without its broker. Whoever owns time calls this. */
  async publish(): Promise<void> {
    if (this.silent || !this.#client.connected) return;
    const { power, powers, currents, voltages } = this.#values();
    const phases = phaseIndexes.map((phase) => ({
      power: powers[phase],
      current: currents[phase],
      voltage: voltages[phase],
    }));
    await this.#send(this.powerTopic, String(power));
    await this.#send(this.phasesTopic, JSON.stringify({ phases }));
  }

  /** Always ends, also when the broker is gone. */
  async close(): Promise<void> {
    if (!this.#client.disconnecting) await this.#client.endAsync(!this.#client.connected);
  }

  async #send(topic: string, payload: string): Promise<void> {
    await this.#client.publishAsync(topic, payload, { qos: 0 }).catch(() => undefined);
  }
}

/** Resolves once it is connected for the first time. */
export async function startVirtualMqttMeter(options: VirtualMqttMeterOptions): Promise<VirtualMqttMeter> {
  const device = new VirtualMqttMeter(options);
  await device.start();
  return device;
}
