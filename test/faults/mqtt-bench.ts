/** A broker for one device and our driver: what the device says can be stopped, kept, spoiled and repeated. */

import { Socket } from "node:net";
import { connect, type MqttClient } from "mqtt";
import { systemClock } from "../../src/site/clock.js";
import { createMqttPool, type MqttPool } from "../../src/transport/mqtt.js";
import { type Broker, startBroker } from "../../src/simulator/servers/broker.js";
import { withRealDeadlines } from "../support/outlasting.js";
import { MemoryLog } from "../support/memory-log.js";

/** What the bench says to whoever wants to know how far all has been heard. */
const markTopic = "bench/mark";

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
  /** Topics on which it speaks by itself once it is back at its broker; absent: it is the bench that speaks for it. */
  readonly greets?: RegExp;
}

export class MqttBench {
  readonly broker: Broker;
  readonly #twin: MqttTwin;
  readonly #client: MqttClient;
  readonly #said = new Map<string, Buffer>();
  #marks = 0;
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

  /** Nothing while the broker is away. */
  async say(messages: readonly { topic: string; payload: Buffer | string }[], retain = false): Promise<void> {
    for (const { topic, payload } of messages) {
      if (this.#client.connected) await this.#client.publishAsync(topic, payload, { retain, qos: 0 });
    }
  }

  /** Says how far it has got; kept by the broker, so that it is heard after a break too. */
  async mark(): Promise<number> {
    const mark = (this.#marks += 1);
    if (!this.#client.connected) await nextConnection(this.#client);
    await this.say([{ topic: markTopic, payload: String(mark) }], true);
    return mark;
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
    const { greets } = this.#twin;
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

export async function startMqttBench(broker: Broker, twin: MqttTwin): Promise<MqttBench> {
  const client = connect(broker.url, { reconnectPeriod: 20, queueQoSZero: false });
  client.on("connect", () => client.stream instanceof Socket && client.stream.setNoDelay(true));
  const bench = new MqttBench(broker, client, twin);
  await nextConnection(client);
  await client.subscribeAsync("#");
  return bench;
}

function nextConnection(client: MqttClient): Promise<void> {
  return new Promise((resolve) => client.once("connect", () => resolve()));
}

export { startBroker };

/** A driver's connections, and how far it has heard. */
export interface Ear {
  readonly pool: MqttPool;
  /** Resolves once it has heard what was said before this mark. */
  hears(mark: number): Promise<void>;
  /** Resolves once it has heard each of these topics. */
  knows(topics: readonly string[]): Promise<void>;
}

/** @param patience ms, the longest that a driver with this ear waits for the broker */
export function newEar(patience: number): Ear {
  const pool = createMqttPool({
    clock: withRealDeadlines(systemClock()),
    log: new MemoryLog(),
    retry: { first: 10, longest: 20 },
  });
  const topics = new Set<string>();
  const waiting = new Set<() => void>();
  let heard = 0;
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
          heard = Number(payload);
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
    hears: (mark) => until(() => heard >= mark),
    knows: (wanted) => until(() => wanted.every((topic) => topics.has(topic))),
  };
}
