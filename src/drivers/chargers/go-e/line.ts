/** Ways to a go-e charger: what each of them (local network, broker, cloud) has to do in both versions of the API. */

export type ApiVersion = 1 | 2;

export interface LineV1 {
  /** The whole status. Rejects with DeviceError. */
  status(): Promise<unknown>;
  /** Resolves with a whole status that shows what became of it, which may be nothing. Rejects with DeviceError. */
  set(key: string, value: number): Promise<unknown>;
}

export interface LineV2 {
  /** The status as far as these keys go. Rejects with DeviceError. */
  status(keys: readonly string[]): Promise<unknown>;
  /** Resolves once the charger has taken it over, or with its reason why not. Rejects with DeviceError. */
  set(key: string, value: number | null): Promise<true | string>;
}

export interface Line {
  readonly v1: LineV1;
  readonly v2: LineV2;
  /** What to look at when the charger does not speak as it should: a sentence without a full stop. */
  readonly advice: string;
  /** Finds out which version the charger speaks. Rejects with DeviceError. */
  askVersion(): Promise<ApiVersion>;
  /** For lines on which the charger speaks by itself: calls back when there is something new to read. */
  onNews?(listener: () => void): void;
  /** Always ends, also when the device is gone. */
  close(): Promise<void>;
}

/** Who we talk to, for errors. */
export interface Party {
  /** Name of the device in the configuration. */
  readonly device: string;
  readonly advice: string;
}
