/** A connection to one generic meter behind an MQTT broker: its messages are received, and it is never polled. */

import { DeviceError, messageOf } from "../../../model/errors.js";
import { parseJson } from "../../../model/json.js";
import type { MeterReading, MeterRole } from "../../../model/readings.js";
import type { MqttConnection, MqttLogin, MqttMessage } from "../../../transport/mqtt.js";
import { parseNumber } from "../../decoding/fields.js";
import type { Path } from "../../decoding/path.js";
import { readingOf } from "../../decoding/value-names.js";
import { type Extract, extractorsOf } from "../../decoding/values.js";
import type { DriverContext, Meter } from "../../driver.js";
import { BurstEnd } from "../../push/burst-end.js";
import { KnownValues } from "../../push/known-values.js";
import { Waiting } from "../../../transport/waiting.js";
import { readingOfBurst } from "./burst-reading.js";

/** ms that a read waits. */
const readTimeout = 10_000;

const advice = "Check topics and paths, for example with mosquitto_sub, and how often the meter publishes";

export interface Topic {
  readonly topic: string;
  readonly path: Path;
  readonly scale: number;
}

export interface MqttMeterOptions {
  readonly url: string;
  readonly login: MqttLogin;
  readonly values: Readonly<Record<string, Topic>>;
  readonly measures: readonly MeterRole[];
}

/** One value, and how it is found in what its topic says. */
interface Source extends Topic {
  readonly name: string;
  readonly extract: Extract;
}

type OnReading = (reading: MeterReading) => void;

export class MqttMeter implements Meter {
  readonly #options: MqttMeterOptions;
  readonly #context: DriverContext;
  readonly #sources: readonly Source[];
  readonly #known = new KnownValues<string>();
  readonly #burstEnd: BurstEnd;
  readonly #waiting: Waiting;
  readonly #listeners = new Set<OnReading>();
  #connection: MqttConnection | null = null;

  constructor(options: MqttMeterOptions, context: DriverContext) {
    this.#options = options;
    this.#context = context;
    this.#sources = extractorsOf(options.values);
    this.#burstEnd = new BurstEnd(context.clock, () => this.#endBurst());
    this.#waiting = new Waiting(context.clock, () => this.#error("unreachable", "the connection has been closed"));
  }

  watch(onReading: OnReading): void {
    this.#listeners.add(onReading);
    const { log, name } = this.#context;
    this.#connect()
      .ready(name, readTimeout)
      .catch((error: unknown) => log.debug(messageOf(error)));
  }

  async read(): Promise<MeterReading> {
    if (this.#waiting.closed) throw this.#error("unreachable", "the connection has been closed");
    const { clock, name } = this.#context;
    const startedAt = clock.now();
    await this.#connect().ready(name, readTimeout);
    const complete = (): MeterReading | null => {
      const values = this.#valuesSince(startedAt);
      return this.#sources.every((source) => values.has(source.name))
        ? readingOf(values, this.#options.measures)
        : null;
    };
    return this.#waiting.until(complete, Math.max(0, startedAt + readTimeout - clock.now()), () => {
      throw this.#incomplete(this.#valuesSince(startedAt));
    });
  }

  async close(): Promise<void> {
    this.#burstEnd.cancel();
    this.#listeners.clear();
    this.#waiting.close();
    this.#connection?.close();
  }

  #connect(): MqttConnection {
    if (this.#connection) return this.#connection;
    const { url, login } = this.#options;
    const connection = this.#context.mqtt.connect(url, login);
    for (const topic of new Set(this.#sources.map((source) => source.topic)))
      connection.subscribe(topic, (message) => this.#onMessage(message));
    this.#connection = connection;
    return connection;
  }

  /** A retained value may be from last year. */
  #onMessage({ topic, payload, retained }: MqttMessage): void {
    if (retained) return;
    const now = this.#context.clock.now();
    const number = parseNumber(payload);
    const json = number ?? parseJson(payload);
    for (const { name, path, extract } of this.#sources.filter((source) => source.topic === topic))
      this.#known.add(name, extract(path.length === 0 ? number : json), now);
    this.#burstEnd.came();
  }

  #endBurst(): void {
    const { clock } = this.#context;
    const names = this.#sources.map(({ name }) => name);
    const reading = readingOfBurst(this.#known, names, this.#options.measures, clock.now());
    this.#known.endBurst();
    this.#waiting.check();
    for (const listener of this.#listeners) listener(reading);
  }

  /** The newest values by name, without those that have not been reported since. */
  #valuesSince(since: number): ReadonlyMap<string, number> {
    const { clock } = this.#context;
    const values = new Map<string, number>();
    for (const { name } of this.#sources) {
      const reportedAt = this.#known.reportedAt(name);
      const value = this.#known.value(name, clock.now());
      if (reportedAt !== null && reportedAt >= since && value !== null) values.set(name, value);
    }
    return values;
  }

  #incomplete(values: ReadonlyMap<string, number>): DeviceError {
    const missing = this.#sources.map(({ name }) => name).filter((name) => !values.has(name));
    const topics = [...new Set(this.#sources.filter(({ name }) => missing.includes(name)).map(({ topic }) => topic))];
    const { host } = new URL(this.#options.url);
    const where = `from ${topics.join(", ")} through the MQTT broker at ${host} within ${readTimeout / 1_000} s`;
    if (values.size === 0) return this.#error("unreachable", `no value came ${where}`);
    return this.#error("protocol", `${missing.join(", ")} did not come ${where}`);
  }

  #error(code: "unreachable" | "protocol", what: string): DeviceError {
    return new DeviceError({ code, device: this.#context.name, what, advice });
  }
}
