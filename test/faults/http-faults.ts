/** Group H of the fault list: what devices with HTTP, and what stands before them, answer in place of the truth. */

import { once } from "node:events";
import { createServer } from "node:http";
import { gzipSync } from "node:zlib";
import type { DeviceErrorCode } from "../../src/model/errors.js";
import type { Entry } from "./entries.js";
import { type Course, type Disturbance, expectOutcome, expectRecovery, failure, inventedIn, reading } from "./fault.js";
import type { FaultyHttp } from "./faulty-http.js";
import type { DeviceBench } from "./device-bench.js";

const http = ({ transport }: Entry): boolean => transport === "http";
const json = (entry: Entry): boolean => http(entry) && entry.wraps !== true;

/** The device is on HTTP wherever these faults apply. */
function httpOf({ http: faulty }: DeviceBench): FaultyHttp {
  if (!faulty) throw new Error("This device is not asked over HTTP");
  return faulty;
}

function status(
  id: string,
  code: number,
  fails: readonly DeviceErrorCode[],
  headers: Readonly<Record<string, string>> = {},
  body = "",
): Disturbance {
  const told = Object.entries(headers).map(([name, value]) => ` with ${name}: ${value}`);
  return {
    id,
    what: `HTTP ${code}${told.join("")}${body === "" ? "" : ` and “${body}”`}: fails as ${fails.join(" or ")}`,
    on: http,
    inject(bench) {
      httpOf(bench).instead = (_request, response) => {
        response.writeHead(code, headers).end(body);
        return true;
      };
    },
    outcome: { fails },
  };
}

function spoilt(
  id: string,
  what: string,
  spoil: (body: string) => string | Buffer,
  outcome: Disturbance["outcome"] = { reads: "less" },
  on: Disturbance["on"] = http,
): Disturbance {
  return { id, what, on, inject: (bench) => void (httpOf(bench).spoil = spoil), outcome };
}

const noJson = { fails: ["protocol", "unreachable", "unsupported", "wrong-device", "login-refused"] } as const;

/** Each value of an answer, however deep. */
function mapped(body: string, change: (value: unknown) => unknown): string {
  const deep = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(deep);
    if (typeof value === "object" && value !== null)
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, deep(inner)]));
    return change(value);
  };
  return JSON.stringify(deep(JSON.parse(body)));
}

const numbersTo = (literal: string) => (body: string) =>
  body.replace(/([:[,]\s*)-?\d+(?:\.\d+)?(?=[,}\]\s])/g, `$1${literal}`);

export const httpFaults: readonly (Disturbance | Course)[] = [
  status("H-01", 401, ["login-refused"]),
  status("H-02", 403, ["login-refused", "refused", "unsupported"]),
  status("H-03", 404, ["protocol", "unsupported", "wrong-device"]),
  ...[
    {},
    { "Retry-After": "5" },
    { "Retry-After": "1000000000" },
    { "Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT" },
  ].map((headers) => status("H-04", 429, ["unreachable", "protocol", "refused"], headers)),
  ...[500, 502, 503, 504].map((code) => status("H-05", code, ["unreachable", "protocol"])),
  status("H-05", 500, ["unreachable", "protocol"], {}, "couldn't take api lock"),
  {
    id: "H-06",
    what: "HTTP 200 with an error inside: the write has failed",
    // Those that answer a write with 200 and a no.
    on: ({ name }) => name === "go-e (API 2)" || name === "openevse (rapi)",
    async run(bench) {
      const { refusal, isWrite } = bench;
      if (!refusal) throw new Error("what does a no look like here?");
      await reading(bench);
      httpOf(bench).instead = ({ method, url }, response) => {
        if (isWrite?.(`${method} ${url} HTTP/1.1`) !== true) return false;
        response.writeHead(200, { "content-type": "application/json" }).end(refusal(url));
        return true;
      };
      expect(await failure(write(bench))).toMatchObject({ code: "refused" });
      expect(bench.commandsTaken?.()).toBe(0);
    },
  },
  {
    id: "H-08",
    what: "a redirect to another host: not followed",
    on: http,
    async run(bench) {
      const good = await reading(bench);
      let visits = 0;
      const elsewhere = createServer((_request, response) => {
        visits += 1;
        response.end("{}");
      }).listen(0, "127.0.0.1");
      await once(elsewhere, "listening");
      const bound = elsewhere.address();
      const port = bound !== null && typeof bound === "object" ? bound.port : 0;
      httpOf(bench).instead = (_request, response) => {
        response.writeHead(301, { Location: `http://127.0.0.1:${port}/` }).end();
        return true;
      };
      await expectOutcome(bench, { fails: ["protocol", "unreachable"] }, good);
      elsewhere.close();
      expect(visits).toBe(0);
      await expectRecovery(bench, good);
    },
  },
  status("H-08", 302, ["protocol", "unreachable"], { Location: "/" }),
  {
    id: "H-09",
    what: "a wrong content type: the same reading",
    on: http,
    inject: (bench) => void (httpOf(bench).headers = { "content-type": "text/html" }),
    outcome: { reads: "all" },
  },
  spoilt("H-09", "UTF-16: fails", (body) => Buffer.from(body, "utf16le"), noJson),
  spoilt("H-09", "a byte order mark: the same reading, or it fails", (body) => `\ufeff${body}`),
  spoilt("H-09", "JSON5: fails", (body) => body.replace(/"/g, "'"), noJson),
  ...["", "null", "[]", "{}", '"text"', "7", "<!DOCTYPE html><title>Login</title>", '{"__proto__":{"polluted":1}}'].map(
    (body) => spoilt("H-09", `“${body}” in place of the answer: fails, or tells nothing`, () => body),
  ),
  spoilt("H-09", "lists 30 000 deep: fails, or tells nothing", () => `${"[".repeat(30_000)}${"]".repeat(30_000)}`),
  ...["NaN", "1e400", "-1e400", "123456789012345678901234567890", '"1,5"', '"12 W"', '""', "true", "{}"].map(
    (literal) =>
      spoilt(
        "H-09",
        `${literal} in place of every number: null, or it fails`,
        numbersTo(literal),
        { reads: "less" },
        json,
      ),
  ),
  spoilt(
    "H-09",
    "a key __proto__ beside the others: the same reading, and no prototype changed",
    (body) => body.replace(/^\{/, '{"__proto__":{"polluted":1},'),
    { reads: "all" },
    json,
  ),
  spoilt(
    "H-10",
    "null in place of every value: null, or it fails",
    (body) => mapped(body, () => null),
    { reads: "less" },
    json,
  ),
  spoilt(
    "H-10",
    "a list in place of every value: null, or it fails",
    (body) => mapped(body, () => [1]),
    { reads: "less" },
    json,
  ),
  spoilt(
    "H-10",
    "keys that nobody knows beside the others: the same reading",
    (body) => body.replace(/^\{/, '{"newInThisFirmware":[{"deep":null}],'),
    { reads: "all" },
    json,
  ),
  {
    id: "H-10",
    what: "one key missing after the other: what it tells is right, what is missing is null",
    on: json,
    async run(bench) {
      const good = await reading(bench);
      const keys = new Set<string>();
      httpOf(bench).spoil = (body) => {
        for (const [key] of body.matchAll(/"[A-Za-z_]\w*":/g)) keys.add(key);
        return body;
      };
      await reading(bench);
      const invented: string[] = [];
      for (const key of [...keys].slice(0, 80)) {
        httpOf(bench).spoil = (body) => body.replaceAll(key, `"_gone_${key.slice(1)}`);
        const told = await reading(bench).catch(() => null);
        invented.push(...inventedIn(told, good).map((what) => `without ${key} ${what}`));
      }
      expect(invented).toEqual([]);
      await expectRecovery(bench, good);
    },
  },
  {
    id: "H-11",
    what: "three readings at once from a slow device: one request at a time, all right",
    on: http,
    async run(bench) {
      const good = await reading(bench);
      httpOf(bench).delay = 15;
      const readings = await Promise.all([reading(bench), reading(bench), reading(bench)]);
      expect(readings).toEqual([good, good, good]);
    },
  },
  spoilt(
    "H-12",
    "half of the keys: what is missing is null, not what it was",
    (body) => {
      let place = 0;
      return body.replace(/"[A-Za-z_]\w*":/g, (key) => ((place += 1) % 2 === 0 ? key : `"_${key.slice(1)}`));
    },
    { reads: "less" },
    json,
  ),
  {
    id: "H-13",
    what: "a web proxy in the environment: not asked for devices",
    on: http,
    async run(bench) {
      const good = await reading(bench);
      const names = ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] as const;
      const before = names.map((name) => [name, process.env[name]] as const);
      for (const name of names) process.env[name] = "http://127.0.0.1:1";
      try {
        const other = bench.connect();
        await bench.device.close();
        const told = await reading(bench, other);
        await other.close();
        expect(told).toEqual(good);
      } finally {
        for (const [name, value] of before) {
          if (value === undefined) Reflect.deleteProperty(process.env, name);
          else process.env[name] = value;
        }
      }
    },
  },
  {
    id: "N-07",
    what: "a gzip bomb: broken off",
    on: http,
    inject(bench) {
      const bomb = gzipSync(Buffer.alloc(50 * 1024 * 1024));
      httpOf(bench).spoil = () => bomb;
      httpOf(bench).headers = { "content-encoding": "gzip" };
    },
    outcome: { fails: ["protocol", "unreachable"] },
  },
  {
    id: "N-07",
    what: "a million bytes of headers: broken off",
    on: http,
    inject(bench) {
      httpOf(bench).headers = { "x-long": "a".repeat(1_000_000) };
    },
    outcome: { fails: ["protocol", "unreachable"] },
  },
];

export function write(bench: DeviceBench): Promise<unknown> {
  const { writes } = bench.device;
  if (!writes || !bench.write) throw new Error("This device takes no writes");
  return bench.attend(bench.write(writes));
}
