import { goE } from "../../../src/drivers/chargers/go-e/index.js";
import { failureOf } from "../../support/failure.js";
import { jsonAt, sendJson } from "../../support/raw-http.js";
import { connectCharger, serveHttp } from "../../support/test-bench.js";
import { TestClock } from "../../support/test-clock.js";

const status = { car: "1", amx: "10", sse: "012345" };

async function box(serial: string, first: object = status) {
  let answers = first;
  const server = await serveHttp((_request, response) => sendJson(response, answers));
  const clock = new TestClock();
  const charger = connectCharger(goE, { host: "127.0.0.1", port: server.port, apiVersion: 1, serial }, { clock });
  return { charger, server, clock, become: (other: object) => (answers = other) };
}

test("the charger that is meant is read and written to", async () => {
  const { charger, server } = await box("012345");
  await charger.read();
  await charger.writes.maxAmpere(10);
  expect(server.urls).toEqual(["/status", "/mqtt?payload=amx=10"]);
});

test.each<[why: string, answer: object, message: string]>([
  ["another", { ...status, sse: "054321" }, "its serial number is 054321, and 012345 is wanted"],
  ["one that does not say who it is", { car: "1", amx: "10" }, "it does not report its serial number"],
  ["one that says something odd", { ...status, sse: { a: 1 } }, "it does not report its serial number"],
])("a charger that is %s is neither read nor written to", async (_why, answer, message) => {
  const { charger, server } = await box("012345", answer);
  expect((await failureOf(charger.read())).message).toContain(message);
  expect((await failureOf(charger.writes.maxAmpere(10))).code).toBe("wrong-device");
  expect((await failureOf(charger.writes.allowCharging(false))).code).toBe("wrong-device");
  expect(server.urls).toEqual(["/status", "/status", "/status"]);
});

test("a write before the first read asks who it is", async () => {
  const { charger, server } = await box("012345");
  await charger.writes.maxAmpere(10);
  expect(server.urls).toEqual(["/status", "/mqtt?payload=amx=10"]);
});

test("a charger that was not heard of for half a minute is asked again who it is", async () => {
  const { charger, server, clock, become } = await box("012345");
  await charger.read();
  become({ ...status, sse: "054321" });
  await clock.advance(30_000);
  expect((await failureOf(charger.writes.maxAmpere(10))).code).toBe("wrong-device");
  expect(server.urls).toEqual(["/status", "/status"]);
});

test("once another has answered, nothing is written until the right one is back", async () => {
  const { charger, server, become } = await box("012345");
  await charger.read();
  become({ ...status, sse: "054321" });
  await failureOf(charger.read());
  expect((await failureOf(charger.writes.maxAmpere(10))).code).toBe("wrong-device");
  become(status);
  await charger.writes.maxAmpere(10);
  expect(server.urls.filter((url) => url.startsWith("/mqtt"))).toHaveLength(1);
});

test("leading zeros may be missing on the wire", async () => {
  const { charger } = await box("012345", { ...status, sse: 12345 });
  expect((await charger.read()).state).toBe("disconnected");
});

test("without a serial number any charger will do", async () => {
  const server = await serveHttp(jsonAt({ "/status": { car: "1" } }));
  const charger = connectCharger(goE, { host: "127.0.0.1", port: server.port, apiVersion: 1 });
  expect((await charger.read()).state).toBe("disconnected");
});

test.each<[why: string, options: object, paths: string[]]>([
  ["http with its host", { host: "wallbox" }, []],
  ["http without", {}, ["host"]],
  ["mqtt with the serial number", { transport: "mqtt", serial: "012345" }, []],
  ["mqtt with the topic", { transport: "mqtt", topic: "/go-eCharger/012345" }, []],
  ["mqtt with neither", { transport: "mqtt", host: "wallbox" }, ["serial"]],
  ["cloud with all it needs", { cloud: true, serial: "012345", token: "t" }, []],
  ["cloud with nothing", { cloud: true }, ["serial", "token"]],
  ["cloud over mqtt", { cloud: true, transport: "mqtt", serial: "012345", token: "t" }, ["transport"]],
])("options: %s", (_why, options, paths) => {
  const problems = goE.options.safeParse(options).error?.issues ?? [];
  expect(problems.map(({ path }) => path.join("."))).toEqual(paths);
});

test.each<[key: string, value: unknown]>([
  ["serial", 12345],
  ["serial", "12345"],
  ["serial", "01234a"],
  ["topic", "go-eCharger/+"],
  ["topic", "go-eCharger/012345/"],
  ["cloudUrl", "http://cloud.example"],
  ["cloudUrl", "ftp://127.0.0.1"],
  ["cloudUrl", "https://user:secret@cloud.example"],
  ["transport", "ws"],
])("%s %j is refused", (key, value) => {
  expect(goE.options.safeParse({ host: "wallbox", [key]: value }).success).toBe(false);
});
