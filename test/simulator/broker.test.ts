import { connectAsync } from "mqtt";
import { startBroker } from "../../src/simulator/servers/broker.js";
import { collectMessages } from "../support/mqtt-observer.js";
import { runAfterTest, closeAfterTest, testMqttPool } from "../support/test-bench.js";

test("what a client has published is kept once its subscription is answered", async () => {
  const broker = closeAfterTest(await startBroker());
  const device = await connectAsync(broker.url);
  runAfterTest(() => device.endAsync(true));
  const topics = Array.from({ length: 500 }, (_, number) => `device/${number}`);
  for (const topic of topics) device.publish(topic, "1", { retain: true });
  await device.subscribeAsync("device/set");
  const seen = collectMessages(testMqttPool().connect(broker.url), "device/+");
  await seen.count(topics.length);
  const kept = seen.messages.filter(({ retained }) => retained).map(({ topic }) => topic);
  expect(new Set(kept)).toEqual(new Set(topics));
});
