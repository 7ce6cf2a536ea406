/** Waiting for what comes over MQTT. */

import type { MqttConnection, MqttMessage } from "../../src/transport/mqtt.js";

export interface Observer {
  readonly messages: MqttMessage[];
  /** Resolves once so many messages have come in all. */
  count(expected: number): Promise<void>;
}

/** Keeps what comes for a filter. On one connection, whoever has subscribed earlier has had each message before. */
export function observe(connection: MqttConnection, topicFilter: string): Observer {
  const messages: MqttMessage[] = [];
  const waiting = new Set<() => void>();
  connection.subscribe(topicFilter, (message) => {
    messages.push(message);
    for (const check of waiting) check();
  });
  return {
    messages,
    count: (expected) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (messages.length < expected) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
      }),
  };
}
