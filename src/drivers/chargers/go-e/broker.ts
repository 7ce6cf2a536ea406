/** The route through an MQTT broker: a topic for each key (version 2), or the whole status every 5 s (version 1). */

import type { Clock } from "../../../model/clock.js";
import { DeviceError, type DeviceErrorCode } from "../../../model/errors.js";
import { parseJson } from "../../../model/json.js";
import { SerialQueue } from "../../../model/serial-queue.js";
import type { MqttConnection, MqttLogin, MqttMessage } from "../../../transport/mqtt.js";
import type { DriverContext } from "../../driver.js";
import { Waiting } from "../../../transport/waiting.js";
import type { ApiVersion, Route } from "./route.js";
import { shownV1 } from "./v1.js";

/** ms; a charger of version 1 publishes its status at least every 5 s. */
const statusTimeout = 12_000;
/** ms for which a read takes a status of version 1 that has already come. */
const newStatus = 2_000;
/** ms since the last message of a charger of version 2, which publishes its uptime every second: until then it is present. */
const alive = 5_000;
/** ms without a further retained message, after which all of them have come in. */
const settling = 1_500;
/** ms */
const readTimeout = 10_000;
/** ms that a charger of version 2 has to answer a write. */
const answerTimeout = 5_000;

const advice =
  "Check topic and serial, that MQTT is switched on in the go-e app with this broker, and that it may be written to there";

export interface BrokerAddress {
  /** Such as go-eCharger/012345 */
  readonly topic: string;
  readonly url: string;
  readonly login: MqttLogin;
}

/** Keys of version 2 whose values are kept. */
export interface BrokerKeys {
  /** That a status waits for where it is asked for them. */
  readonly main: readonly string[];
  /** That a status has where they have come. */
  readonly extra: readonly string[];
}

export function brokerRoute(address: BrokerAddress, keys: BrokerKeys, context: DriverContext): Route {
  return new BrokerRoute(address, keys, context);
}

class BrokerRoute implements Route {
  readonly advice = advice;
  readonly #address: BrokerAddress;
  readonly #keys: BrokerKeys;
  readonly #context: DriverContext;
  readonly #waiting: Waiting;
  readonly #writes = new SerialQueue();
  /** The topic that is written first, and the same with or without a slash in front, as other firmware has it. */
  readonly #topics: readonly [TopicState, TopicState];
  readonly #listeners = new Set<() => void>();
  #connection: MqttConnection | null = null;
  /** When the last retained message came, or else the subscription began; `null`: not subscribed yet. */
  #retainedAt: number | null = null;
  #updateTimer: { cancel(): void } | null = null;

  constructor(address: BrokerAddress, keys: BrokerKeys, context: DriverContext) {
    this.#address = address;
    const { topic } = address;
    this.#topics = [new TopicState(topic), new TopicState(topic.startsWith("/") ? topic.slice(1) : `/${topic}`)];
    this.#keys = keys;
    this.#context = context;
    this.#waiting = new Waiting(context.clock, () => this.#error("unreachable", "the connection has been closed"));
  }

  readonly v1 = {
    status: async (): Promise<unknown> => {
      await this.#ready();
      return this.#until(() => this.#statusSince(this.#clock.now() - newStatus), statusTimeout);
    },
    set: (key: string, value: number): Promise<unknown> =>
      this.#writes.run(async () => {
        const connection = await this.#ready();
        const from = this.#clock.now();
        connection.publish(`${this.#live.topic}/cmd/req`, `${key}=${value}`);
        const shows = (json: unknown): boolean => shownV1(json, key) === value;
        const taken = (): unknown => {
          const status = this.#statusSince(from);
          return status !== null && shows(status) ? status : null;
        };
        // A charger that refuses goes on with its old value: its last status then shows that.
        return this.#until(taken, statusTimeout, () => this.#statusSince(from));
      }),
  };

  readonly v2 = {
    status: async (keys: readonly string[]): Promise<unknown> => {
      await this.#ready();
      return this.#until(() => this.#valuesOf(keys), readTimeout);
    },
    set: (key: string, value: number | null): Promise<true | string> =>
      this.#writes.run(async () => {
        const connection = await this.#ready();
        const { topic, results, published, values } = this.#live;
        results.delete(key);
        published.delete(key);
        connection.publish(`${topic}/${key}/set`, JSON.stringify(value));
        /** Older firmware may publish no result, only the new value. */
        const shown = () => (published.has(key) && values.get(key) === value ? true : null);
        const verdict = () => {
          const result = results.get(key);
          return result === undefined ? null : isYes(result) || result;
        };
        return this.#until<true | string>(verdict, answerTimeout, shown, `${key}=${value} was not answered`);
      }),
  };

  async detectVersion(): Promise<ApiVersion> {
    await this.#ready();
    const version = () => (this.#live.status ? 1 : this.#isAlive && this.#live.values.has("car") ? 2 : null);
    return this.#until<ApiVersion>(version, statusTimeout);
  }

  onUpdate(listener: () => void): void {
    this.#listeners.add(listener);
    this.#ready().catch(() => undefined);
  }

  async close(): Promise<void> {
    this.#listeners.clear();
    this.#updateTimer?.cancel();
    this.#waiting.close();
    this.#connection?.close();
  }

  get #clock(): Clock {
    return this.#context.clock;
  }

  /** Where the charger itself has published last; what a broker retains of older firmware is not this charger. */
  get #live(): TopicState {
    const [first, other] = this.#topics;
    return other.lastMessageAt > first.lastMessageAt ? other : first;
  }

  get #isAlive(): boolean {
    return this.#clock.now() - this.#live.lastMessageAt < alive;
  }

  async #ready(): Promise<MqttConnection> {
    const { url, login } = this.#address;
    if (this.#waiting.closed) throw this.#error("unreachable", "the connection has been closed");
    if (this.#connection === null) {
      const connection = this.#context.mqtt.connect(url, login);
      for (const state of this.#topics) {
        connection.subscribe(`${state.topic}/+`, (message) => this.#onValue(state, message));
        connection.subscribe(`${state.topic}/+/result`, (message) => this.#onResult(state, message));
      }
      this.#connection = connection;
    }
    await this.#connection.ready(this.#context.name, readTimeout);
    this.#retainedAt ??= this.#clock.now();
    return this.#connection;
  }

  #onValue(state: TopicState, { topic, payload, retained }: MqttMessage): void {
    const key = topic.slice(topic.lastIndexOf("/") + 1);
    const json = parseJson(payload);
    const now = this.#clock.now();
    if (retained) this.#retainedAt = now;
    if (key === "status") {
      if (retained || json === undefined) return;
      state.status = { json, at: now };
    } else if (this.#keeps(key)) {
      if (json === undefined) state.values.delete(key);
      else state.values.set(key, json);
      if (!retained) state.published.add(key);
    }
    if (retained) return;
    state.lastMessageAt = now;
    this.#waiting.check();
    this.#announce();
  }

  #onResult(state: TopicState, { topic, payload, retained }: MqttMessage): void {
    const key = topic.split("/").at(-2);
    if (retained || key === undefined || !this.#keeps(key)) return;
    state.lastMessageAt = this.#clock.now();
    state.results.set(key, payload);
    this.#waiting.check();
  }

  /** Several keys change at one moment: listeners are called once, when all have come. */
  #announce(): void {
    if (this.#listeners.size === 0) return;
    this.#updateTimer ??= this.#clock.after(burst, () => {
      this.#updateTimer = null;
      for (const listener of this.#listeners) listener();
    });
  }

  #keeps(key: string): boolean {
    return this.#keys.main.includes(key) || this.#keys.extra.includes(key);
  }

  #statusSince(time: number): unknown {
    const { status } = this.#live;
    return status !== null && status.at >= time ? status.json : null;
  }

  /** Retained values count only while the charger itself publishes. */
  #valuesOf(keys: readonly string[]): object | null {
    const { values } = this.#live;
    if (!this.#isAlive || !values.has("car")) return null;
    const complete = keys.every((key) => values.has(key) || this.#keys.extra.includes(key));
    if (!complete && this.#clock.now() - (this.#retainedAt ?? Infinity) < settling) return null;
    return Object.fromEntries([...values].filter(([key]) => keys.includes(key)));
  }

  #until<T>(look: () => T | null, timeout: number, last: () => T | null = () => null, what?: string): Promise<T> {
    return this.#waiting.until(look, timeout, () => {
      const found = last();
      if (found !== null) return found;
      throw this.#error(
        "unreachable",
        what === undefined ? this.#silence(timeout) : `${what} within ${timeout / 1_000} s`,
      );
    });
  }

  #silence(timeout: number): string {
    const { url } = this.#address;
    const [{ topic, values }, other] = this.#topics;
    const only = values.size + other.values.size > 0 && !this.#isAlive ? "only retained values" : "no status";
    return `${only} came from ${topic}, or ${other.topic}, through the MQTT broker at ${new URL(url).host} within ${timeout / 1_000} s`;
  }

  #error(code: DeviceErrorCode, what: string): DeviceError {
    return new DeviceError({ code, device: this.#context.name, what, advice });
  }
}

/** What came under one topic. */
class TopicState {
  readonly topic: string;
  /** The last value of each key, retained by the broker or not. */
  readonly values = new Map<string, unknown>();
  /** Keys that the charger itself has published. */
  readonly published = new Set<string>();
  /** Answers to writes, by key. */
  readonly results = new Map<string, string>();
  status: { readonly json: unknown; readonly at: number } | null = null;
  lastMessageAt = -Infinity;

  constructor(topic: string) {
    this.topic = topic;
  }
}

/** ms that the keys of one moment take to come in. */
const burst = 50;

/** `success` in "mqtt-de.md"; `true` is what the same write is answered over HTTP. */
function isYes(result: string): boolean {
  return /^"?(success|true)"?$/i.test(result.trim());
}
