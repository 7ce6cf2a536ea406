/** The route through go-e's cloud: at most one request a second, writes that are read back, no secret in any message. */

import type { Clock } from "../../../model/clock.js";
import { DeviceError, type DeviceErrorCode } from "../../../model/errors.js";
import { SerialQueue } from "../../../model/serial-queue.js";
import { type CloudResponse, CloudClient } from "../../../transport/cloud.js";
import { pause } from "../../../transport/deadlines.js";
import { type Answer, answerOf, toNumber } from "../../decoding/fields.js";
import type { DriverContext } from "../../driver.js";
import type { Route, RouteV1, RouteV2 } from "./route.js";
import { holdsAny } from "./status.js";
import { shownV1 } from "./v1.js";

const advice = "Check serial and token, and that the cloud API is switched on in the go-e app";
const offlineAdvice =
  "Check that the charger is connected to the internet, that its cloud API is switched on, and that token is its own";

/** go-eCharger API v1 and v2, "cloudapi-en.md" */
const hosts = { 1: "https://api.go-e.co", 2: (serial: string) => `https://${serial}.api.v3.go-e.io` } as const;

/** ms; an older status is not what the charger does now. The cloud of version 2 applies the same limit by itself. */
const oldestStatus = 30_000;
/** ms between the starts of two requests: a charger updates its cloud no more often ("cloudapi-en.md"). */
const spacing = 1_000;
/** ms within which a read-back has to show what was written. */
const longestWrite = 10_000;
/** A write is read back at least so many times, however slow the cloud is. */
const leastReadBacks = 2;

export interface CloudAddress {
  /** With its leading zeros. */
  readonly serial: string;
  readonly token: string;
  /** `undefined`: go-e's own cloud. */
  readonly url?: string | undefined;
}

/** @param deadline ms for each request */
export function cloudRoute({ serial, token, url }: CloudAddress, context: DriverContext, deadline: number): Route {
  const shared = { device: context.name, clock: context.clock, deadline };
  const cloudV1 = new PacedCloud({ ...shared, url: url ?? hosts[1] });
  const cloudV2 = new PacedCloud({ ...shared, url: url ?? hosts[2](serial), bearer: token });
  const v1 = routeV1(cloudV1, token, context.clock);
  const v2 = routeV2(cloudV2, context.clock);
  return {
    v1,
    v2,
    advice,
    /** The cloud of version 2 does not know a charger of version 1. Where neither knows it, the error of version 2 counts. */
    async detectVersion() {
      try {
        await v2.status(["alw"]);
        return 2;
      } catch (error) {
        const known = await v1.status().then(
          () => true,
          () => false,
        );
        if (known) return 1;
        throw error;
      }
    },
    close: async () => void (await Promise.all([cloudV1.close(), cloudV2.close()])),
  };
}

function routeV1(cloud: PacedCloud, token: string, clock: Clock): RouteV1 {
  const status = async (): Promise<unknown> => {
    const answer = successOf(cloud, await cloud.get("/api_status", { token, wait: "0" }));
    const age = toNumber(answer.get("age"));
    if (age === null || answer.get("data") === undefined)
      throw cloud.error("protocol", "go-e's cloud does not report a status and its age");
    if (age > oldestStatus) {
      const what = `the charger last reported to go-e's cloud ${Math.round(age / 1_000)} s ago`;
      throw cloud.error("unreachable", what, offlineAdvice);
    }
    return answer.get("data");
  };
  return {
    status,
    async set(key, value) {
      successOf(cloud, await cloud.get("/api", { token, payload: `${key}=${value}` }));
      return readBack(clock, status, (json) => shownV1(json, key) === value);
    },
  };
}

function routeV2(cloud: PacedCloud, clock: Clock): RouteV2 {
  const status = async (keys: readonly string[]): Promise<unknown> => {
    const answer = await cloud.get("/api/status", { filter: keys.join(",") });
    requirePresent(cloud, answer);
    const isStatus = answer.status === 400 ? holdsAny(answer.json, keys) : answer.status === 200;
    if (!isStatus || answerOf(answer.json) === null)
      throw cloud.error("protocol", `go-e's cloud answered HTTP ${answer.status}, and not with a status`);
    return answer.json;
  };
  return {
    status,
    /** The cloud accepts what it has sent to the charger, no more: the outcome is read back. */
    async set(key, value) {
      const answer = await cloud.get("/api/set", { [key]: JSON.stringify(value) });
      const verdict = answerOf(answer.json)?.get(key);
      if (answer.status === 422) return typeof verdict === "string" ? verdict : "go-e's cloud does not take it";
      requirePresent(cloud, answer);
      if (typeof verdict === "string") return verdict;
      if (answer.status !== 200 && answer.status !== 202)
        throw cloud.error("protocol", `go-e's cloud answered a write with HTTP ${answer.status}`);
      const shows = (json: unknown): boolean => answerOf(json)?.get(key) === value;
      if (shows(await readBack(clock, () => status([key]), shows))) return true;
      const what = `${key}=${value} was not taken over within ${longestWrite / 1_000} s`;
      throw cloud.error("not-taken-over", what, "Check in the go-e app what limits it");
    },
  };
}

/** The first status that shows what was written, else the last one that came in time. */
async function readBack(
  clock: Clock,
  status: () => Promise<unknown>,
  shows: (json: unknown) => boolean,
): Promise<unknown> {
  const until = clock.now() + longestWrite;
  for (let asked = 1; ; asked++) {
    const json = await status();
    if (shows(json) || (asked >= leastReadBacks && clock.now() >= until)) return json;
  }
}

/** @throws DeviceError when the cloud has no status of this charger, or refuses the token ("cloudapi-en.md") */
function requirePresent(cloud: PacedCloud, { status }: CloudResponse): void {
  if (status === 401) throw cloud.error("login-refused", "go-e's cloud refuses the token");
  if (status === 403)
    throw cloud.error(
      "unreachable",
      "go-e's cloud says that the charger is offline or its cloud API off",
      offlineAdvice,
    );
  if (status === 404) throw cloud.error("unreachable", "go-e's cloud has nothing new from the charger", offlineAdvice);
}

/** Version 1 reports errors in its answer. */
function successOf(cloud: PacedCloud, { status, json }: CloudResponse): Answer {
  const answer = answerOf(json);
  if (answer?.get("success") === true) return answer;
  const reported = answer?.get("error");
  const error = errorsV1.find(({ text }) => text === reported);
  if (error) throw cloud.error(error.code, `go-e's cloud says "${error.text}"`);
  if (status === 401 || status === 403) throw cloud.error("login-refused", "go-e's cloud refuses the token");
  const what = answer ? "go-e's cloud refuses without a reason that is known" : "go-e's cloud does not answer in JSON";
  throw cloud.error(answer ? "refused" : "protocol", what);
}

/** go-eCharger API v1, "error" */
const errorsV1 = [
  { text: "no token", code: "login-refused" },
  { text: "wrong token", code: "login-refused" },
  { text: "rate limiting", code: "unreachable" },
  { text: "no payload", code: "protocol" },
  { text: "other", code: "refused" },
] as const;

interface PacedCloudOptions {
  /** Name of the device in the configuration. */
  readonly device: string;
  /** https://, or http:// on loopback */
  readonly url: string;
  /** Sent as a header where given. */
  readonly bearer?: string;
  readonly clock: Clock;
  /** ms from the sending of a request to the last byte of its answer */
  readonly deadline: number;
}

/** One address of the cloud: one request at a time, and their starts spaced. */
class PacedCloud {
  readonly #options: PacedCloudOptions;
  readonly #client: CloudClient;
  readonly #host: string;
  readonly #queue = new SerialQueue();
  readonly #closing = new AbortController();
  #lastStart = -Infinity;

  constructor(options: PacedCloudOptions) {
    this.#options = options;
    this.#client = new CloudClient({ base: options.url, deadline: options.deadline, clock: options.clock });
    this.#host = new URL(options.url).host;
  }

  /**
   * Never repeated by itself. Any HTTP status below 500 but 429 is an answer, and 500 with a JSON object to a
   * write, which is how a charger refuses. Rejects with DeviceError.
   */
  get(path: string, query: Readonly<Record<string, string>>): Promise<CloudResponse> {
    return this.#queue.run(async () => {
      const { clock } = this.#options;
      const wait = this.#lastStart + spacing - clock.now();
      if (wait > 0) await pause(clock, wait, this.#closing.signal);
      this.#lastStart = clock.now();
      return this.#exchange(path, new URLSearchParams(query).toString());
    });
  }

  error(code: DeviceErrorCode, what: string, whatToDo = advice): DeviceError {
    return new DeviceError({ code, device: this.#options.device, what, advice: whatToDo });
  }

  /** Breaks off what is under way. Always ends. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#client.close();
    await this.#queue.idle();
  }

  async #exchange(path: string, query: string): Promise<CloudResponse> {
    const { device, bearer } = this.#options;
    const answer = await this.#client.request({
      device,
      method: "GET",
      path: `${path}?${query}`,
      ...(bearer === undefined ? {} : { bearer }),
    });
    if (answer.status === 429)
      throw this.error("unreachable", `${this.#host} is asked too often`, "Set a longer pollInterval");
    const refuses = path === "/api/set" && answer.status === 500 && answerOf(answer.json) !== null;
    if (answer.status >= 500 && !refuses)
      throw this.error("unreachable", `${this.#host} answered ${path} with HTTP ${answer.status}`);
    return answer;
  }
}
