/** An MQTT connection without a broker: records what is published, and delivers the messages of a test. */

import type { DeviceError } from "../../src/model/errors.js";
import type { MqttConnection, MqttMessage, MqttPool } from "../../src/transport/mqtt.js";
import { matchesTopic } from "../../src/transport/topics.js";

export class MqttDouble implements MqttConnection {
  /** `topic payload` */
  readonly published: string[] = [];
  /** Address and login of each connect. */
  readonly connections: unknown[] = [];
  /** A pool whose connections are this one. */
  readonly pool: MqttPool = {
    connect: (...who) => {
      this.connections.push(who);
      return this;
    },
    close: async () => undefined,
  };
  /** The error of `ready`; `null`: it resolves. */
  failure: DeviceError | null = null;
  /** Called with each published message, to play the device. */
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
