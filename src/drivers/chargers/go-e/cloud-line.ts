/** A go-e charger behind go-e's cloud, in both generations: what it tells, and writes that are read back. */

import type { CloudAnswer } from "../../../transport/cloud.js";
import type { DriverContext } from "../../driver.js";
import { type Answer, answerOf, toNumber } from "../../decoding/fields.js";
import { Cloud } from "./cloud.js";
import type { Line, LineV1, LineV2 } from "./line.js";

const advice = "Check serial and token, and that the cloud API is switched on in the go-e app";
const offlineAdvice =
  "Check that the charger is connected to the internet, that its cloud API is switched on, and that token is its own";

/** go-eCharger API v1 and v2, "cloudapi-en.md" */
const hosts = { 1: "https://api.go-e.co", 2: (serial: string) => `https://${serial}.api.v3.go-e.io` } as const;

/** ms; an older status is not what the charger does now. The cloud of version 2 draws the same line by itself. */
const oldestStatus = 30_000;
/** ms that a write may take until it is read back. */
const longestWrite = 10_000;
/** How often a write is read back at least, however slow the cloud is. */
const leastReadBacks = 2;

export interface CloudRoute {
  /** With its leading zeros. */
  readonly serial: string;
  readonly token: string;
  /** In place of go-e's own. */
  readonly url?: string | undefined;
}

/** @param deadline ms for each request */
export function cloudLine({ serial, token, url }: CloudRoute, context: DriverContext, deadline: number): Line {
  const shared = { device: context.name, clock: context.clock, deadline, advice };
  const first = new Cloud({ ...shared, url: url ?? hosts[1] });
  const second = new Cloud({ ...shared, url: url ?? hosts[2](serial), bearer: token });
  const v1 = lineV1(first, token, context);
  const v2 = lineV2(second, context);
  return {
    v1,
    v2,
    advice,
    /** A charger of version 1 is unknown to the cloud of version 2. What that says of it counts, if both do not know it. */
    async askVersion() {
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
    close: async () => void (await Promise.all([first.close(), second.close()])),
  };
}

function lineV1(cloud: Cloud, token: string, { clock }: DriverContext): LineV1 {
  const status = async (): Promise<unknown> => {
    const answer = successOf(cloud, await cloud.get("/api_status", { token, wait: "0" }));
    const age = toNumber(answer.get("age"));
    if (age === null || answer.get("data") === undefined)
      throw cloud.error("protocol", "go-e's cloud does not tell a status and its age");
    if (age > oldestStatus) {
      const what = `the charger was last heard of by go-e's cloud ${Math.round(age / 1_000)} s ago`;
      throw cloud.error("unreachable", what, offlineAdvice);
    }
    return answer.get("data");
  };
  return {
    status,
    async set(key, value) {
      successOf(cloud, await cloud.get("/api", { token, payload: `${key}=${value}` }));
      return readBack(clock, status, (told) => toNumber(answerOf(told)?.get(key)) === value);
    },
  };
}

function lineV2(cloud: Cloud, { clock }: DriverContext): LineV2 {
  const status = async (keys: readonly string[]): Promise<unknown> => {
    const answer = await cloud.get("/api/status", { filter: keys.join(",") });
    requirePresent(cloud, answer);
    if (answer.status !== 200 || answerOf(answer.json) === null)
      throw cloud.error("protocol", `go-e's cloud answered HTTP ${answer.status}, and not with a status`);
    return answer.json;
  };
  return {
    status,
    /** Accepted means sent to the charger, and no more: what it made of it is read back. */
    async set(key, value) {
      const answer = await cloud.get("/api/set", { [key]: JSON.stringify(value) });
      const verdict = answerOf(answer.json)?.get(key);
      if (answer.status === 422) return typeof verdict === "string" ? verdict : "go-e's cloud does not take it";
      requirePresent(cloud, answer);
      if (typeof verdict === "string") return verdict;
      if (answer.status !== 200 && answer.status !== 202)
        throw cloud.error("protocol", `go-e's cloud answered a write with HTTP ${answer.status}`);
      const shown = (told: unknown): unknown => answerOf(told)?.get(key);
      const last = await readBack(
        clock,
        () => status([key]),
        (told) => shown(told) === value,
      );
      if (shown(last) === value) return true;
      const what = `${key}=${value} was not taken over within ${longestWrite / 1_000} s`;
      throw cloud.error("not-taken-over", what, "Check in the go-e app what limits it");
    },
  };
}

/** The first status that shows what was written, else the last one that came in time. */
async function readBack(
  clock: DriverContext["clock"],
  status: () => Promise<unknown>,
  shows: (told: unknown) => boolean,
): Promise<unknown> {
  const until = clock.now() + longestWrite;
  for (let asked = 1; ; asked++) {
    const told = await status();
    if (shows(told) || (asked >= leastReadBacks && clock.now() >= until)) return told;
  }
}

/** @throws DeviceError when the cloud has nothing of this charger, or does not know us ("cloudapi-en.md") */
function requirePresent(cloud: Cloud, { status }: CloudAnswer): void {
  if (status === 401) throw cloud.error("login-refused", "go-e's cloud refuses the token");
  if (status === 403)
    throw cloud.error(
      "unreachable",
      "go-e's cloud says that the charger is offline or its cloud API off",
      offlineAdvice,
    );
  if (status === 404) throw cloud.error("unreachable", "go-e's cloud has nothing new from the charger", offlineAdvice);
}

/** Version 1 says no in its answer. */
function successOf(cloud: Cloud, { status, json }: CloudAnswer): Answer {
  const answer = answerOf(json);
  if (answer?.get("success") === true) return answer;
  const said = answer?.get("error");
  const error = errorsV1.find(({ text }) => text === said);
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
