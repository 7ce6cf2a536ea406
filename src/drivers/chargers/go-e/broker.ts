/** The route through an MQTT broker: a topic for each key (version 2), or the whole status every 5 s (version 1). */

import type { Clock } from "../../../model/clock.js";
import { DeviceError, type DeviceErrorCode } from "../../../model/errors.js";
import { parseJson } from "../../../model/json.js";
import { SerialQueue } from "../../../model/serial-queue.js";
import type { MqttConnection, MqttLogin, MqttMessage } from "../../../transport/mqtt.js";
import type { DriverContext } from "../../driver.js";
import { answerOf, toNumber } from "../../decoding/fields.js";
import { Waiting } from "../../../transport/waiting.js";
import type { ApiVersion, Route } from "./route.js";

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

/** @param keys of version 2 whose values are kept */
export function brokerRoute(address: BrokerAddress, keys: readonly string[], context: DriverContext): Route {
  return new BrokerRoute(address, keys, context);
}

class BrokerRoute implements Route {
  readonly advice = advice;
  readonly #address: BrokerAddress;
  readonly #keys: readonly string[];
  readonly #context: DriverContext;
  readonly #waiting: Waiting;
  readonly #writes = new SerialQueue();
  /** The last value of each key, retained by the broker or not. */
  readonly #values = new Map<string, unknown>();
  /** When the charger itself published each key last. */
  readonly #published = new Map<string, number>();
  readonly #results = new Map<string, { readonly text: string; readonly at: number }>();
  readonly #listeners = new Set<() => void>();
  #status: { readonly json: unknown; readonly at: number } | null = null;
  #lastMessageAt = -Infinity;
  #connection: MqttConnection | null = null;
  /** When the last retained message came, or else the subscription began; `null`: not subscribed yet. */
  #retainedAt: number | null = null;
  #updateTimer: { cancel(): void } | null = null;

  constructor(address: BrokerAddress, keys: readonly string[], context: DriverContext) {
    this.#address = address;
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
        connection.publish(`${this.#address.topic}/cmd/req`, `${key}=${value}`);
        const shows = (json: unknown): boolean => toNumber(answerOf(json)?.get(key)) === value;
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
        this.#results.delete(key);
        this.#published.delete(key);
        connection.publish(`${this.#address.topic}/${key}/set`, JSON.stringify(value));
        /** Older firmware may publish no result, only the new value. */
        const shown = () => (this.#published.has(key) && this.#values.get(key) === value ? true : null);
        const verdict = () => {
          const result = this.#results.get(key);
          return result === undefined ? null : isYes(result.text) || result.text;
        };
        return this.#until<true | string>(verdict, answerTimeout, shown, `${key}=${value} was not answered`);
      }),
  };

  async detectVersion(): Promise<ApiVersion> {
    await this.#ready();
    return this.#until(() => (this.#status ? 1 : this.#isAlive && this.#values.has("car") ? 2 : null), statusTimeout);
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

  get #isAlive(): boolean {
    return this.#clock.now() - this.#lastMessageAt < alive;
  }

  async #ready(): Promise<MqttConnection> {
    const { url, login, topic } = this.#address;
    if (this.#waiting.closed) throw this.#error("unreachable", "the connection has been closed");
    if (this.#connection === null) {
      this.#connection = this.#context.mqtt.connect(url, login);
      this.#connection.subscribe(`${topic}/+`, (message) => this.#onValue(message));
      this.#connection.subscribe(`${topic}/+/result`, (message) => this.#onResult(message));
    }
    await this.#connection.ready(this.#context.name, readTimeout);
    this.#retainedAt ??= this.#clock.now();
    return this.#connection;
  }

  #onValue({ topic, payload, retained }: MqttMessage): void {
    const key = topic.slice(topic.lastIndexOf("/") + 1);
    const json = parseJson(payload);
    const now = this.#clock.now();
    if (retained) this.#retainedAt = now;
    if (key === "status") {
      if (retained || json === undefined) return;
      this.#status = { json, at: now };
    } else if (this.#keys.includes(key)) {
      if (json === undefined) this.#values.delete(key);
      else this.#values.set(key, json);
      if (!retained) this.#published.set(key, now);
    }
    if (retained) return;
    this.#lastMessageAt = now;
    this.#waiting.check();
    this.#announce();
  }

  #onResult({ topic, payload, retained }: MqttMessage): void {
    const key = topic.split("/").at(-2);
    if (retained || key === undefined || !this.#keys.includes(key)) return;
    this.#lastMessageAt = this.#clock.now();
    this.#results.set(key, { text: payload, at: this.#lastMessageAt });
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

  #statusSince(time: number): unknown {
    return this.#status !== null && this.#status.at >= time ? this.#status.json : null;
  }

  /** Retained values count only while the charger itself publishes. */
  #valuesOf(keys: readonly string[]): object | null {
    if (!this.#isAlive || !this.#values.has("car")) return null;
    const complete = keys.every((key) => this.#values.has(key));
    if (!complete && this.#clock.now() - (this.#retainedAt ?? Infinity) < settling) return null;
    return Object.fromEntries([...this.#values].filter(([key]) => keys.includes(key)));
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
    const { topic, url } = this.#address;
    const only = this.#values.size > 0 && !this.#isAlive ? "only retained values" : "no status";
    return `${only} came from ${topic} through the MQTT broker at ${new URL(url).host} within ${timeout / 1_000} s`;
  }

  #error(code: DeviceErrorCode, what: string): DeviceError {
    return new DeviceError({ code, device: this.#context.name, what, advice });
  }
}

/** ms that the keys of one moment take to come in. */
const burst = 50;

/** `success` in "mqtt-de.md"; `true` is what the same write is answered over HTTP. */
function isYes(result: string): boolean {
  return /^"?(success|true)"?$/i.test(result.trim());
}
