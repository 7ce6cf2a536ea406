import { once } from "node:events";
import type { RequestListener, ServerResponse } from "node:http";
import { createServer } from "node:net";
import { gzipSync } from "node:zlib";
import { HttpDevice, type HttpDeviceOptions } from "../../src/transport/http.js";
import { failureOf } from "../support/failure.js";
import { type RawHttp, sendJson, sendText, startRawHttp } from "../support/raw-http.js";
import { advanceUntilSettled } from "../support/deadlines.js";
import { closeAfterTest } from "../support/test-bench.js";
import { TestClock } from "../support/test-clock.js";

const clock = new TestClock();
const garage = { device: "Garage", advice: "Look at the box", clock };

async function deviceThat(
  answer: RequestListener,
  options: Partial<HttpDeviceOptions> = {},
): Promise<{ device: HttpDevice; server: RawHttp }> {
  const server = await startRawHttp(answer);
  const device = new HttpDevice({ ...garage, url: `http://127.0.0.1:${server.port}`, ...options });
  closeAfterTest(server);
  closeAfterTest(device);
  return { device, server };
}

test("a response is parsed as JSON, and the query is encoded as small devices expect it", async () => {
  const { device, server } = await deviceThat((_request, response) => sendJson(response, { amp: "16" }));
  expect(await device.getJson("/mqtt", { payload: "amx=10", filter: 'a,["b"]', odd: "1&2#%+" })).toEqual({ amp: "16" });
  expect(server.urls).toEqual(["/mqtt?payload=amx=10&filter=a,[%22b%22]&odd=1%262%23%25%2B"]);
});

test("compressed responses are decoded", async () => {
  const { device } = await deviceThat((_request, response) =>
    response.writeHead(200, { "Content-Encoding": "gzip" }).end(gzipSync('{"a":1}')),
  );
  expect(await device.getJson("/")).toEqual({ a: 1 });
});

test("a key named __proto__ changes no prototype", async () => {
  const { device } = await deviceThat((_request, response) => sendText(response, '{"__proto__":{"polluted":1}}'));
  await device.getJson("/");
  expect({}).not.toHaveProperty("polluted");
});

test("one request is open at a time, however many are made", async () => {
  const { device, server } = await deviceThat((_request, response) => setImmediate(() => sendJson(response, 1)));
  await Promise.all(Array.from({ length: 8 }, () => device.getJson("/status")));
  expect(server.urls).toHaveLength(8);
  expect(server.peak).toBe(1);
});

test("a failed request does not block the next one", async () => {
  let failing = true;
  const { device } = await deviceThat((_request, response) => {
    if (failing) sendText(response, "", 500);
    else sendJson(response, "fine");
    failing = false;
  });
  const first = failureOf(device.getJson("/"));
  const second = device.getJson("/");
  expect((await first).code).toBe("unreachable");
  expect(await second).toBe("fine");
});

test.each([
  [401, "login-refused", "username and password"],
  [403, "login-refused", "its API is switched on"],
  [404, "protocol", "HTTP 404"],
  [418, "protocol", "HTTP 418"],
  [204, "protocol", "HTTP 204"],
  [500, "unreachable", "HTTP 500"],
  [503, "unreachable", "HTTP 503"],
])("HTTP %i is %s, and its message says %j", async (status, code, said) => {
  const { device } = await deviceThat((_request, response) => sendText(response, "no", status));
  const failure = await failureOf(device.getJson("/status"));
  expect(failure.code).toBe(code);
  expect(failure.message).toContain(said);
});

test.each([301, 302, 307, 308])("a redirect (HTTP %i) is not followed, not even to itself", async (status) => {
  const { device, server } = await deviceThat((_request, response) =>
    response.writeHead(status, { Location: "/elsewhere" }).end(),
  );
  const failure = await failureOf(device.getJson("/status"));
  expect(failure.code).toBe("protocol");
  expect(failure.message).toContain("redirect");
  expect(server.urls).toEqual(["/status"]);
});

test.each([
  ["a web page", "<html><body>Log in</body></html>"],
  ["nothing", ""],
  ["JSON that breaks off", '{"car":'],
  ["a number that JSON does not have", '{"car":NaN}'],
  ["a hundred thousand brackets", "[".repeat(60_000)],
])("%s is no JSON", async (_what, body) => {
  const { device } = await deviceThat((_request, response) => sendText(response, body));
  const failure = await failureOf(device.getJson("/status"));
  expect(failure.code).toBe("protocol");
  expect(failure.message).toContain("is not JSON");
});

const chunk = Buffer.alloc(16_384, " ");

test.each<[string, RequestListener]>([
  [
    "an endless body",
    (_request, response) => {
      const pour = (): void => {
        while (!response.destroyed && response.write(chunk));
      };
      response.on("drain", pour).writeHead(200);
      pour();
    },
  ],
  [
    "a body that unpacks to 10 MiB",
    (_request, response) =>
      response.writeHead(200, { "Content-Encoding": "gzip" }).end(gzipSync(Buffer.alloc(10 * 1024 * 1024))),
  ],
])("%s is cut off", async (_what, answer) => {
  const { device } = await deviceThat(answer);
  const failure = await failureOf(device.getJson("/status"));
  expect(failure.code).toBe("protocol");
  expect(failure.message).toContain("longer than 64 KiB");
});

test("a response of 64 KiB is accepted", async () => {
  const text = "x".repeat(64 * 1024 - 2);
  const { device } = await deviceThat((_request, response) => sendJson(response, text));
  expect(await device.getJson("/status")).toBe(text);
});

test("a truncated body is an error", async () => {
  const { device } = await deviceThat((request, response) => {
    response.writeHead(200, { "Content-Length": "1000" }).write('{"car":"1"}', () => request.socket.destroy());
  });
  expect((await failureOf(device.sendJson("/status"))).code).toBe("unreachable");
});

test.each<[string, RequestListener]>([
  ["silence", () => undefined],
  ["a head and then silence", (_request, response) => response.writeHead(200).flushHeaders()],
  [
    "one byte now and then",
    (_request, response) => {
      response.writeHead(200);
      const drip = setInterval(() => response.write(" "), 5);
      response.once("close", () => clearInterval(drip));
    },
  ],
])("%s ends with the deadline", async (_what, answer) => {
  const { device } = await deviceThat(answer, { deadline: 60 });
  const failure = await failureOf(advanceUntilSettled(clock, device.getJson("/status")));
  expect(failure.code).toBe("unreachable");
  expect(failure.message).toContain("within 0.06 s");
});

test("a late response is never taken for the next one", async () => {
  const late: ServerResponse[] = [];
  let count = 0;
  const { device } = await deviceThat(
    (_request, response) => {
      count += 1;
      if (count === 1) return void late.push(response);
      for (const first of late.splice(0)) sendJson(first, "first");
      sendJson(response, "second");
    },
    { deadline: 100 },
  );
  await failureOf(advanceUntilSettled(clock, device.getJson("/")));
  expect(await device.getJson("/")).toBe("second");
});

test("an error for a closed port names the host", async () => {
  const { device, server } = await deviceThat(() => undefined);
  await server.close();
  const failure = await failureOf(device.getJson("/status"));
  expect(failure.code).toBe("unreachable");
  expect(failure.message).toMatch(/no connection to 127\.0\.0\.1:\d+: ECONNREFUSED/);
});

test("another protocol at the port is a protocol error", async () => {
  const ssh = createServer((socket) => socket.on("error", () => undefined).end("SSH-2.0-OpenSSH_9.6\r\n"));
  ssh.listen(0, "127.0.0.1");
  await once(ssh, "listening");
  const address = ssh.address();
  const port = typeof address === "object" && address ? address.port : 0;
  const device = new HttpDevice({ ...garage, url: `http://127.0.0.1:${port}` });
  const failure = await failureOf(device.sendJson("/status"));
  await device.close();
  ssh.close();
  expect(failure.code).toBe("protocol");
});

/** Closes the connection at the first request, responds to the second. */
function hangUpOnce(): RequestListener {
  let count = 0;
  return (request, response) => {
    count += 1;
    if (count === 1) request.socket.resetAndDestroy();
    else sendJson(response, "there");
  };
}

test("a read is retried once when the device closes the connection", async () => {
  const { device, server } = await deviceThat(hangUpOnce());
  expect(await device.getJson("/status")).toBe("there");
  expect(server.urls).toHaveLength(2);
});

test("a write is not retried when the device closes the connection: it may have taken effect", async () => {
  const { device, server } = await deviceThat(hangUpOnce());
  expect((await failureOf(device.sendJson("/api/set", { amp: "16" }))).code).toBe("unreachable");
  expect(server.urls).toEqual(["/api/set?amp=16"]);
});

test("a read is not retried a second time", async () => {
  const { device, server } = await deviceThat((request) => request.socket.resetAndDestroy());
  expect((await failureOf(device.getJson("/status"))).code).toBe("unreachable");
  expect(server.urls).toHaveLength(2);
});

const login = { username: "hidden-user", password: "hidden-password" };

test("the login is sent as basic authentication", async () => {
  let header: string | undefined;
  const { device } = await deviceThat(
    ({ headers }, response) => {
      header = headers.authorization;
      sendJson(response, 1);
    },
    { login },
  );
  await device.getJson("/status");
  expect(header).toBe(`Basic ${Buffer.from("hidden-user:hidden-password").toString("base64")}`);
});

test.each<[string, RequestListener]>([
  ["a refusal", (_request, response) => sendText(response, "", 401)],
  ["a web page", (_request, response) => sendText(response, "<html>")],
  ["a hang-up", (request) => request.socket.resetAndDestroy()],
  ["a redirect", (_request, response) => response.writeHead(302, { Location: "http://example.org/" }).end()],
  ["silence", () => undefined],
])("no secret is in the error after %s", async (_what, answer) => {
  const { device } = await deviceThat(answer, { login, deadline: 50 });
  const failure = await failureOf(advanceUntilSettled(clock, device.getJson("/status", { token: "hidden-token" })));
  const everything = `${failure.message} ${failure.stack} ${JSON.stringify(failure)} ${String(failure.cause)}`;
  expect(everything).not.toMatch(/hidden|aGlkZGVu/);
});

test("closing aborts running and waiting requests", async () => {
  const { device, server } = await deviceThat(() => undefined);
  const received = server.next();
  const first = failureOf(device.getJson("/"));
  const second = failureOf(device.getJson("/"));
  await received;
  await device.close();
  expect([(await first).code, (await second).code]).toEqual(["unreachable", "unreachable"]);
  expect(server.urls).toHaveLength(1);
});

test("a proxy in the environment is not used for local devices", async () => {
  const before = process.env["http_proxy"];
  process.env["http_proxy"] = "http://127.0.0.1:1";
  const { device } = await deviceThat((_request, response) => sendJson(response, 1));
  try {
    expect(await device.getJson("/")).toBe(1);
  } finally {
    if (before === undefined) delete process.env["http_proxy"];
    else process.env["http_proxy"] = before;
  }
});
