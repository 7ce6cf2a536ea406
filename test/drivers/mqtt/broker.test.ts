import { connectAsync } from "mqtt";
import { mqttMeter } from "../../../src/drivers/meters/mqtt/index.js";
import { startBroker } from "../../../src/simulator/servers/broker.js";
import { runAfterTest, connectMeter, closeAfterTest, recordReadings, brokerContext } from "../../support/test-bench.js";

test("over a real broker: what it had kept does not count, and a message with several values is one reading", async () => {
  const broker = closeAfterTest(await startBroker({}));
  const device = await connectAsync(broker.url);
  runAfterTest(() => device.endAsync(true));
  await device.publishAsync("tele/meter/SENSOR", '{"E":{"P":9999,"U":[1,2,3]}}', { retain: true, qos: 1 });

  const topic = "tele/meter/SENSOR";
  const written = { url: broker.url, values: { power: { topic, path: "E.P" }, voltageL2: { topic, path: "E.U[1]" } } };
  const context = brokerContext();
  const meter = connectMeter(mqttMeter, written, context);
  const { next } = recordReadings(meter);
  const connection = context.mqtt.connect(broker.url);
  connection.subscribe(topic, () => undefined);
  await connection.ready("Grid", 5_000);
  const heard = next();
  const read = meter.read();
  await device.publishAsync(topic, '{"E":{"P":100,"U":[230,231,232]}}', { qos: 1 });
  const expected = { grid: expect.objectContaining({ power: 100, voltages: [null, 231, null] }) };
  expect(await read).toEqual(expected);
  expect(await heard).toEqual(expected);
});
