/** Devices on the bench that are heard over MQTT. */

import type { DriverContext } from "../../src/drivers/driver.js";
import { connectGoE } from "../../src/drivers/chargers/go-e/charger.js";
import { mqttMeter } from "../../src/drivers/meters/mqtt/index.js";
import { MqttMeter } from "../../src/drivers/meters/mqtt/meter.js";
import { shelly3em } from "../../src/drivers/meters/shelly/gen1/index.js";
import { shellyPro3em } from "../../src/drivers/meters/shelly/gen2/index.js";
import { Car } from "../../src/simulator/house/car.js";
import { Evse } from "../../src/simulator/house/evse.js";
import { startGoEMqtt } from "../../src/simulator/devices/go-e/mqtt.js";
import { startVirtualGoE } from "../../src/simulator/devices/go-e/server.js";
import { statusV2 } from "../../src/simulator/devices/go-e/v2.js";
import { startVirtualShelly3em } from "../../src/simulator/devices/shelly-gen1/device.js";
import { startVirtualShellyPro3em } from "../../src/simulator/devices/shelly-gen2/device.js";
import { driverContext } from "../support/driver-context.js";
import { TestClock } from "../support/test-clock.js";
import type { Entry } from "./bench-of-devices.js";
import { proMisbehaviours, reportErrors, variableGrid } from "./http-meters.js";
import { newEar, startBroker, startMqttBench } from "./mqtt-bench.js";
import { type Address, type Driven, mqttStand, type Stand } from "./stand.js";

/** ms between two words: longer than a burst of them. */
const pace = 250;

/** Each connection has a pool of its own, which ends with it. */
function alone(clock: TestClock, { deadline }: Address, connect: (context: DriverContext) => Driven): Driven {
  const { pool: mqtt, hears, knows } = newEar(deadline);
  const driven = connect(driverContext({ name: "Device", clock, mqtt }));
  return {
    read: () => driven.read(),
    ...(driven.writes ? { writes: driven.writes } : {}),
    hears,
    knows,
    async close() {
      await driven.close();
      await mqtt.close();
    },
  };
}

const urlOf = ({ host, port }: Address): string => `mqtt://${host}:${port}`;

export function goEOverMqtt(apiVersion: 1 | 2): Entry {
  const serial = "012345";
  const start = async (serialOfTwin = serial): Promise<Stand> => {
    const clock = new TestClock();
    const broker = await startBroker();
    const evse = new Evse({ current: 16, answerTime: 0, totalEnergy: 5_000_000 });
    evse.plug(new Car());
    evse.advance(60);
    const twin = await startVirtualGoE({ evse, apiVersion, serial: serialOfTwin });
    let heard = 0;
    twin.onWrite(() => (heard += 1));
    const face = await startGoEMqtt(twin, { url: broker.url, apiVersion });
    const tells = /^go-eCharger\/\d+\/[a-z]+$/;
    const bench = await startMqttBench(broker, {
      setSilent: (silent) => void (face.silent = silent),
      tells,
      greets: tells,
    });
    const kept = Object.keys(statusV2(twin.box)).map((key) => `${face.topic}/${key}`);
    let step = 100_000;
    return mqttStand(
      {
        port: broker.port,
        connect: (address) =>
          alone(clock, address, (context) =>
            connectGoE(
              { route: { by: "broker", topic: face.topic, url: urlOf(address), login: {} }, apiVersion, serial },
              context,
            ),
          ),
        vary() {
          evse.totalEnergy += step;
          step = -step;
        },
        ...(apiVersion === 2 ? { kept } : {}),
        speech: {
          clock,
          pace,
          async say() {
            // Its uptime is what it tells when nothing else is new.
            evse.uptime += 1;
            await face.publish();
          },
        },
        write: (writes) => writes.maxAmpere(10),
        heardWrites: () => heard,
        isWrite: (text) => /\/(set|cmd\/req)/.test(text),
        ignoreWrites: () => (twin.fault = "ignore-writes"),
        misbehave(misbehaviour) {
          face.writable = misbehaviour !== "read-only";
          if (misbehaviour === null) twin.fault = null;
        },
        async close() {
          await face.close();
          await twin.close();
          await bench.close();
        },
      },
      bench,
    );
  };
  return {
    name: `go-e (mqtt, API ${apiVersion})`,
    driver: "go-e",
    transport: "mqtt",
    ...(apiVersion === 2 ? { misbehaviours: ["read-only"] } : {}),
    impostor: () => start("999999"),
    start: () => start(),
  };
}

export const shelly3emMqtt: Entry = {
  name: "shelly-3em (mqtt)",
  driver: "shelly-3em",
  transport: "mqtt",
  async start() {
    const clock = new TestClock();
    const broker = await startBroker();
    const { grid, vary } = variableGrid();
    const twin = await startVirtualShelly3em({ grid, mqtt: { url: broker.url } });
    const topic = `shellies/${twin.name}`;
    const bench = await startMqttBench(broker, {
      setSilent: (silent) => void (twin.silent = silent),
      tells: /\/emeter\//,
      greets: /\/online$/,
    });
    return mqttStand(
      {
        port: broker.port,
        connect: (address) =>
          alone(clock, address, (context) =>
            shelly3em.connect(
              { ...shelly3em.options.parse({ topic, url: urlOf(address) }), measures: ["grid"] },
              context,
            ),
          ),
        vary,
        speech: { clock, pace, say: () => twin.publish() },
        async close() {
          await twin.close();
          await bench.close();
        },
      },
      bench,
    );
  },
};

export const shellyPro3emMqtt: Entry = {
  name: "shelly-pro-3em (mqtt)",
  driver: "shelly-pro-3em",
  transport: "mqtt",
  misbehaviours: proMisbehaviours,
  async start() {
    const clock = new TestClock();
    const broker = await startBroker();
    const { grid, vary } = variableGrid();
    const twin = await startVirtualShellyPro3em({ grid, mqtt: { url: broker.url } });
    const topic = twin.name;
    const bench = await startMqttBench(broker, {
      setSilent: (silent) => void (twin.fault = silent ? "silent" : null),
      tells: /\/events\/rpc$/,
      greets: /\/online$/,
    });
    return mqttStand(
      {
        port: broker.port,
        connect: (address) =>
          alone(clock, address, (context) =>
            shellyPro3em.connect(
              {
                ...shellyPro3em.options.parse({ transport: "mqtt", topic, url: urlOf(address) }),
                measures: ["grid"],
              },
              context,
            ),
          ),
        vary,
        misbehave: reportErrors(twin),
        speech: { clock, pace, say: () => twin.publishAll() },
        async close() {
          await twin.close();
          await bench.close();
        },
      },
      bench,
    );
  },
};

export const mqttMeterEntry: Entry = {
  name: "mqtt",
  driver: "mqtt",
  transport: "mqtt",
  async start() {
    const clock = new TestClock();
    const broker = await startBroker();
    const { grid, vary } = variableGrid();
    let silent = false;
    const bench = await startMqttBench(broker, {
      setSilent: (now) => void (silent = now),
      tells: /^house\//,
    });
    const values = { power: { topic: "house/power" }, voltageL1: { topic: "house/json", path: "voltage" } };
    const say = async (): Promise<void> => {
      if (silent) return;
      const { powers, voltages } = grid();
      await bench.say([
        { topic: "house/power", payload: String(powers.reduce((sum, power) => sum + power, 0)) },
        { topic: "house/json", payload: JSON.stringify({ voltage: voltages[0] }) },
      ]);
    };
    return mqttStand(
      {
        port: broker.port,
        connect(address) {
          const url = urlOf(address);
          const options = mqttMeter.options.parse({ url, values });
          return alone(
            clock,
            address,
            (context) => new MqttMeter({ url, login: {}, values: options.values, measures: ["grid"] }, context),
          );
        },
        vary,
        speech: { clock, pace, say },
        close: () => bench.close(),
      },
      bench,
    );
  },
};
