import { EventEmitter, once } from "node:events";
import { connectAsync } from "mqtt";
import { mqttMeter } from "../../../src/drivers/meters/mqtt/index.js";
import { startBroker } from "../../../src/simulator/broker.js";
import { systemClock } from "../../../src/site/clock.js";
import { createMqttPool } from "../../../src/transport/mqtt.js";
import { driverContext } from "../../support/driver-context.js";

const cleanUp: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const end of cleanUp.splice(0).reverse()) await end();
});

test("over a real broker: what it had kept does not count, and a message with several values is one reading", async () => {
  const broker = await startBroker({});
  cleanUp.push(() => broker.close());
  const device = await connectAsync(broker.url);
  cleanUp.push(() => device.endAsync(true));
  await device.publishAsync("tele/meter/SENSOR", '{"E":{"P":9999,"U":[1,2,3]}}', { retain: true, qos: 1 });

  const mqtt = createMqttPool();
  const topic = "tele/meter/SENSOR";
  const options = mqttMeter.options.parse({
    url: broker.url,
    values: { power: { topic, path: "E.P" }, voltageL2: { topic, path: "E.U[1]" } },
  });
  const context = driverContext({ name: "Grid", clock: systemClock(), mqtt });
  const meter = mqttMeter.connect({ ...options, measures: ["grid"] }, context);
  cleanUp.push(
    () => mqtt.close(),
    () => meter.close(),
  );
  const news = new EventEmitter();
  meter.watch?.((reading) => news.emit("reading", reading));
  const connection = mqtt.connect(broker.url);
  connection.subscribe(topic, () => undefined);
  await connection.ready("Grid", 5_000);
  const heard = once(news, "reading");
  const read = meter.read();
  await device.publishAsync(topic, '{"E":{"P":100,"U":[230,231,232]}}', { qos: 1 });
  const expected = { grid: expect.objectContaining({ power: 100, voltages: [null, 231, null] }) };
  expect(await read).toEqual(expected);
  expect(await heard).toEqual([expected]);
});
