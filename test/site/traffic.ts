/** Knows what is under way between site and devices, so that a test can wait for its end instead of sleeping. */

import type { Config } from "../../src/config/parse.js";
import type { Charger, ChargerWrites, DriverContext, Meter } from "../../src/drivers/driver.js";
import type { MqttConnection, MqttPool } from "../../src/transport/mqtt.js";
import { settle } from "../support/test-clock.js";

export class Traffic {
  /** MQTT messages that meters have got so far. */
  messages = 0;
  readonly #patience: number;
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #waiting = new Set<() => void>();

  /** @param patience ms of real time after which waiting is given up */
  constructor(patience: number) {
    this.#patience = patience;
  }

  /** The same configuration, with devices whose calls are counted. */
  watch(config: Config): Config {
    return {
      ...config,
      chargers: config.chargers.map((charger) => ({
        ...charger,
        connect: (context: DriverContext) => this.#charger(charger.connect(context)),
      })),
      meters: config.meters.map((meter) => ({
        ...meter,
        connect: (context: DriverContext) => this.#meter(meter.connect({ ...context, mqtt: this.#pool(context.mqtt) })),
      })),
    };
  }

  /** Counts a promise as under way until it is settled. */
  track<T>(promise: Promise<T>): Promise<T> {
    this.#underWay.add(promise);
    const end = () => {
      this.#underWay.delete(promise);
      this.#look();
    };
    promise.then(end, end);
    return promise;
  }

  async quiet(describe: () => string): Promise<void> {
    await settle();
    while (this.#underWay.size > 0) {
      await this.until(
        () => this.#underWay.size === 0,
        () => `the traffic never rests\n${describe()}`,
      );
      await settle();
    }
  }

  /** Resolves once it is so, looking whenever something came in. */
  async until(isSo: () => boolean, describe: () => string): Promise<void> {
    if (isSo()) return;
    await new Promise<void>((resolve, reject) => {
      const done = () => {
        clearTimeout(timer);
        this.#waiting.delete(look);
      };
      const look = () => {
        if (!isSo()) return;
        done();
        resolve();
      };
      const timer = setTimeout(() => {
        done();
        reject(new Error(`not within ${this.#patience / 1_000} s: ${describe()}`));
      }, this.#patience);
      this.#waiting.add(look);
    });
  }

  #look(): void {
    for (const look of [...this.#waiting]) look();
  }

  #charger(charger: Charger): Charger {
    const { setMeasuredVoltage } = charger;
    const watched = (writes: ChargerWrites): ChargerWrites => {
      const { maxAmpere, allowCharging, phases } = writes;
      return {
        ...writes,
        maxAmpere: (amperes) => this.track(maxAmpere(amperes)),
        allowCharging: (allowed) => this.track(allowCharging(allowed)),
        ...(phases ? { phases: (count) => this.track(phases(count)) } : {}),
      };
    };
    return {
      read: () => this.track(charger.read()),
      get writes() {
        return watched(charger.writes);
      },
      ...(setMeasuredVoltage
        ? { setMeasuredVoltage: (volts) => this.track(setMeasuredVoltage.call(charger, volts)) }
        : {}),
      close: () => charger.close(),
    };
  }

  #meter(meter: Meter): Meter {
    const { watch, dischargeBlock } = meter;
    return {
      read: () => this.track(meter.read()),
      ...(dischargeBlock && {
        dischargeBlock: { ...dischargeBlock, set: (blocked) => this.track(dischargeBlock.set(blocked)) },
      }),
      ...(watch ? { watch: (onReading) => watch.call(meter, onReading) } : {}),
      close: () => meter.close(),
    };
  }

  #pool(pool: MqttPool): MqttPool {
    return {
      connect: (url, login) => this.#connection(pool.connect(url, login)),
      close: () => pool.close(),
    };
  }

  #connection(connection: MqttConnection): MqttConnection {
    return {
      subscribe: (topicFilter, onMessage) =>
        connection.subscribe(topicFilter, (message) => {
          onMessage(message);
          this.messages += 1;
          this.#look();
        }),
      publish: (topic, payload) => connection.publish(topic, payload),
      ready: (device, timeout) => connection.ready(device, timeout),
      close: () => connection.close(),
    };
  }
}
