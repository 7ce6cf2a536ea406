/** A Shelly 3EM over MQTT: its messages are received, and it is asked for an update when they stay away. */

import type { Timer } from "../../../../model/clock.js";
import { DeviceError } from "../../../../model/errors.js";
import { phaseIndexes } from "../../../../model/phases.js";
import { mergedQuantities, type MeterReading, type MeterRole, type Quantities } from "../../../../model/readings.js";
import type { MqttConnection, MqttLogin, MqttMessage } from "../../../../transport/mqtt.js";
import { BurstEnd } from "../../../push/burst-end.js";
import type { DriverContext, Meter } from "../../../driver.js";
import { Waiting } from "../../../../transport/waiting.js";
import { PhaseValues, readingOf } from "../phase-values.js";
import { fieldOf, powerFactorKey, valueIn } from "./emeter.js";

/** ms that a value may stay away before the meter is asked; by itself it may keep quiet for 30 s. */
const requestAfter = 5_000;
/** ms that a read waits. */
const readTimeout = 10_000;

export interface ShellyMqttOptions {
  readonly topic: string;
  readonly url: string;
  readonly login: MqttLogin;
  readonly measures: readonly MeterRole[];
}

type OnReading = (reading: MeterReading) => void;

export class Gen1MqttMeter implements Meter {
  readonly #options: ShellyMqttOptions;
  readonly #context: DriverContext;
  readonly #values = new PhaseValues();
  readonly #burstEnd: BurstEnd;
  readonly #waiting: Waiting;
  readonly #listeners = new Set<OnReading>();
  #connection: MqttConnection | null = null;
  #requestTimer: Timer | null = null;
  #lastRequest = -Infinity;

  constructor(options: ShellyMqttOptions, context: DriverContext) {
    this.#options = options;
    this.#context = context;
    this.#burstEnd = new BurstEnd(context.clock, () => this.#endBurst());
    this.#waiting = new Waiting(context.clock, () => this.#error("unreachable", "the connection has been closed"));
  }

  watch(onReading: OnReading): void {
    this.#listeners.add(onReading);
    const connection = this.#connect();
    const { clock, log, name } = this.#context;
    const startedAt = clock.now();
    connection.ready(name, readTimeout).then(
      () => this.#requestUpdate(connection),
      (error: unknown) => log.debug(String(error)),
    );
    if (this.#requestTimer === null) this.#requestWhenQuiet(connection, startedAt);
  }

  async read(): Promise<MeterReading> {
    if (this.#waiting.closed) throw this.#error("unreachable", "the connection has been closed");
    const { clock, name } = this.#context;
    const role = this.#role;
    let merged: Quantities | null = null;
    const listen = (reading: MeterReading): void => void (merged = mergedQuantities(merged, reading[role]));
    const deadline = clock.now() + readTimeout;
    const connection = this.#connect();
    await connection.ready(name, readTimeout);
    this.#listeners.add(listen);
    try {
      this.#requestUpdate(connection);
      const complete = () => (merged !== null && missingIn(merged).length === 0 ? { [role]: merged } : null);
      return await this.#waiting.until<MeterReading>(complete, Math.max(0, deadline - clock.now()), () => {
        throw this.#incomplete(merged);
      });
    } finally {
      this.#listeners.delete(listen);
    }
  }

  async close(): Promise<void> {
    this.#burstEnd.cancel();
    this.#requestTimer?.cancel();
    this.#waiting.close();
    this.#connection?.close();
    this.#listeners.clear();
  }

  get #role(): MeterRole {
    return this.#options.measures[0] ?? "grid";
  }

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
    if (retained) return;
    const [number, key = ""] = topic.split("/").slice(-2);
    const phase = phaseIndexes.find((index) => String(index) === number);
    const field = fieldOf(key);
    if (phase === undefined || (field === null && key !== powerFactorKey)) return;
    if (field !== null) this.#values.add(field, phase, valueIn(payload, field), this.#context.clock.now());
    this.#burstEnd.came();
  }

  #endBurst(): void {
    const reading = readingOf(this.#values.take(this.#context.clock.now()), this.#options.measures);
    for (const listener of this.#listeners) listener(reading);
    this.#waiting.check();
  }

  #onOffline(): void {
    this.#burstEnd.cancel();
    this.#values.forget();
  }

  #requestUpdate(connection: MqttConnection): void {
    this.#lastRequest = this.#context.clock.now();
    connection.publish(`${this.#options.topic}/command`, "update");
  }

  /** Asks, at most once in `requestAfter`, while any watched value has stayed away for so long. */
  #requestWhenQuiet(connection: MqttConnection, startedAt: number): void {
    if (this.#waiting.closed) return;
    const now = this.#context.clock.now();
    const quietFrom = () => Math.max(this.#values.oldest() ?? startedAt, this.#lastRequest) + requestAfter;
    if (now >= quietFrom()) this.#requestUpdate(connection);
    this.#requestTimer = this.#context.clock.after(quietFrom() - now, () =>
      this.#requestWhenQuiet(connection, startedAt),
    );
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

/** What a complete reading still lacks, for people. */
function missingIn({ power, powers, currents }: Quantities): readonly string[] {
  const missing = phaseIndexes.flatMap((phase) => [
    ...(powers[phase] === null ? [`power of L${phase + 1}`] : []),
    ...(currents[phase] === null ? [`current of L${phase + 1}`] : []),
  ]);
  return missing.length === 0 && power === null ? ["power"] : missing;
}
