import { EaseeHub } from "../../../src/simulator/devices/easee/hub.js";
import { send, WebServer } from "../../../src/simulator/servers/web-server.js";
import type { BackoffOptions } from "../../../src/transport/backoff.js";
import { HubLink } from "../../../src/transport/signalr.js";
import { runAfterTest, closeAfterTest, serveHttp } from "../../support/test-bench.js";
import { TestClock } from "../../support/test-clock.js";
import { until } from "./support.js";

const retry: BackoffOptions = { first: 1_000, longest: 8_000, jitter: 0 };

/** A hub, and what came to it: path and token of each request. */
async function startHub(negotiation: (port: number) => object | null = () => null) {
  const seen: string[] = [];
  const hub = new EaseeHub(() => undefined);
  const web = closeAfterTest(
    new WebServer((request, response) => {
      seen.push(`${request.url?.split("?")[0]} ${request.headers.authorization}`);
      send(response, 200, negotiation(web.port) ?? hub.negotiation());
    }),
  );
  runAfterTest(() => hub.close());
  web.onUpgrade((request, socket, head) => {
    seen.push(`upgrade ${request.headers.authorization}`);
    hub.accept(request, socket, head);
  });
  await web.listen();
  return { hub, seen, url: `${web.url}/hub`, port: web.port };
}

function link(url: string) {
  const clock = new TestClock();
  const lost: (number | null)[] = [];
  const heard: unknown[] = [];
  const one = new HubLink({
    url,
    clock,
    retry,
    token: async () => "our-token",
    handlers: { ProductUpdate: (argument) => heard.push(argument) },
    onConnected: () => void one.send("SubscribeWithCurrentState", "EH123456", true),
    onLost: (status) => lost.push(status),
  });
  closeAfterTest(one);
  return { one, clock, lost, heard };
}

test("a hub is negotiated with, shaken hands with, and calls us", async () => {
  const { hub, seen, url } = await startHub();
  const { one, heard } = link(url);
  one.start();
  await until(() => hub.invocations.length === 1);
  hub.call("EH123456", "ProductUpdate", '{"id":109}');
  hub.call("EH123456", "SomethingNew", '{"id":1}');
  await until(() => heard.length === 1);
  expect(seen).toEqual(["/hub/negotiate Bearer our-token", "upgrade Bearer our-token"]);
  expect(heard).toEqual([{ id: 109 }]);
});

test("a hub that hands over to another one is followed with the token that it gives", async () => {
  const other = await startHub();
  const { url } = await startHub(() => ({ url: other.url, accessToken: "their-token" }));
  const { one } = link(url);
  one.start();
  await until(() => one.connected);
  expect(other.seen).toEqual(["/hub/negotiate Bearer their-token", "upgrade Bearer their-token"]);
});

test.each<[why: string, redirect: (url: string) => object]>([
  ["without a token of its own", (url) => ({ url })],
  ["with ours", (url) => ({ url, accessToken: "our-token" })],
])("a hub that sends us elsewhere %s does not get our token there", async (_why, redirect) => {
  const other = await startHub();
  const { url } = await startHub(() => redirect(other.url));
  const { one, lost } = link(url);
  one.start();
  await until(() => lost.length === 1);
  expect(other.seen).toEqual([]);
  expect(one.connected).toBe(false);
});

test("a message without end costs the connection, and no more", async () => {
  const { hub, url } = await startHub();
  const { one, lost, clock } = link(url);
  one.start();
  await until(() => hub.invocations.length === 1);
  hub.call("EH123456", "ProductUpdate", JSON.stringify("x".repeat(300_000)));
  await until(() => lost.length === 1);
  await clock.advance(1_000);
  await until(() => hub.invocations.length === 2);
});

test("a reader's mistake does not cost the connection", async () => {
  const { hub, url } = await startHub();
  const clock = new TestClock();
  let calls = 0;
  const one = new HubLink({
    url,
    clock,
    token: async () => "our-token",
    handlers: {
      ProductUpdate: () => {
        calls += 1;
        throw new Error("a mistake");
      },
    },
    onConnected: () => void one.send("SubscribeWithCurrentState", "EH123456", true),
    onLost: () => undefined,
  });
  closeAfterTest(one);
  one.start();
  await until(() => hub.invocations.length === 1);
  hub.call("EH123456", "ProductUpdate", "{}");
  hub.call("EH123456", "ProductUpdate", "{}");
  await until(() => calls === 2);
  expect(one.connected).toBe(true);
});

test("waits grow while it does not connect", async () => {
  const { clock, one, lost } = link("http://127.0.0.1:1/hub");
  one.start();
  for (const [tries, wait] of [1_000, 2_000, 4_000, 8_000, 8_000].entries()) {
    await until(() => lost.length === tries + 1);
    await clock.advance(wait - 1);
    expect(lost.length).toBe(tries + 1);
    await clock.advance(1);
  }
  await until(() => lost.length === 6);
});

test("closing ends an attempt that hangs", async () => {
  const server = await serveHttp(() => undefined);
  const { one, clock } = link(`http://127.0.0.1:${server.port}/hub`);
  const asked = server.next();
  one.start();
  await asked;
  await one.close();
  expect(clock.pending).toBe(0);
});
