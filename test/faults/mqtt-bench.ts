/** A broker for one device and our driver: what the device says can be stopped, kept, spoiled and repeated. */

import { connect, type MqttClient } from "mqtt";
import type { MqttPool } from "../../src/transport/mqtt.js";
import { createMqttPool } from "../../src/transport/mqtt.js";
import { type Broker, startBroker } from "../../src/simulator/broker.js";

/** ms, the longest that a driver waits for the broker here; its own deadline is in seconds. */
const brokerPatience = 250;

/** ms in which a virtual device is back at its broker. */
const twinReturns = 650;

export interface Said {
  readonly topic: string;
  readonly payload: Buffer;
}

/** What can be done to a twin that speaks MQTT. */
export interface MqttTwin {
  /** Stops speaking, or speaks again. */
  setSilent(silent: boolean): void;
  /** Topics on which it tells what it measures. */
  readonly tells: RegExp;
}

export class MqttBench {
  readonly broker: Broker;
  readonly #twin: MqttTwin;
  readonly #client: MqttClient;
  readonly #said = new Map<string, Buffer>();
  #twinAway = false;

  constructor(broker: Broker, client: MqttClient, twin: MqttTwin) {
    this.broker = broker;
    this.#client = client;
    this.#twin = twin;
    client.on("error", () => undefined);
    client.on("message", (topic, payload) => {
      if (this.#twin.tells.test(topic)) this.#said.set(topic, payload);
    });
  }

  /** The newest word on each topic. */
  get said(): readonly Said[] {
    return [...this.#said].map(([topic, payload]) => ({ topic, payload }));
  }

  /** The device says nothing more by itself. */
  silence(): void {
    this.#twin.setSilent(true);
  }

  async say(messages: readonly { topic: string; payload: Buffer | string }[], retain = false): Promise<void> {
    for (const { topic, payload } of messages) await this.#client.publishAsync(topic, payload, { retain, qos: 0 });
  }

  async kill(): Promise<void> {
    this.#twinAway = true;
    await this.broker.kill();
  }

  /** Away for a moment. */
  async restart(): Promise<void> {
    this.#twinAway = true;
    await this.broker.restart();
  }

  async heal(): Promise<void> {
    this.#twin.setSilent(false);
    if (!this.#twinAway) return;
    this.#twinAway = false;
    await this.broker.restart();
    await new Promise((resolve) => setTimeout(resolve, twinReturns));
  }

  async close(): Promise<void> {
    await this.#client.endAsync(true);
    await this.broker.close();
  }
}

export async function startMqttBench(broker: Broker, twin: MqttTwin): Promise<MqttBench> {
  const client = connect(broker.url, { reconnectPeriod: 20, queueQoSZero: false });
  const bench = new MqttBench(broker, client, twin);
  await new Promise<void>((resolve) => client.once("connect", () => resolve()));
  await client.subscribeAsync("#");
  return bench;
}

export { startBroker };

/** A pool whose users wait for a broker only shortly. */
export function impatientPool(): MqttPool {
  const pool = createMqttPool(undefined, { first: 10, longest: 20 });
  return {
    connect(url, login) {
      const connection = pool.connect(url, login);
      return {
        subscribe: (filter, handle) => connection.subscribe(filter, handle),
        publish: (topic, payload) => connection.publish(topic, payload),
        ready: (device, timeout) => connection.ready(device, Math.min(timeout, brokerPatience)),
      };
    },
    close: () => pool.close(),
  };
}
