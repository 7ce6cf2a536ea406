/** The connection to one broker: kept up, subscribed anew after each break, and honest about what is refused. */

import { randomUUID } from "node:crypto";
import { connect, type MqttClient } from "mqtt";
import type { Clock, Timer } from "../model/clock.js";
import { DeviceError } from "../model/errors.js";
import type { Log } from "../model/log.js";
import { backoff, type BackoffOptions } from "./backoff.js";
import { atMost } from "./deadlines.js";
import { matchesTopic } from "./topics.js";

/** Bytes; no reading of a device is as long. */
const longestPayload = 64 * 1024;
/** s; a silent broker is given up after one and a half of it. */
const keepalive = 15;
/** ms */
const connectTimeout = 5_000;
/** ms that a connection has to last before waits start short again: a broker that throws us out at once is left alone. */
const settled = 30_000;
/** ms that closing takes at most */
const longestClose = 1_000;
/** CONNACK: bad user name or password, not authorized; the same in MQTT 5. */
const loginRefused = [4, 5, 134, 135];

/** One live or retained message. */
export interface MqttMessage {
  readonly topic: string;
  readonly payload: string;
  /** Delivered because we subscribed, not because it was just published: its age is unknown. */
  readonly retained: boolean;
}

export interface MqttLogin {
  readonly username?: string;
  readonly password?: string;
}

type OnMessage = (message: MqttMessage) => void;

/** Someone who waits until these filters are subscribed to. */
interface Waiting {
  readonly filters: ReadonlySet<string>;
  resolve(): void;
  reject(refusal: string): void;
}

export interface BrokerConnectionOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly retry?: BackoffOptions;
}

export class BrokerConnection {
  readonly #url: string;
  readonly #broker: string;
  readonly #login: MqttLogin;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #retry: BackoffOptions | undefined;
  readonly #handlers = new Map<string, OnMessage[]>();
  /** What the broker said to each filter on this connection. */
  readonly #answers = new Map<string, "granted" | "refused">();
  readonly #waiting = new Set<Waiting>();
  #delays: Generator<number, never>;
  #client: MqttClient;
  #retryTimer: Timer | undefined;
  #connectedAt: number | null = null;
  /** Why nothing at all goes with this broker; half a sentence. */
  #refusal: string | null = null;
  /** Whether people know that the broker is away. */
  #awayReported = false;
  #closed = false;

  constructor(url: string, login: MqttLogin, { clock, log, retry }: BrokerConnectionOptions) {
    const { protocol, host } = new URL(url);
    this.#url = `${protocol}//${host}`;
    this.#broker = host;
    this.#login = login;
    this.#clock = clock;
    this.#log = log;
    this.#retry = retry;
    this.#delays = backoff(retry);
    this.#client = this.#open();
  }

  subscribe(topicFilter: string, onMessage: OnMessage): void {
    const handlers = this.#handlers.get(topicFilter);
    if (handlers) {
      handlers.push(onMessage);
      return;
    }
    this.#handlers.set(topicFilter, [onMessage]);
    if (this.#client.connected) this.#request(this.#client, topicFilter);
  }

  publish(topic: string, payload: string): void {
    if (this.#client.connected) this.#client.publish(topic, payload, { qos: 0 }, () => undefined);
  }

  ready(filters: ReadonlySet<string>, device: string, timeout: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = this.#clock.deadline(timeout, () => {
        this.#waiting.delete(waiting);
        const what = `no connection to the MQTT broker at ${this.#broker} within ${timeout / 1_000} s`;
        const advice = "Check that the broker runs, and that its address is right";
        reject(new DeviceError({ code: "unreachable", device, what, advice }));
      });
      const waiting: Waiting = {
        filters,
        resolve: () => {
          timer.cancel();
          resolve();
        },
        reject: (refusal) => {
          timer.cancel();
          reject(this.#refused(device, refusal));
        },
      };
      this.#waiting.add(waiting);
      this.#settleWaiting();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#retryTimer?.cancel();
    this.#refusal = "the connection has been closed";
    this.#settleWaiting();
    await atMost(this.#clock, longestClose, this.#client.endAsync(true));
  }

  /** A client of its own for each attempt: nothing of a broken connection lives on in the next one. */
  #open(): MqttClient {
    const client = connect(this.#url, {
      clientId: `ev-charging-${randomUUID().slice(0, 8)}`,
      clean: true,
      reconnectPeriod: 0,
      resubscribe: false,
      queueQoSZero: false,
      keepalive,
      connectTimeout,
      ...(this.#login.username === undefined ? {} : { username: this.#login.username }),
      ...(this.#login.password === undefined ? {} : { password: this.#login.password }),
    });
    client.on("connect", () => this.#onConnect(client));
    client.on("error", (error) => this.#onError(error));
    client.on("message", (topic, payload, { retain }) => this.#dispatch(topic, payload, retain));
    client.once("close", () => this.#onClose(client));
    return client;
  }

  #onConnect(client: MqttClient): void {
    this.#connectedAt = this.#clock.now();
    this.#refusal = null;
    if (this.#awayReported) this.#log.info(`MQTT broker at ${this.#broker}: connected again`);
    this.#awayReported = false;
    for (const filter of this.#handlers.keys()) this.#request(client, filter);
    this.#settleWaiting();
  }

  #onError(error: Error & { readonly code?: number | string }): void {
    if (typeof error.code !== "number" || !loginRefused.includes(error.code)) return;
    this.#refusal = `the MQTT broker at ${this.#broker} refuses the login`;
    this.#settleWaiting();
  }

  #onClose(client: MqttClient): void {
    client.end(true);
    this.#answers.clear();
    if (this.#closed) return;
    const lasted = this.#connectedAt === null ? 0 : this.#clock.now() - this.#connectedAt;
    if (lasted >= settled) this.#delays = backoff(this.#retry);
    this.#connectedAt = null;
    if (!this.#awayReported)
      this.#log.warn(`${this.#refusal ?? `the MQTT broker at ${this.#broker} cannot be reached`}; it is tried again`);
    this.#awayReported = true;
    this.#retryTimer = this.#clock.after(this.#delays.next().value, () => (this.#client = this.#open()));
  }

  /** One request per filter, so that a refusal hits nobody else. */
  #request(client: MqttClient, filter: string): void {
    client.subscribe(filter, { qos: 0 }, (error) => {
      if (client !== this.#client || !client.connected) return;
      this.#answers.set(filter, error ? "refused" : "granted");
      if (error) this.#log.warn(this.#subscriptionRefused(filter));
      this.#settleWaiting();
    });
  }

  #settleWaiting(): void {
    for (const waiting of this.#waiting) {
      const filters = [...waiting.filters];
      const refused = filters.find((filter) => this.#answers.get(filter) === "refused");
      const refusal = this.#refusal ?? (refused === undefined ? null : this.#subscriptionRefused(refused));
      if (refusal !== null) waiting.reject(refusal);
      else if (this.#client.connected && filters.every((filter) => this.#answers.has(filter))) waiting.resolve();
      else continue;
      this.#waiting.delete(waiting);
    }
  }

  #subscriptionRefused(filter: string): string {
    return `the MQTT broker at ${this.#broker} refuses the subscription to ${filter}`;
  }

  #refused(device: string, what: string): DeviceError {
    if (this.#closed)
      return new DeviceError({ code: "unreachable", device, what, advice: "It is opened again at the next start" });
    const advice = "Check username and password, and what the broker allows this user to read";
    return new DeviceError({ code: "login-refused", device, what, advice });
  }

  #dispatch(topic: string, payload: Buffer, retained: boolean): void {
    if (payload.length > longestPayload) {
      this.#log.debug(`MQTT message on ${topic} dropped: ${payload.length} bytes`);
      return;
    }
    const message: MqttMessage = { topic, payload: payload.toString("utf8"), retained };
    for (const [filter, handlers] of this.#handlers) {
      if (matchesTopic(filter, topic)) handlers.forEach((handle) => this.#deliver(handle, message));
    }
  }

  /** One reader's mistake must not cost the others the connection. */
  #deliver(handle: OnMessage, message: MqttMessage): void {
    try {
      handle(message);
    } catch (error) {
      this.#log.error(`MQTT message on ${message.topic} could not be used: ${String(error)}`);
    }
  }
}
