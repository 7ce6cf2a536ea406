/** A connection to one generic meter behind an MQTT broker: it is heard, and never asked. */

import { DeviceError, messageOf } from "../../../model/errors.js";
import { parseJson } from "../../../model/json.js";
import type { MeterReading, MeterRole } from "../../../model/readings.js";
import type { MqttConnection, MqttLogin, MqttMessage } from "../../../transport/mqtt.js";
import { BurstEnd } from "../../push/burst-end.js";
import type { DriverContext, Meter } from "../../driver.js";
import { parseNumber } from "../../decoding/fields.js";
import { type Extract, extractor, readingOf } from "../../decoding/values.js";
import { Waiting } from "../../../transport/waiting.js";
import { Bursts } from "../../push/bursts.js";

/** ms that a read waits. */
const readTimeout = 10_000;

const advice = "Check topics and paths, for example with mosquitto_sub, and how often the meter speaks";

export interface Topic {
  readonly topic: string;
  readonly path: string;
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
  readonly #bursts: Bursts;
  readonly #burstEnd: BurstEnd;
  readonly #waiting: Waiting;
  readonly #listeners = new Set<OnReading>();
  /** What reads that still wait have heard since they began. */
  readonly #collections = new Set<Map<string, number>>();
  #connection: MqttConnection | null = null;

  constructor(options: MqttMeterOptions, context: DriverContext) {
    this.#options = options;
    this.#context = context;
    this.#sources = Object.entries(options.values).map(([name, topic]) => ({
      ...topic,
      name,
      extract: extractor(name, topic),
    }));
    this.#bursts = new Bursts(Object.keys(options.values), options.measures);
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
    const collected = new Map<string, number>();
    this.#collections.add(collected);
    try {
      const deadline = clock.now() + readTimeout;
      await this.#connect().ready(name, readTimeout);
      const complete = (): MeterReading | null =>
        this.#missingIn(collected).length === 0 ? readingOf(collected, this.#options.measures) : null;
      return await this.#waiting.until(complete, Math.max(0, deadline - clock.now()), () => {
        throw this.#incomplete(collected);
      });
    } finally {
      this.#collections.delete(collected);
    }
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
      this.#bursts.add(name, extract(path === "" ? number : json), now);
    this.#burstEnd.came();
  }

  #endBurst(): void {
    const { came, reading } = this.#bursts.take(this.#context.clock.now());
    for (const collected of this.#collections)
      for (const [name, value] of came)
        if (value === null) collected.delete(name);
        else collected.set(name, value);
    this.#waiting.look();
    for (const listener of this.#listeners) listener(reading);
  }

  #missingIn(collected: ReadonlyMap<string, number>): readonly string[] {
    return this.#sources.map(({ name }) => name).filter((name) => !collected.has(name));
  }

  #incomplete(collected: ReadonlyMap<string, number>): DeviceError {
    const missing = this.#missingIn(collected);
    const topics = [...new Set(this.#sources.filter(({ name }) => missing.includes(name)).map(({ topic }) => topic))];
    const { host } = new URL(this.#options.url);
    const where = `from ${topics.join(", ")} through the MQTT broker at ${host} within ${readTimeout / 1_000} s`;
    if (collected.size === 0) return this.#error("unreachable", `no value came ${where}`);
    return this.#error("protocol", `${missing.join(", ")} did not come ${where}`);
  }

  #error(code: "unreachable" | "protocol", what: string): DeviceError {
    return new DeviceError({ code, device: this.#context.name, what, advice });
  }
}
