/**
 * Meters for a world: a Shelly 3EM that pushes over MQTT, one that is polled over HTTP, and an inverter with a battery
 * whose discharge can be blocked.
 */

import type { Broker } from "../../src/simulator/servers/broker.js";
import { startBroker } from "../../src/simulator/servers/broker.js";
import { startVirtualShelly3em, type VirtualShelly3em } from "../../src/simulator/devices/shelly-gen1/device.js";
import { startVirtualSunSpec, type VirtualSunSpec } from "../../src/simulator/devices/sunspec/device.js";
import { collectMessages } from "../support/mqtt-observer.js";
import type { Traffic } from "./traffic.js";
import type { World, WorldMeter } from "./world.js";
import { testMqttPool } from "../support/test-bench.js";

/** Topics of one burst that the driver listens to, on each phase. */
const topicsPerPhase = 6;

export class MqttShelly implements WorldMeter {
  readonly broker: Broker;
  readonly shelly: VirtualShelly3em;
  /** Without it nothing that it says arrives. */
  brokerIsUp = true;

  private constructor(broker: Broker, shelly: VirtualShelly3em) {
    this.broker = broker;
    this.shelly = shelly;
  }

  static async addTo(world: World, { retain = false } = {}): Promise<MqttShelly> {
    const broker = await startBroker();
    const shelly = await startVirtualShelly3em({ grid: () => world.house.grid, mqtt: { url: broker.url, retain } });
    const meter = new MqttShelly(broker, shelly);
    world.addMeter(meter);
    return meter;
  }

  get block(): object {
    return { name: "Grid", driver: "shelly-3em", topic: `shellies/${this.shelly.name}`, url: this.broker.url };
  }

  /** Waits until all topics of a burst have arrived. */
  async speak(traffic: Traffic): Promise<void> {
    if (this.shelly.silent || !this.brokerIsUp) return;
    const expected = traffic.messages + 3 * (topicsPerPhase - this.shelly.withhold.size);
    await this.shelly.publish();
    await traffic.until(
      () => traffic.messages >= expected,
      () => `the meter's burst arrived: ${traffic.messages} of ${expected}`,
    );
  }

  /** Resolves once the broker has had all that it said when it connected, if that is retained. */
  async hasSpoken(): Promise<void> {
    await collectMessages(testMqttPool().connect(this.broker.url), `shellies/${this.shelly.name}/relay/0`).count(1);
  }

  async kill(): Promise<void> {
    this.brokerIsUp = false;
    await this.broker.kill();
  }

  /** Back, and both sides have found it again. */
  async restart(world: World): Promise<void> {
    const found = () => world.log.about("connected again").length;
    const before = found();
    await this.broker.restart();
    await world.until("the site has found the broker again", () => found() > before, 120);
    this.brokerIsUp = true;
  }

  async close(): Promise<void> {
    await this.shelly.close();
    await this.broker.close();
  }
}

export class HttpShelly implements WorldMeter {
  readonly shelly: VirtualShelly3em;

  private constructor(shelly: VirtualShelly3em) {
    this.shelly = shelly;
  }

  static async addTo(world: World): Promise<HttpShelly> {
    const meter = new HttpShelly(await startVirtualShelly3em({ grid: () => world.house.grid, http: {} }));
    world.addMeter(meter);
    return meter;
  }

  get block(): object {
    const port = this.shelly.httpPort;
    return { name: "Grid", driver: "shelly-3em", transport: "http", host: "127.0.0.1", port, pollInterval: 1 };
  }

  async close(): Promise<void> {
    await this.shelly.close();
  }
}

export class SunSpecInverter implements WorldMeter {
  readonly device: VirtualSunSpec;

  private constructor(device: VirtualSunSpec) {
    this.device = device;
  }

  static async addTo(world: World): Promise<SunSpecInverter> {
    const device = await startVirtualSunSpec({
      models: [
        { id: 103, values: () => ({ power: world.sun, state: 4 }) },
        { id: 124, values: () => ({ soc: 50 }) },
      ],
      now: () => world.clock.now(),
    });
    const meter = new SunSpecInverter(device);
    world.addMeter(meter);
    return meter;
  }

  get block(): object {
    const { port } = this.device;
    return { name: "Roof", driver: "sunspec", host: "127.0.0.1", port, measures: ["pv"], blockDischarge: true };
  }

  async close(): Promise<void> {
    await this.device.close();
  }
}
