/** A Shelly behind an MQTT broker: RPC requests, and the status that it publishes by itself. */

import { parseJson } from "../../../../model/json.js";
import type { MqttConnection, MqttLogin, MqttMessage } from "../../../../transport/mqtt.js";
import type { DriverContext } from "../../../driver.js";
import { type Answer, answerOf } from "../../../decoding/fields.js";
import { Frames, type StatusNotification } from "./frames.js";
import type { RpcConnection } from "./meter.js";
import { refusalOf, resultOf } from "./rpc.js";

/** ms */
const connectTimeout = 5_000;

export interface BrokerAddress {
  /** Such as shellypro3em-aabbcc112233 */
  readonly topic: string;
  readonly url: string;
  readonly login: MqttLogin;
}

export class BrokerRpc implements RpcConnection {
  readonly #address: BrokerAddress;
  readonly #context: DriverContext;
  readonly #frames: Frames;
  readonly #notificationListeners = new Set<(notification: StatusNotification) => void>();
  readonly #onlineListeners = new Set<() => void>();
  readonly #offlineListeners = new Set<() => void>();
  #connection: MqttConnection | null = null;
  #closed = false;

  constructor(address: BrokerAddress, context: DriverContext) {
    this.#address = address;
    this.#context = context;
    this.#frames = new Frames(context.name, context.clock);
  }

  async call(method: string, params: { readonly id: number }): Promise<Answer> {
    const connection = this.#connect();
    await connection.ready(this.#context.name, connectTimeout);
    const send = (frame: string): boolean => {
      if (!this.#closed) connection.publish(`${this.#address.topic}/rpc`, frame);
      return !this.#closed;
    };
    const { result, error } = await this.#frames.ask(send, method, params);
    if (error) throw refusalOf(Object.fromEntries(error), this.#context.name);
    return resultOf(result, this.#context.name);
  }

  listen(
    onNotification: (notification: StatusNotification) => void,
    onOnline: () => void,
    onOffline: () => void,
  ): void {
    this.#notificationListeners.add(onNotification);
    this.#onlineListeners.add(onOnline);
    this.#offlineListeners.add(onOffline);
    this.#connect();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#connection?.close();
    this.#frames.abandon("the connection has been closed");
  }

  #connect(): MqttConnection {
    if (this.#connection) return this.#connection;
    const { url, login, topic } = this.#address;
    const connection = this.#context.mqtt.connect(url, login);
    connection.subscribe(`${this.#frames.source}/rpc`, ({ payload }) => void this.#frames.take(payload));
    connection.subscribe(`${topic}/events/rpc`, (message) => this.#onEvent(message));
    connection.subscribe(`${topic}/status/+`, (message) => this.#onStatus(message));
    connection.subscribe(`${topic}/online`, ({ payload, retained }) => {
      if (payload === "false") this.#offlineListeners.forEach((listener) => listener());
      else if (!retained) this.#onlineListeners.forEach((listener) => listener());
    });
    this.#connection = connection;
    return connection;
  }

  /** A retained value may be from last year. */
  #onEvent({ payload, retained }: MqttMessage): void {
    const notification = retained ? null : this.#frames.take(payload);
    if (notification) this.#notificationListeners.forEach((listener) => listener(notification));
  }

  #onStatus({ topic, payload, retained }: MqttMessage): void {
    const status = retained ? null : answerOf(parseJson(payload));
    const component = topic.slice(topic.lastIndexOf("/") + 1);
    if (status)
      this.#notificationListeners.forEach((listener) =>
        listener({ components: new Map([[component, status]]), whole: true }),
      );
  }
}
