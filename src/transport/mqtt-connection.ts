/** The connection to one broker: kept open, resubscribed after each loss; refused logins and subscriptions are reported. */

import { randomUUID } from "node:crypto";
import { connect, type MqttClient } from "mqtt";
import type { Clock } from "../model/clock.js";
import { DeviceError } from "../model/errors.js";
import type { Log } from "../model/log.js";
import type { BackoffOptions } from "./backoff.js";
import { atMost } from "./deadlines.js";
import { type Attempt, KeptConnection } from "./keep-connected.js";
import { matchesTopic } from "./topics.js";
import { Waiting } from "./waiting.js";

/** Bytes; no reading of a device is this long. */
const longestPayload = 64 * 1024;
/** s; mqtt.js closes the connection after one and a half of it without a message. */
const keepalive = 15;
/** ms */
const connectTimeout = 5_000;
/** ms that closing takes at most */
const longestClose = 1_000;
/** CONNACK: bad user name or password, not authorized; the same in MQTT 5. */
const loginRefused = [4, 5, 134, 135];

/** One live or retained message. */
export interface MqttMessage {
  readonly topic: string;
  readonly payload: string;
  /** Delivered on subscription and not on publication: its age is unknown. */
  readonly retained: boolean;
}

export interface MqttLogin {
  readonly username?: string;
  readonly password?: string;
}

type OnMessage = (message: MqttMessage) => void;

/** One user's part of a connection. */
interface Share {
  readonly filters: ReadonlySet<string>;
  readonly closed: boolean;
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
  readonly #handlers = new Map<string, Set<OnMessage>>();
  /** The broker's response to each subscription on this connection. */
  readonly #subscriptions = new Map<string, "granted" | "refused">();
  /** Filters whose unsubscription is under way: some brokers also drop a subscription that follows it closely. */
  readonly #unsubscribing = new Set<string>();
  readonly #waiting: Waiting;
  readonly #kept: KeptConnection;
  #client: MqttClient | null = null;
  /** Why the broker refuses the login, as half a sentence; `null`: it does not. */
  #refusal: string | null = null;
  /** Whether the loss of the broker has been logged. */
  #lossReported = false;
  #closed = false;

  constructor(url: string, login: MqttLogin, { clock, log, retry }: BrokerConnectionOptions) {
    const { protocol, host } = new URL(url);
    this.#url = `${protocol}//${host}`;
    this.#broker = host;
    this.#login = login;
    this.#clock = clock;
    this.#log = log;
    this.#waiting = new Waiting(clock);
    this.#kept = new KeptConnection({ clock, retry, open: (attempt) => this.#open(attempt) });
    this.#kept.start();
  }

  /** @returns unsubscribes */
  subscribe(topicFilter: string, onMessage: OnMessage): () => void {
    const known = this.#handlers.get(topicFilter);
    const handlers = known ?? new Set();
    const handle: OnMessage = (message) => onMessage(message);
    handlers.add(handle);
    this.#handlers.set(topicFilter, handlers);
    if (!known && this.#client?.connected && !this.#unsubscribing.has(topicFilter))
      this.#request(this.#client, topicFilter);
    return () => {
      handlers.delete(handle);
      if (handlers.size === 0 && this.#handlers.get(topicFilter) === handlers) this.#unsubscribe(topicFilter);
    };
  }

  publish(topic: string, payload: string): void {
    if (this.#client?.connected) this.#client.publish(topic, payload, { qos: 0 }, () => undefined);
  }

  /** Resolves once this share is subscribed to all its filters. Rejects with DeviceError. */
  async ready(share: Share, device: string, timeout: number): Promise<void> {
    await this.#waiting.until(
      () => this.#isReady(share, device),
      timeout,
      () => {
        const what = `no connection to the MQTT broker at ${this.#broker} within ${timeout / 1_000} s`;
        const advice = "Check that the broker runs, and that its address is right";
        throw new DeviceError({ code: "unreachable", device, what, advice });
      },
    );
  }

  /** To be called when a share has been closed. */
  shareClosed(): void {
    this.#waiting.check();
  }

  /** Always settles, even when the broker is unreachable. */
  async close(): Promise<void> {
    this.#kept.stop();
    this.#closed = true;
    this.#waiting.check();
    if (this.#client) await atMost(this.#clock, longestClose, this.#client.endAsync(true));
  }

  /** mqtt.js can reconnect by itself, but without backoff, and not by our clock. */
  #open(attempt: Attempt): void {
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
    this.#client = client;
    client.on("connect", () => this.#onConnect(client, attempt));
    client.on("error", (error) => this.#onError(error));
    client.on("message", (topic, payload, { retain }) => this.#dispatch(topic, payload, retain));
    client.once("close", () => this.#onClose(client, attempt));
  }

  #onConnect(client: MqttClient, attempt: Attempt): void {
    if (attempt.isOver) return;
    attempt.connected();
    this.#refusal = null;
    if (this.#lossReported) this.#log.info(`MQTT broker at ${this.#broker}: connected again`);
    this.#lossReported = false;
    for (const filter of this.#handlers.keys()) this.#request(client, filter);
    this.#waiting.check();
  }

  #onError(error: Error & { readonly code?: number | string }): void {
    if (typeof error.code !== "number" || !loginRefused.includes(error.code)) return;
    this.#refusal = `the MQTT broker at ${this.#broker} refuses the login`;
    this.#waiting.check();
  }

  #onClose(client: MqttClient, attempt: Attempt): void {
    client.end(true);
    if (!attempt.lost()) return;
    this.#subscriptions.clear();
    this.#unsubscribing.clear();
    if (!this.#lossReported)
      this.#log.warn(`${this.#refusal ?? `the MQTT broker at ${this.#broker} cannot be reached`}; it is tried again`);
    this.#lossReported = true;
  }

  /** One request per filter, so that a refusal affects no other. */
  #request(client: MqttClient, filter: string): void {
    client.subscribe(filter, { qos: 0 }, (error) => {
      if (client !== this.#client || !client.connected || !this.#handlers.has(filter)) return;
      this.#subscriptions.set(filter, error ? "refused" : "granted");
      if (error) this.#log.warn(this.#subscriptionRefused(filter));
      this.#waiting.check();
    });
  }

  #unsubscribe(filter: string): void {
    this.#handlers.delete(filter);
    this.#subscriptions.delete(filter);
    const client = this.#client;
    if (!client?.connected) return;
    this.#unsubscribing.add(filter);
    client.unsubscribe(filter, () => {
      if (client !== this.#client || !client.connected) return;
      this.#unsubscribing.delete(filter);
      if (this.#handlers.has(filter)) this.#request(client, filter);
    });
  }

  /** `null`: not yet. @throws DeviceError when it never will be */
  #isReady({ filters, closed }: Share, device: string): true | null {
    if (closed || this.#closed) {
      const what = "the connection has been closed";
      throw new DeviceError({ code: "unreachable", device, what, advice: "It is opened again at the next start" });
    }
    const refused = [...filters].find((filter) => this.#subscriptions.get(filter) === "refused");
    const refusal = this.#refusal ?? (refused === undefined ? null : this.#subscriptionRefused(refused));
    if (refusal !== null) {
      const advice = "Check username and password, and what the broker allows this user to read";
      throw new DeviceError({ code: "login-refused", device, what: refusal, advice });
    }
    return this.#client?.connected && [...filters].every((filter) => this.#subscriptions.has(filter)) ? true : null;
  }

  #subscriptionRefused(filter: string): string {
    return `the MQTT broker at ${this.#broker} refuses the subscription to ${filter}`;
  }

  #dispatch(topic: string, payload: Buffer, retained: boolean): void {
    if (payload.length > longestPayload) {
      this.#log.debug(`MQTT message on ${topic} dropped: ${payload.length} bytes`);
      return;
    }
    const message: MqttMessage = { topic, payload: payload.toString("utf8"), retained };
    for (const [filter, handlers] of this.#handlers) {
      if (matchesTopic(filter, topic)) for (const handle of handlers) this.#deliver(handle, message);
    }
  }

  /** An error in one handler must not end the connection of the others. */
  #deliver(handle: OnMessage, message: MqttMessage): void {
    try {
      handle(message);
    } catch (error) {
      this.#log.error(`MQTT message on ${message.topic} could not be used: ${String(error)}`);
    }
  }
}
