import { connectAsync } from "mqtt";
import { startBroker } from "../../src/simulator/servers/broker.js";
import { observe } from "../support/mqtt-observer.js";
import { afterwards, ending, mqttPool } from "../support/stage.js";

test("what a client has published is kept once its subscription is answered", async () => {
  const broker = ending(await startBroker());
  const device = await connectAsync(broker.url);
  afterwards(() => device.endAsync(true));
  const topics = Array.from({ length: 500 }, (_, number) => `device/${number}`);
  for (const topic of topics) device.publish(topic, "1", { retain: true });
  await device.subscribeAsync("device/set");
  const seen = observe(mqttPool().connect(broker.url), "device/+");
  await seen.count(topics.length);
  const kept = seen.messages.filter(({ retained }) => retained).map(({ topic }) => topic);
  expect(new Set(kept)).toEqual(new Set(topics));
});
