/** A route to a go-e charger (local HTTP, cloud or MQTT broker): what it offers in each version of the API. */

export type ApiVersion = 1 | 2;

export interface Route {
  readonly v1: RouteV1;
  readonly v2: RouteV2;
  /** What to check when the charger does not answer as it should: a sentence without a full stop. */
  readonly advice: string;
  /** Finds out which version of the API the charger has. Rejects with DeviceError. */
  detectVersion(): Promise<ApiVersion>;
  /** For routes on which the charger pushes its values: calls back when there is something new to read. */
  onUpdate?(listener: () => void): void;
  /** Always ends, also when the device is gone. */
  close(): Promise<void>;
}

export interface RouteV1 {
  /** The whole status. Rejects with DeviceError. */
  status(): Promise<unknown>;
  /** Resolves with a whole status from after the write; an ignored write shows the old value. Rejects with DeviceError. */
  set(key: string, value: number): Promise<unknown>;
}

export interface RouteV2 {
  /** The status, reduced to these keys. Rejects with DeviceError. */
  status(keys: readonly string[]): Promise<unknown>;
  /** Resolves with `true` once the charger has taken it over, or with its reason for a refusal. Rejects with DeviceError. */
  set(key: string, value: number | null): Promise<true | string>;
}
