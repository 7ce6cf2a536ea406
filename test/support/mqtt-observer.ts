/** Collects MQTT messages. */

import type { MqttConnection, MqttMessage } from "../../src/transport/mqtt.js";

export interface MessageCollector {
  readonly messages: MqttMessage[];
  /** Resolves once so many messages have been received in total. */
  count(expected: number): Promise<void>;
}

/** Collects the messages of a filter. On one connection, earlier subscribers get each message first. */
export function collectMessages(connection: MqttConnection, topicFilter: string): MessageCollector {
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
