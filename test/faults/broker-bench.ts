/** A broker for one device and our driver: what the device publishes can be stopped, retained, spoiled and repeated. */

import { Socket } from "node:net";
import { connect, type MqttClient } from "mqtt";
import { systemClock } from "../../src/site/clock.js";
import { createMqttPool, type MqttPool } from "../../src/transport/mqtt.js";
import { type Broker, startBroker } from "../../src/simulator/servers/broker.js";
import { withRealDeadlines } from "../support/deadlines.js";
import { MemoryLog } from "../support/memory-log.js";

/** On which the bench publishes marks, to know how far all was received. */
const markTopic = "bench/mark";

export interface Published {
  readonly topic: string;
  readonly payload: Buffer;
}

/** A virtual device on MQTT. */
export interface PublishingDevice {
  /** Stops publishing, or publishes again. */
  silence(silent: boolean): void;
  /** Topics on which it publishes what it measures. */
  readonly publishes: RegExp;
  /** Topics on which it publishes by itself once it is back at its broker. Absent: it does not. */
  readonly greets?: RegExp;
}

export class BrokerBench {
  readonly broker: Broker;
  readonly #device: PublishingDevice;
  readonly #client: MqttClient;
  readonly #published = new Map<string, Buffer>();
  #marks = 0;
  #deviceAway = false;

  constructor(broker: Broker, client: MqttClient, device: PublishingDevice) {
    this.broker = broker;
    this.#client = client;
    this.#device = device;
    client.on("error", () => undefined);
    client.on("message", (topic, payload) => {
      if (this.#device.publishes.test(topic)) this.#published.set(topic, payload);
    });
  }

  /** The newest message on each topic. */
  get published(): readonly Published[] {
    return [...this.#published].map(([topic, payload]) => ({ topic, payload }));
  }

  /** The device publishes nothing more. */
  silence(): void {
    this.#device.silence(true);
  }

  /** Nothing while the broker is away. */
  async publish(messages: readonly { topic: string; payload: Buffer | string }[], retain = false): Promise<void> {
    for (const { topic, payload } of messages) {
      if (this.#client.connected) await this.#client.publishAsync(topic, payload, { retain, qos: 0 });
    }
  }

  /** Publishes a mark, retained, so that it is received after a break too. */
  async mark(): Promise<number> {
    const mark = (this.#marks += 1);
    if (!this.#client.connected) await nextConnection(this.#client);
    await this.publish([{ topic: markTopic, payload: String(mark) }], true);
    return mark;
  }

  async kill(): Promise<void> {
    this.#deviceAway = true;
    await this.broker.kill();
  }

  /** Away for a moment. */
  async restart(): Promise<void> {
    this.#deviceAway = true;
    await this.broker.restart();
  }

  async heal(): Promise<void> {
    this.#device.silence(false);
    if (!this.#deviceAway) return;
    this.#deviceAway = false;
    const { greets } = this.#device;
    const here = nextConnection(this.#client);
    const greeted = greets && this.#next(greets);
    await this.broker.restart();
    await Promise.all([here, greeted]);
  }

  async close(): Promise<void> {
    await this.#client.endAsync(true);
    await this.broker.close();
  }

  #next(topics: RegExp): Promise<void> {
    return new Promise((resolve) => {
      const listen = (topic: string): void => {
        if (!topics.test(topic)) return;
        this.#client.off("message", listen);
        resolve();
      };
      this.#client.on("message", listen);
    });
  }
}

export async function startBrokerBench(broker: Broker, device: PublishingDevice): Promise<BrokerBench> {
  const client = connect(broker.url, { reconnectPeriod: 20, queueQoSZero: false });
  client.on("connect", () => client.stream instanceof Socket && client.stream.setNoDelay(true));
  const bench = new BrokerBench(broker, client, device);
  await nextConnection(client);
  await client.subscribeAsync("#");
  return bench;
}

function nextConnection(client: MqttClient): Promise<void> {
  return new Promise((resolve) => client.once("connect", () => resolve()));
}

export { startBroker };

/** A driver's connections, and how far it has received. */
export interface BrokerProbe {
  readonly pool: MqttPool;
  /** Resolves once it has received what was published before this mark. */
  hasReceived(mark: number): Promise<void>;
  /** Resolves once it has received a message on each of these topics. */
  hasTopics(topics: readonly string[]): Promise<void>;
}

/** @param patience ms, the longest that a driver with this probe waits for the broker */
export function newBrokerProbe(patience: number): BrokerProbe {
  const pool = createMqttPool({
    clock: withRealDeadlines(systemClock()),
    log: new MemoryLog(),
    retry: { first: 10, longest: 20 },
  });
  const topics = new Set<string>();
  const waiting = new Set<() => void>();
  let received = 0;
  const look = (): void => waiting.forEach((each) => each());
  const until = (holds: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const each = (): void => {
        if (!holds()) return;
        waiting.delete(each);
        resolve();
      };
      waiting.add(each);
      each();
    });
  return {
    pool: {
      connect(url, login) {
        pool.connect(url, login).subscribe(markTopic, ({ payload }) => {
          received = Number(payload);
          look();
        });
        const connection = pool.connect(url, login);
        return {
          subscribe: (filter, handle) =>
            connection.subscribe(filter, (message) => {
              handle(message);
              topics.add(message.topic);
              look();
            }),
          publish: (topic, payload) => connection.publish(topic, payload),
          ready: (device, timeout) => connection.ready(device, Math.min(timeout, patience)),
          close: () => connection.close(),
        };
      },
      close: () => pool.close(),
    },
    hasReceived: (mark) => until(() => received >= mark),
    hasTopics: (wanted) => until(() => wanted.every((topic) => topics.has(topic))),
  };
}
