/** Connections to MQTT brokers, one per broker, shared by all who use it. */

/** One live or retained message. */
export interface MqttMessage {
  readonly topic: string;
  readonly payload: string;
  /** Delivered because we subscribed, not because it was just published: its age is unknown. */
  readonly retained: boolean;
}

export interface MqttConnection {
  /** Until `close`, over reconnections too. */
  subscribe(topicFilter: string, onMessage: (message: MqttMessage) => void): void;
  /** Fire and forget; dropped while the broker is away. */
  publish(topic: string, payload: string): void;
  /** Resolves once connected and subscribed to all filters; rejects with DeviceError once `timeout` ms have passed. */
  ready(device: string, timeout: number): Promise<void>;
}

export interface MqttPool {
  /** @param url mqtt:// or mqtts://, with credentials in `login`, never in the URL */
  connect(url: string, login?: { readonly username?: string; readonly password?: string }): MqttConnection;
  /** Always ends, also when a broker is gone. */
  close(): Promise<void>;
}
