/** A broker in memory, seen by one device: what is published, and what a test lets come in. */

import type { DeviceError } from "../../src/model/errors.js";
import type { MqttConnection, MqttMessage, MqttPool } from "../../src/transport/mqtt.js";
import { matchesTopic } from "../../src/transport/topics.js";

export class MqttWire implements MqttConnection {
  /** `topic payload` */
  readonly published: string[] = [];
  /** Who has connected to it: address and login. */
  readonly asked: unknown[] = [];
  /** Leads everyone to it. */
  readonly pool: MqttPool = {
    connect: (...who) => {
      this.asked.push(who);
      return this;
    },
    close: async () => undefined,
  };
  /** What it refuses us with. */
  failure: DeviceError | null = null;
  /** Plays the device: is told of each message that is published. */
  onPublish: (topic: string, payload: string) => void = () => undefined;
  readonly #handlers: { readonly filter: string; readonly handle: (message: MqttMessage) => void }[] = [];

  subscribe(filter: string, handle: (message: MqttMessage) => void): void {
    this.#handlers.push({ filter, handle });
  }

  publish(topic: string, payload: string): void {
    this.published.push(`${topic} ${payload}`);
    this.onPublish(topic, payload);
  }

  async ready(): Promise<void> {
    if (this.failure) throw this.failure;
  }

  close(): void {
    this.#handlers.length = 0;
  }

  deliver(topic: string, payload: string, retained = false): void {
    const message: MqttMessage = { topic, payload, retained };
    for (const { filter, handle } of this.#handlers) if (matchesTopic(filter, topic)) handle(message);
  }
}
