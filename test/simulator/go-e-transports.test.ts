import { startBroker } from "../../src/simulator/servers/broker.js";
import { Evse } from "../../src/simulator/house/evse.js";
import { startVirtualGoECloud } from "../../src/simulator/devices/go-e/cloud.js";
import { startGoEMqtt } from "../../src/simulator/devices/go-e/mqtt.js";
import { startVirtualGoE } from "../../src/simulator/devices/go-e/server.js";
import { statusV2 } from "../../src/simulator/devices/go-e/v2.js";
import { collectMessages } from "../support/mqtt-observer.js";
import { closeAfterTest, testMqttPool } from "../support/test-bench.js";

async function device(apiVersion: 1 | 2) {
  const evse = new Evse();
  const goE = closeAfterTest(await startVirtualGoE({ evse, apiVersion }));
  return { evse, goE };
}

async function onBroker(apiVersion: 1 | 2) {
  const { evse, goE } = await device(apiVersion);
  const broker = await startBroker();
  const face = await startGoEMqtt(goE, { url: broker.url, apiVersion });
  const pool = testMqttPool();
  closeAfterTest(broker);
  closeAfterTest(face);
  closeAfterTest(pool);
  return { evse, goE, face, connection: pool.connect(broker.url) };
}

test("version 2 keeps a topic for each key at the broker, and then tells what changes", async () => {
  const { connection, evse, face, goE } = await onBroker(2);
  const seen = collectMessages(connection, "go-eCharger/012345/+");
  await connection.ready("test", 5_000);
  await seen.count(Object.keys(statusV2(goE.box)).length);
  const kept = new Map(seen.messages.map(({ topic, payload }) => [topic.split("/").at(-1), payload]));
  expect(kept.get("sse")).toBe('"012345"');
  expect(kept.get("amp")).toBe("16");
  expect(seen.messages.every(({ retained }) => retained)).toBe(true);
  const before = seen.messages.length;
  evse.advance(1);
  await face.publish();
  await seen.count(before + 1);
  const [tick] = seen.messages.slice(before);
  expect(tick).toEqual({ topic: "go-eCharger/012345/rbt", payload: "1000", retained: false });
});

test("version 2 answers a write on a topic of its own, and what it can't read it says", async () => {
  const { connection } = await onBroker(2);
  const seen = collectMessages(connection, "go-eCharger/012345/+/result");
  await connection.ready("test", 5_000);
  connection.publish("go-eCharger/012345/amp/set", "10");
  await seen.count(1);
  connection.publish("go-eCharger/012345/amp/set", "ten");
  await seen.count(2);
  expect(seen.messages.map(({ payload }) => payload)).toEqual(["success", "value is no valid JSON ten"]);
});

test("version 1 tells its whole status, keeps nothing at the broker, and obeys in silence", async () => {
  const { connection, face, evse } = await onBroker(1);
  const seen = collectMessages(connection, "go-eCharger/012345/status");
  const commands = collectMessages(connection, "go-eCharger/012345/cmd/req");
  await connection.ready("test", 5_000);
  connection.publish("go-eCharger/012345/cmd/req", "amx=10");
  await commands.count(1);
  while (evse.current !== 10) await new Promise((resolve) => setImmediate(resolve));
  await face.publish();
  await seen.count(1);
  expect(seen.messages[0]?.retained).toBe(false);
  expect(JSON.parse(seen.messages[0]?.payload ?? "")).toMatchObject({ amx: "10", sse: "012345" });
});

test("the cloud of version 2 wants its token, and says who is offline", async () => {
  const { goE, evse } = await device(2);
  const cloud = closeAfterTest(await startVirtualGoECloud(goE, { token: "t" }));
  const ask = async (path: string, bearer = "t") => {
    const response = await fetch(`${cloud.url}${path}`, { headers: { Authorization: `Bearer ${bearer}` } });
    return [response.status, await response.json()];
  };
  expect(await ask("/api/status?filter=amp,nothing")).toEqual([200, { amp: 16 }]);
  expect((await ask("/api/status", "wrong"))[0]).toBe(401);
  expect(await ask("/api/set?amp=10")).toEqual([202, { amp: true }]);
  expect(evse.current).toBe(10);
  expect(await ask("/api/set?amp=99")).toEqual([422, { amp: "value must be between 6 and 32" }]);
  cloud.age = 31_000;
  expect((await ask("/api/status"))[0]).toBe(404);
  cloud.offline = true;
  expect((await ask("/api/status"))[0]).toBe(403);
});

test("the cloud of version 1 tells how old its status is, and refuses in words", async () => {
  const { goE, evse } = await device(1);
  const cloud = closeAfterTest(await startVirtualGoECloud(goE, { token: "t" }));
  const ask = async (path: string) => (await fetch(`${cloud.url}${path}`)).json();
  expect(await ask("/api_status?token=t")).toMatchObject({ success: true, age: 1_200, data: { amp: "16" } });
  expect(await ask("/api_status")).toEqual({ success: false, error: "no token" });
  expect(await ask("/api_status?token=x")).toEqual({ success: false, error: "wrong token" });
  expect(await ask("/api?token=t")).toEqual({ success: false, error: "no payload" });
  cloud.writesTake = 1;
  expect(await ask("/api?token=t&payload=amx=10")).toEqual({ success: true, payload: "amx=10" });
  expect(evse.current).toBe(16);
  await ask("/api_status?token=t");
  expect(evse.current).toBe(10);
});
