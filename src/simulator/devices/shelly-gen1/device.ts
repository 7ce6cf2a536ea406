/** A virtual Shelly 3EM (Gen1, SHEM-3): a meter at the house's grid connection that speaks MQTT, HTTP or both. */

import type { PhaseIndex } from "../../../model/phases.js";
import type { HttpInterface, HttpOptions } from "./http.js";
import { startHttpInterface } from "./http.js";
import type { MqttInterface, MqttOptions } from "./mqtt.js";
import { startMqttInterface } from "./mqtt.js";
import type { MeteredGrid, ShellyState, WithheldTopic } from "./state.js";

export interface VirtualShelly3emOptions {
  readonly id?: string;
  /** Asked whenever a value is sent. */
  readonly grid: () => MeteredGrid;
  readonly mqtt?: MqttOptions;
  readonly http?: HttpOptions;
}

export class VirtualShelly3em implements ShellyState {
  readonly id: string;
  /** Neither publishes nor answers; its connections stay. */
  silent = false;
  /** Topics that are no longer sent. */
  readonly withhold = new Set<WithheldTopic>();
  /** Phases whose measuring has failed: `is_valid` is false and the values are 0 (HTTP). */
  readonly invalidPhases = new Set<PhaseIndex>();

  private readonly grid: () => MeteredGrid;
  private held: MeteredGrid | null = null;
  private mqtt: MqttInterface | null = null;
  private http: HttpInterface | null = null;

  constructor({ id = "AABBCC", grid }: Pick<VirtualShelly3emOptions, "id" | "grid">) {
    this.id = id;
    this.grid = grid;
  }

  get name(): string {
    return `shellyem3-${this.id}`;
  }

  /** `null`: it has no HTTP. */
  get httpPort(): number | null {
    return this.http?.port ?? null;
  }

  /** Most requests that were open at the same time over HTTP. */
  get inFlightPeak(): number {
    return this.http?.inFlightPeak ?? 0;
  }

  /** Repeats what it would have said when this was set. */
  get frozen(): boolean {
    return this.held !== null;
  }

  set frozen(frozen: boolean) {
    this.held = frozen ? this.grid() : null;
  }

  values(): MeteredGrid {
    return this.held ?? this.grid();
  }

  /** Sends one burst of all topics; nothing while silent or without its broker. Whoever owns time calls this. */
  async publish(): Promise<void> {
    await this.mqtt?.publish();
  }

  async start({ mqtt, http }: Pick<VirtualShelly3emOptions, "mqtt" | "http">): Promise<void> {
    if (http) this.http = await startHttpInterface(this, http);
    if (mqtt) this.mqtt = await startMqttInterface(this, mqtt);
  }

  /** The mains plug is pulled: no farewell, the broker publishes the last will. */
  async cutPower(): Promise<void> {
    await Promise.all([this.mqtt?.close("abruptly"), this.http?.close()]);
  }

  /** Always ends, also when the broker is gone. */
  async close(): Promise<void> {
    await Promise.all([this.mqtt?.close("with farewell"), this.http?.close()]);
  }
}

/** Resolves once its interfaces are up: listening, and connected to the broker for the first time. */
export async function startVirtualShelly3em(options: VirtualShelly3emOptions): Promise<VirtualShelly3em> {
  const device = new VirtualShelly3em(options);
  await device.start(options);
  return device;
}
