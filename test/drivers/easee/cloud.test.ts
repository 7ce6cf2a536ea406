import type { RequestListener } from "node:http";
import { CloudClient, isSafeCloudUrl, retryAfterOf } from "../../../src/transport/cloud.js";
import { failureOf } from "../../support/failure.js";
import { sendJson } from "../../support/raw-http.js";
import { closeAfterTest, serveHttp } from "../../support/test-bench.js";
import { TestClock } from "../../support/test-clock.js";
import { advanceUntilSettled } from "../../support/deadlines.js";

async function setUp(answer: RequestListener, deadline?: number) {
  const server = await serveHttp(answer);
  const clock = new TestClock();
  const base = `http://127.0.0.1:${server.port}`;
  const cloud = closeAfterTest(new CloudClient({ base, clock, ...(deadline === undefined ? {} : { deadline }) }));
  const get = (path = "/state", urgent = false) =>
    cloud.request({ device: "Garage", method: "GET", path, bearer: "secret-token", urgent });
  return { server, cloud, clock, get };
}

test("a POST carries its JSON and the token, and comes back with status, JSON and the cloud's time", async () => {
  let seen = "";
  const { cloud } = await setUp((request, response) => {
    request.on("data", (chunk: Buffer) => (seen += chunk.toString()));
    request.on("end", () => {
      const { authorization, "content-type": type, accept } = request.headers;
      seen = `${request.method} ${request.url} ${authorization} ${type} ${accept} ${seen}`;
      response.writeHead(202, { Date: "Mon, 01 Jun 2026 12:00:00 GMT" }).end('{"ticks":639151776000000000}');
    });
  });
  const body = { amps: 10, minutes: 10 };
  const answer = await cloud.request({
    device: "Garage",
    method: "POST",
    path: "/api/x",
    body,
    bearer: "secret-token",
  });
  expect(seen).toBe('POST /api/x Bearer secret-token application/json application/json {"amps":10,"minutes":10}');
  expect(answer).toEqual({
    status: 202,
    json: { ticks: 639151776000000000 },
    retryAfter: null,
    date: Date.UTC(2026, 5, 1, 12),
  });
});

test("what an error status means is the caller's business", async () => {
  const { get } = await setUp((_request, response) =>
    response.writeHead(429, { "Retry-After": "17" }).end("<html>Too many</html>"),
  );
  expect(await get()).toMatchObject({ status: 429, json: null, retryAfter: 17_000 });
});

test.each<[text: string | null, wait: number | null]>([
  ["0", 0],
  ["120", 120_000],
  [" 5 ", 5_000],
  ["Mon, 01 Jun 2026 12:00:30 GMT", 30_000],
  ["Mon, 01 Jun 2026 11:00:00 GMT", 0],
  ["-5", null],
  ["soon", null],
  ["1e3", null],
  ["", null],
  [null, null],
])("Retry-After %p asks for %p ms", (text, wait) => {
  expect(retryAfterOf(text, Date.UTC(2026, 5, 1, 12))).toBe(wait);
});

test.each<[url: string, safe: boolean]>([
  ["https://api.easee.com", true],
  ["https://relay.example.org:8443/easee", true],
  ["http://127.0.0.1:8080", true],
  ["http://localhost:8080/hubs/chargers", true],
  ["http://[::1]:8080", true],
  ["http://api.easee.com", false],
  ["http://127.0.0.1.example.com", false],
  ["http://192.168.1.5", false],
  ["https://me:secret@api.easee.com", false],
  ["ftp://127.0.0.1", false],
  ["api.easee.com", false],
])("secrets may go to %s: %p", (url, safe) => {
  expect(isSafeCloudUrl(url)).toBe(safe);
});

test("a client for an address that is not safe is not made", () => {
  expect(() => new CloudClient({ base: "http://api.easee.com", clock: new TestClock() })).toThrow(RangeError);
});

test.each<[why: string, answer: RequestListener, code: string, says: string]>([
  [
    "a login page of the network",
    (_request, response) => response.end("<!DOCTYPE html><title>Welcome</title>"),
    "protocol",
    "is not JSON",
  ],
  [
    "a redirect, be it to another host",
    (_request, response) => response.writeHead(302, { Location: "http://127.0.0.1:1/" }).end(),
    "protocol",
    "redirected",
  ],
  ["endless text", (_request, response) => response.end(`"${"x".repeat(600_000)}"`), "protocol", "longer than"],
  ["a connection that is reset", (request) => request.socket.resetAndDestroy(), "unreachable", "ECONNRESET"],
  [
    "an answer that breaks off",
    (request, response) => {
      response.writeHead(200, { "Content-Length": "100" }).write("{");
      setImmediate(() => request.socket.destroy());
    },
    "unreachable",
    "no connection|broke off",
  ],
  ["no answer at all", () => undefined, "unreachable", "no answer from 127.0.0.1:\\d+ within 0.1 s"],
])("%s is told as what it is, without the token", async (_why, answer, code, says) => {
  const { get, clock } = await setUp(answer, 100);
  const error = await failureOf(says.includes("within") ? advanceUntilSettled(clock, get()) : get());
  expect(error).toMatchObject({ code, device: "Garage" });
  expect(error.message).toMatch(new RegExp(says));
  expect(JSON.stringify([error.message, String(error.cause)])).not.toContain("secret-token");
});

test("nobody there", async () => {
  const { server, get } = await setUp((_request, response) => sendJson(response, {}));
  await server.close();
  expect(await failureOf(get())).toMatchObject({
    code: "unreachable",
    message: expect.stringContaining("ECONNREFUSED"),
  });
});

test("one request at a time, and what is urgent before all that wait", async () => {
  const { server, get } = await setUp((_request, response) => sendJson(response, {}));
  await Promise.all([get("/first"), get("/second"), get("/third"), get("/urgent", true)]);
  expect(server.urls).toEqual(["/first", "/urgent", "/second", "/third"]);
  expect(server.peak).toBe(1);
});

test("closing breaks off what is under way, and nothing is sent afterwards", async () => {
  const { server, cloud, get } = await setUp(() => undefined);
  const arrived = server.next();
  const open = failureOf(get());
  await arrived;
  await cloud.close();
  expect((await open).message).toContain("has been closed");
  expect((await failureOf(get())).message).toContain("has been closed");
  expect(server.urls).toEqual(["/state"]);
});
