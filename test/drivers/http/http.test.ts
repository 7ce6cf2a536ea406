import type { RequestListener } from "node:http";
import { createServer } from "node:https";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { answerParser, connectHttpMeter, httpMeter } from "../../../src/drivers/meters/http/index.js";
import { DeviceError } from "../../../src/model/errors.js";
import { type MeterRole, noQuantities } from "../../../src/model/readings.js";
import { failureOf } from "../../support/failure.js";
import { jsonAt, sendJson, sendText } from "../../support/raw-http.js";
import { runAfterTest, connectMeter, closeAfterTest, serveHttp } from "../../support/test-bench.js";
import { TestClock } from "../../support/test-clock.js";
import { advanceUntilSettled } from "../../support/deadlines.js";

const meterOn = (written: object, measures: readonly MeterRole[] = ["grid"]) =>
  connectMeter(httpMeter, written, { measures });

test("every value finds its place, with its path and scale", async () => {
  const body = {
    site: {
      grid: -1.5,
      phases: [
        { w: 100, a: 0.5, v: "230.1" },
        { w: -200, a: 1, v: 231 },
        { w: 0, a: 0 },
      ],
    },
    counters: { in: 1_500_000, out: 500 },
    battery: { soc: 0.77 },
  };
  const server = await serveHttp(jsonAt({ "/api?x=1": body }));
  const phase = (key: string) =>
    Object.fromEntries(
      [0, 1, 2].map((at) => [
        `${{ w: "power", a: "current", v: "voltage" }[key] ?? ""}L${at + 1}`,
        { path: `site.phases[${at}].${key}` },
      ]),
    );
  const meter = meterOn({
    url: `http://127.0.0.1:${server.port}/api?x=1`,
    values: {
      power: { path: "site.grid", scale: 1_000 },
      ...phase("w"),
      ...phase("a"),
      ...phase("v"),
      importEnergy: { path: "counters.in", scale: 0.001 },
      exportEnergy: { path: "counters.out", scale: 0.001 },
      "battery.soc": { path: "battery.soc", scale: 100 },
    },
  });
  expect(await meter.read()).toEqual({
    grid: {
      power: -1_500,
      powers: [100, -200, 0],
      currents: [0.5, -1, 0],
      voltages: [230.1, 231, null],
      importEnergy: 1_500,
      exportEnergy: 0.5,
      soc: null,
    },
    battery: { ...noQuantities, soc: 77 },
  });
  expect(server.urls).toEqual(["/api?x=1"]);
});

test("an answer that is a number alone is one without a path", async () => {
  const server = await serveHttp((_request, response) => sendText(response, "1234.5\n"));
  const meter = meterOn({ url: `http://127.0.0.1:${server.port}`, values: { power: {} } }, ["pv"]);
  expect(await meter.read()).toEqual({ pv: { ...noQuantities, power: 1_234.5 } });
});

test("user name and password are sent, and a refusal shows neither them nor the query", async () => {
  const server = await serveHttp((request, response) =>
    request.headers.authorization === `Basic ${Buffer.from("me:hidden").toString("base64")}`
      ? sendJson(response, { p: 5 })
      : sendText(response, "no", 401),
  );
  const url = `http://127.0.0.1:${server.port}/status?key=hidden`;
  const values = { power: { path: "p" } };
  expect((await meterOn({ url, username: "me", password: "hidden", values }).read()).grid?.power).toBe(5);
  const failure = await failureOf(meterOn({ url, username: "me", password: "hidden2", values }).read());
  expect(failure.code).toBe("login-refused");
  expect(failure.message).toContain(`127.0.0.1:${server.port}/status`);
  expect(failure.message).not.toContain("hidden");
});

test.each<[string, RequestListener, string, RegExp]>([
  ["no JSON", (_, response) => sendText(response, "<html>"), "protocol", /is not JSON/],
  ["404", (_, response) => sendText(response, "", 404), "protocol", /HTTP 404/],
  ["500", (_, response) => sendText(response, "", 500), "unreachable", /HTTP 500/],
  ["403", (_, response) => sendText(response, "", 403), "login-refused", /HTTP 403/],
  [
    "a redirect, which is not followed",
    (_, response) => void response.writeHead(302, { Location: "/elsewhere" }).end(),
    "protocol",
    /redirected/,
  ],
  [
    "an answer that breaks off",
    (_, response) => void response.writeHead(200, { "Content-Length": 99 }).write("{", () => response.destroy()),
    "unreachable",
    /./,
  ],
  ["an endless answer", (_, response) => sendText(response, " ".repeat(300_000)), "protocol", /longer than 256 KiB/],
  [
    "other values",
    (_, response) => sendJson(response, { watts: 5 }),
    "protocol",
    /none of its values makes sense: power/,
  ],
  ["a value that can't be", (_, response) => sendJson(response, { p: 1e9 }), "protocol", /none of its values/],
])("%s is told apart, and the next reading is as ever", async (_why, answer, code, message) => {
  let broken = true;
  const server = await serveHttp((request, response) =>
    broken ? answer(request, response) : sendJson(response, { p: 42 }),
  );
  const meter = meterOn({ url: `http://127.0.0.1:${server.port}/`, values: { power: { path: "p" } } });
  const failure = await failureOf(meter.read());
  expect(failure.code).toBe(code);
  expect(failure.message).toMatch(message);
  broken = false;
  expect((await meter.read()).grid?.power).toBe(42);
});

test("a value that is missing is null, and costs its neighbours nothing", async () => {
  const server = await serveHttp(jsonAt({ "/": { p: 100 } }));
  const meter = meterOn({
    url: `http://127.0.0.1:${server.port}/`,
    values: { power: { path: "p" }, voltageL1: { path: "v" } },
  });
  expect(await meter.read()).toEqual({ grid: { ...noQuantities, power: 100 } });
});

test("silence ends with the deadline, and closing ends a read that waits", async () => {
  const server = await serveHttp(() => undefined);
  const clock = new TestClock();
  const url = `http://127.0.0.1:${server.port}/`;
  const options = { values: { power: { path: [], scale: 1 } }, measures: ["grid"] } as const;
  const quick = closeAfterTest(connectHttpMeter(options, { device: "Grid", url, clock, deadline: 30 }));
  expect((await failureOf(advanceUntilSettled(clock, quick.read()))).message).toContain("within 0.03 s");
  const slow = closeAfterTest(connectHttpMeter(options, { device: "Grid", url, clock }));
  const asked = server.next();
  const failure = failureOf(slow.read());
  await asked;
  await slow.close();
  expect((await failure).code).toBe("unreachable");
  expect((await failureOf(slow.read())).code).toBe("unreachable");
});

test("nobody there is unreachable", async () => {
  const server = await serveHttp(() => undefined);
  await server.close();
  const meter = meterOn({ url: `http://127.0.0.1:${server.port}/`, values: { power: {} } });
  expect(await failureOf(meter.read())).toMatchObject({ code: "unreachable" });
});

test("a certificate that nobody vouches for is not accepted, and the password is not sent", async () => {
  const folder = mkdtempSync(join(tmpdir(), "ev-charging-tls-"));
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const subject = ["-subj", "/CN=localhost", "-days", "1"];
  execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert, ...subject], {
    stdio: "ignore",
  });
  const asked: unknown[] = [];
  const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (request, response) => {
    asked.push(request.headers.authorization);
    response.end("1");
  });
  rmSync(folder, { recursive: true });
  server.on("tlsClientError", () => undefined);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  runAfterTest(async () => new Promise((resolve) => server.close(resolve)));
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  const meter = meterOn({ url: `https://127.0.0.1:${port}/`, username: "me", password: "x", values: { power: {} } });
  const failure = await failureOf(meter.read());
  expect(failure.message).toContain("can't be trusted");
  expect(asked).toEqual([]);
});

test("whatever JSON comes, reading it fails as a device does or not at all", () => {
  const parse = answerParser({ values: { power: { path: ["a", "b", 0], scale: 1 } }, measures: ["grid"] }, "Grid");
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), fc.record({ a: fc.anything() })), (json) => {
      try {
        parse(json);
      } catch (error) {
        expect(error).toBeInstanceOf(DeviceError);
      }
    }),
  );
});

test.each([
  "192.168.1.30",
  "ftp://meter/",
  "http://me:secret@meter/",
  "https://me@meter/",
  "http://",
  "http:///status",
  "http:meter",
  "file:///etc/passwd",
  "",
])("the address %j is refused", (url) =>
  expect(httpMeter.options.safeParse({ url, values: { power: {} } }).success).toBe(false),
);

test.each<[string, object, string[]]>([
  ["a password without a user name", { password: "x", values: { power: {} } }, ["username"]],
  ["an unknown value", { values: { watts: {} } }, ["values.watts"]],
  ["no value", { values: {} }, ["values"]],
])("options: %s", (_why, options, paths) => {
  const parsed = httpMeter.options.parse({ url: "http://meter/", ...options });
  expect(httpMeter.check?.(parsed).map(({ path }) => path)).toEqual(paths);
});
