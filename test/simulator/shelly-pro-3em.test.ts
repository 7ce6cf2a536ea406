import { once } from "node:events";
import { WebSocket } from "ws";
import { startBroker } from "../../src/simulator/servers/broker.js";
import {
  startVirtualShellyPro3em,
  type VirtualShellyPro3emOptions,
} from "../../src/simulator/devices/shelly-gen2/device.js";
import { collectMessages } from "../support/mqtt-observer.js";
import { closeAfterTest, testMqttPool } from "../support/test-bench.js";

async function start(more: Partial<VirtualShellyPro3emOptions> = {}) {
  let values: ReturnType<VirtualShellyPro3emOptions["grid"]> = {
    powers: [1_150, -2_300, 0],
    currents: [5, -10, 0],
    voltages: [230, 230, 231],
    importEnergies: [1_000, 2_000, 3_000],
    exportEnergies: [0, 500, 0],
  };
  const device = closeAfterTest(await startVirtualShellyPro3em({ grid: () => values, ...more }));
  return { device, become: (changes: object) => (values = { ...values, ...changes }) };
}

async function get(port: number, path: string): Promise<[status: number, body: unknown]> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`);
  const text = await response.text();
  return [response.status, text === "" ? null : JSON.parse(text)];
}

test("three phases in one component: power has a sign, current has none, the neutral is null", async () => {
  const { device } = await start();
  const [, body] = await get(device.port, "/rpc/EM.GetStatus?id=0");
  expect(body).toMatchObject({ id: 0, b_act_power: -2300, b_current: 10, n_current: null, total_act_power: -1150 });
  const [, data] = await get(device.port, "/rpc/EMData.GetStatus?id=0");
  expect(data).toMatchObject({ b_total_act_energy: 2000, b_total_act_ret_energy: 500, total_act: 6000 });
});

test("three components of one phase: the other profile's method is not there", async () => {
  const { device } = await start({ profile: "monophase" });
  expect(await get(device.port, "/rpc/EM.GetStatus?id=0")).toEqual([
    404,
    { code: 404, message: "No handler for EM.GetStatus" },
  ]);
  expect(await get(device.port, "/rpc/EM1.GetStatus?id=1")).toMatchObject([200, { id: 1, act_power: -2300 }]);
  expect(await get(device.port, "/rpc/EM1.GetStatus?id=7")).toMatchObject([500, { code: -105 }]);
  expect(await get(device.port, "/rpc/EM1.GetStatus")).toMatchObject([500, { code: -103 }]);
});

test("with a password everything is closed but who it is", async () => {
  const { device } = await start({ password: "secret" });
  expect(await get(device.port, "/shelly")).toMatchObject([200, { model: "SPEM-003CEBEU", gen: 2, auth_en: true }]);
  expect((await get(device.port, "/rpc/EM.GetStatus?id=0"))[0]).toBe(401);
  const { headers } = await fetch(`http://127.0.0.1:${device.port}/rpc/EM.GetStatus?id=0`);
  expect(headers.get("www-authenticate")).toMatch(/^Digest qop="auth", realm="shellypro3em-.*algorithm=SHA-256$/);
});

async function socketTo(port: number) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/rpc`);
  const frames: Record<string, unknown>[] = [];
  const waiting: ((frame: Record<string, unknown>) => void)[] = [];
  socket.on("message", (data) => {
    const frame = JSON.parse(String(data));
    frames.push(frame);
    waiting.shift()?.(frame);
  });
  await once(socket, "open");
  const next = () => new Promise<Record<string, unknown>>((resolve) => waiting.push(resolve));
  return { frames, next, send: (frame: object) => socket.send(JSON.stringify(frame)) };
}

test("a socket hears notices once it has said who it is, and only of what has changed enough", async () => {
  const { device, become } = await start();
  const { frames, next, send } = await socketTo(device.port);
  await device.publish();
  const answered = next();
  send({ id: 1, src: "me", method: "EM.GetStatus", params: { id: 0 } });
  expect(await answered).toMatchObject({ id: 1, dst: "me", result: { a_act_power: 1150 } });
  expect(frames).toHaveLength(1);
  become({ powers: [1_159, -2_300, 0], currents: [5.04, -10, 0] });
  await device.publish();
  const told = next();
  become({ powers: [1_250, -2_300, 0], currents: [5.04, -10, 0] });
  await device.publish();
  expect(await told).toMatchObject({ method: "NotifyStatus", dst: "me" });
  expect(frames[1]?.["params"]).toEqual({
    ts: expect.any(Number),
    "em:0": { id: 0, a_act_power: 1250, total_act_power: -1050 },
  });
});

test("a socket without its login is told what to sign", async () => {
  const { device } = await start({ password: "secret" });
  const { next, send } = await socketTo(device.port);
  const answered = next();
  send({ id: 1, src: "me", method: "EM.GetStatus", params: { id: 0 } });
  const { error } = await answered;
  expect(error).toMatchObject({ code: 401, message: expect.stringContaining('"algorithm":"SHA-256"') });
});

test("over MQTT it says that it is there, answers on the asker's topic, and its will says that it is gone", async () => {
  const broker = closeAfterTest(await startBroker());
  const { device } = await start({ mqtt: { url: broker.url } });
  const pool = testMqttPool();
  const connection = pool.connect(broker.url);
  const online = collectMessages(connection, `${device.name}/online`);
  const answers = collectMessages(connection, "me/rpc");
  await connection.ready("test", 5_000);
  connection.publish(
    `${device.name}/rpc`,
    JSON.stringify({ id: 5, src: "me", method: "EM.GetStatus", params: { id: 0 } }),
  );
  await answers.count(1);
  expect(JSON.parse(answers.messages[0]?.payload ?? "")).toMatchObject({ id: 5, dst: "me", result: { a_current: 5 } });
  await device.cutPower();
  await online.count(2);
  expect(online.messages.map(({ payload }) => payload)).toEqual(["true", "false"]);
});
