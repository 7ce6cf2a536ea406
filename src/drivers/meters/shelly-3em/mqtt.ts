/** A Shelly 3EM that is heard over MQTT, and asked whenever it keeps quiet. */

import type { Timer } from "../../../model/clock.js";
import { DeviceError } from "../../../model/errors.js";
import { phaseIndexes } from "../../../model/phases.js";
import type { MeterReading, MeterRole, Quantities } from "../../../model/readings.js";
import type { MqttConnection, MqttLogin, MqttMessage } from "../../../transport/mqtt.js";
import type { DriverContext, Meter } from "../../driver.js";
import { missingIn, overlay } from "../shelly/overlay.js";
import { readingOf } from "../shelly/reading.js";
import { Bursts } from "./burst.js";
import { isEmeterField } from "./emeter.js";

/** ms without a further message after which a burst is over. */
const burstPause = 20;
/** ms after its first message at which a burst is over in any case. */
const longestBurst = 60;
/** ms that a value may stay away before the meter is asked; by itself it may keep quiet for 30 s. */
const askAfter = 5_000;
/** ms that a read waits. */
const readTimeout = 10_000;

const watched = phaseIndexes.flatMap((phase) =>
  (["power", "current", "voltage"] as const).map((field) => ({ phase, field })),
);

export interface ShellyMqttOptions {
  readonly topic: string;
  readonly url: string;
  readonly login: MqttLogin;
  readonly measures: readonly MeterRole[];
}

type OnReading = (reading: MeterReading) => void;

export class MqttMeter implements Meter {
  readonly #options: ShellyMqttOptions;
  readonly #context: DriverContext;
  readonly #bursts = new Bursts();
  readonly #listeners = new Set<OnReading>();
  /** What ends reads that still wait. */
  readonly #abandon = new Set<() => void>();
  #connection: MqttConnection | null = null;
  #burstStart: number | null = null;
  #burstTimer: Timer | null = null;
  #askTimer: Timer | null = null;
  #lastAsked = -Infinity;
  #closed = false;

  constructor(options: ShellyMqttOptions, context: DriverContext) {
    this.#options = options;
    this.#context = context;
  }

  watch(onReading: OnReading): void {
    this.#listeners.add(onReading);
    const connection = this.#connect();
    const { clock, log, name } = this.#context;
    const startedAt = clock.now();
    connection.ready(name, readTimeout).then(
      () => this.#ask(connection),
      (error: unknown) => log.debug(String(error)),
    );
    if (this.#askTimer === null) this.#askWhenQuiet(connection, startedAt);
  }

  async read(): Promise<MeterReading> {
    if (this.#closed) throw this.#error("unreachable", "the connection has been closed");
    const connection = this.#connect();
    const deadline = this.#context.clock.now() + readTimeout;
    await connection.ready(this.#context.name, readTimeout);
    return new Promise((resolve, reject) => {
      let merged: Quantities | null = null;
      const end = (settle: () => void): void => {
        this.#listeners.delete(listen);
        this.#abandon.delete(abandon);
        timer.cancel();
        settle();
      };
      const listen = (reading: MeterReading): void => {
        const role = this.#role;
        merged = overlay(merged, reading[role]);
        const complete = merged;
        if (missingIn(complete).length === 0) end(() => resolve({ [role]: complete }));
      };
      const abandon = (): void => end(() => reject(this.#error("unreachable", "the connection has been closed")));
      const timer = this.#context.clock.after(Math.max(0, deadline - this.#context.clock.now()), () =>
        end(() => reject(this.#incomplete(merged))),
      );
      this.#listeners.add(listen);
      this.#abandon.add(abandon);
      this.#ask(connection);
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#burstTimer?.cancel();
    this.#askTimer?.cancel();
    for (const abandon of this.#abandon) abandon();
    this.#listeners.clear();
  }

  get #role(): MeterRole {
    return this.#options.measures[0] ?? "grid";
  }

  /** The broker's connection outlives this meter, whose subscriptions then fall on deaf ears. */
  #connect(): MqttConnection {
    if (this.#connection) return this.#connection;
    const { url, login, topic } = this.#options;
    const connection = this.#context.mqtt.connect(url, login);
    connection.subscribe(`${topic}/emeter/+/+`, (message) => this.#onValue(message));
    connection.subscribe(`${topic}/online`, ({ payload }) => {
      if (payload === "false") this.#onOffline();
    });
    this.#connection = connection;
    return connection;
  }

  /** A retained value may be from last year. */
  #onValue({ topic, payload, retained }: MqttMessage): void {
    if (this.#closed || retained) return;
    const [number, field] = topic.split("/").slice(-2);
    const phase = phaseIndexes.find((index) => String(index) === number);
    if (phase === undefined || field === undefined || !isEmeterField(field)) return;
    const now = this.#context.clock.now();
    this.#bursts.add(phase, field, payload, now);
    this.#burstStart ??= now;
    this.#burstTimer?.cancel();
    const wait = Math.min(burstPause, Math.max(0, this.#burstStart + longestBurst - now));
    this.#burstTimer = this.#context.clock.after(wait, () => this.#lastCall());
  }

  /** A busy process fires its timers before it reads its sockets: what lies there already still belongs to the burst. */
  #lastCall(): void {
    this.#burstTimer = this.#context.clock.after(0, () => this.#endBurst());
  }

  #endBurst(): void {
    this.#burstStart = null;
    this.#burstTimer = null;
    const reading = readingOf(this.#bursts.take(this.#context.clock.now()), this.#options.measures);
    for (const listener of this.#listeners) listener(reading);
  }

  #onOffline(): void {
    this.#burstTimer?.cancel();
    this.#burstTimer = null;
    this.#burstStart = null;
    this.#bursts.forget();
  }

  #ask(connection: MqttConnection): void {
    if (this.#closed) return;
    this.#lastAsked = this.#context.clock.now();
    connection.publish(`${this.#options.topic}/command`, "update");
  }

  /** Asks, at most once in `askAfter`, while any watched value has stayed away for so long. */
  #askWhenQuiet(connection: MqttConnection, startedAt: number): void {
    if (this.#closed) return;
    const now = this.#context.clock.now();
    const oldest = Math.min(...watched.map(({ phase, field }) => this.#bursts.lastSeen(phase, field) ?? startedAt));
    if (now >= Math.max(oldest, this.#lastAsked) + askAfter) this.#ask(connection);
    const next = Math.max(oldest, this.#lastAsked) + askAfter;
    this.#askTimer = this.#context.clock.after(next - now, () => this.#askWhenQuiet(connection, startedAt));
  }

  #incomplete(merged: Quantities | null): DeviceError {
    const { topic, url } = this.#options;
    const where = `from ${topic} through the MQTT broker at ${new URL(url).host} within ${readTimeout / 1_000} s`;
    if (merged === null) return this.#error("unreachable", `nothing came ${where}`);
    return this.#error("protocol", `${missingIn(merged).join(", ")} did not come ${where}`);
  }

  #error(code: "unreachable" | "protocol", what: string): DeviceError {
    const advice = "Check that the Shelly is on, that its MQTT is switched on, and that the topic is its own";
    return new DeviceError({ code, device: this.#context.name, what, advice });
  }
}
