/** Connections to MQTT brokers, one per broker, shared by all who use it. */

import type { Clock } from "../model/clock.js";
import type { Log } from "../model/log.js";
import type { BackoffOptions } from "./backoff.js";
import { BrokerConnection, type MqttLogin, type MqttMessage } from "./mqtt-connection.js";

export type { MqttLogin, MqttMessage } from "./mqtt-connection.js";

export interface MqttConnection {
  /** Until `close`; restored after each reconnection. */
  subscribe(topicFilter: string, onMessage: (message: MqttMessage) => void): void;
  /** Fire and forget; dropped while the broker is not connected. */
  publish(topic: string, payload: string): void;
  /**
   * Resolves once connected, and subscribed to all filters of this connection.
   * Rejects with DeviceError as soon as the broker refuses us, or once `timeout` ms have passed.
   */
  ready(device: string, timeout: number): Promise<void>;
  /** Unsubscribes from everything, and publishes nothing more. Other users of the connection are not affected. */
  close(): void;
}

export interface MqttPool {
  /** @param url mqtt:// or mqtts://, with credentials in `login`, never in the URL */
  connect(url: string, login?: MqttLogin): MqttConnection;
  /** Always settles, even when a broker is unreachable. */
  close(): Promise<void>;
}

export interface MqttPoolOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Backoff between attempts to reconnect. */
  readonly retry?: BackoffOptions;
}

export function createMqttPool(options: MqttPoolOptions): MqttPool {
  const brokers = new Map<string, BrokerConnection>();
  return {
    connect(url, login = {}) {
      const { protocol, host } = new URL(url);
      const key = JSON.stringify([protocol, host, login.username ?? null]);
      const broker = brokers.get(key) ?? new BrokerConnection(url, login, options);
      brokers.set(key, broker);
      return new Share(broker);
    },
    async close() {
      await Promise.all([...brokers.values()].map((broker) => broker.close()));
      brokers.clear();
    },
  };
}

/** One user's share of a connection: subscriptions of others do not delay it. */
class Share implements MqttConnection {
  readonly filters = new Set<string>();
  closed = false;
  readonly #broker: BrokerConnection;
  readonly #subscriptions: (() => void)[] = [];

  constructor(broker: BrokerConnection) {
    this.#broker = broker;
  }

  subscribe(topicFilter: string, onMessage: (message: MqttMessage) => void): void {
    if (this.closed) return;
    this.filters.add(topicFilter);
    this.#subscriptions.push(this.#broker.subscribe(topicFilter, onMessage));
  }

  publish(topic: string, payload: string): void {
    if (!this.closed) this.#broker.publish(topic, payload);
  }

  ready(device: string, timeout: number): Promise<void> {
    return this.#broker.ready(this, device, timeout);
  }

  close(): void {
    this.closed = true;
    for (const unsubscribe of this.#subscriptions.splice(0)) unsubscribe();
    this.#broker.shareClosed();
  }
}
