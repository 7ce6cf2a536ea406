/** The route over the local network: HTTP, one request at a time. */

import { DeviceError } from "../../../model/errors.js";
import { pause } from "../../../transport/deadlines.js";
import { hostUrl } from "../../../transport/host-url.js";
import { HttpDevice } from "../../../transport/http.js";
import type { DriverContext } from "../../driver.js";
import { answerOf } from "../../decoding/fields.js";
import type { ApiVersion, Route, RouteV1, RouteV2 } from "./route.js";
import { holdsAny } from "./status.js";
import { shownV1 } from "./v1.js";

const advice =
  "Switch on the local HTTP API of this version in the go-e app (versions 1 and 2 have a switch each), or set apiVersion";

/** Firmware up to 051.3 wants its filter as a JSON array, and fails on more than ten keys (API v2, "http-en.md"). */
const oldFilterLength = 10;

/** So often, and so many ms apart, a status is asked for that shows what was written. */
const laterLooks = 4;
const lookAgain = 1_000;

export interface LocalAddress {
  readonly host: string;
  readonly port: number;
}

/** @param deadline ms for each request */
export function localRoute(
  { host, port }: LocalAddress,
  { name: device, clock }: DriverContext,
  deadline: number,
): Route {
  const http = new HttpDevice({ device, url: hostUrl("http", host, port), clock, deadline, advice });
  const closing = new AbortController();
  const v1: RouteV1 = {
    status: () => http.getJson("/status"),
    /** Hardware V3 shows a write some seconds later in its legacy API. */
    async set(key, value) {
      let json = await http.sendJson("/mqtt", { payload: `${key}=${value}` });
      for (let look = 0; look < laterLooks && shownV1(json, key) !== value; look += 1) {
        await pause(clock, lookAgain, closing.signal);
        json = await http.getJson("/status");
      }
      return json;
    },
  };
  return {
    v1,
    v2: new LocalV2(http, device),
    advice,
    detectVersion: () => detectVersion(http),
    close() {
      closing.abort();
      return http.close();
    },
  };
}

/** A charger without version 2 refuses, or answers with something that is not JSON. No answer at all decides nothing. */
async function detectVersion(http: HttpDevice): Promise<ApiVersion> {
  try {
    const isAnswer = (json: unknown) => answerOf(json)?.has("alw") === true;
    return answerOf(await http.getJson("/api/status", { filter: "alw" }, isAnswer)) ? 2 : 1;
  } catch (error) {
    if (error instanceof DeviceError && error.code === "protocol") return 1;
    throw error;
  }
}

/** Asks for a status with the kind of filter that this firmware understands, and remembers which one that is. */
class LocalV2 implements RouteV2 {
  readonly #http: HttpDevice;
  readonly #device: string;
  #filter: "list" | "array" | null = null;

  constructor(http: HttpDevice, device: string) {
    this.#http = http;
    this.#device = device;
  }

  async status(keys: readonly string[]): Promise<unknown> {
    if (this.#filter === "array") return this.#statusByArray(keys);
    const byList = await this.#statusByList(keys).catch((error: unknown) => {
      if (this.#filter === "list" || !(error instanceof DeviceError) || error.code !== "protocol") throw error;
      return error;
    });
    if (this.#filter === "list" || isStatus(byList)) {
      this.#filter = "list";
      return byList;
    }
    const byArray = await this.#statusByArray(keys).catch((second: unknown) => {
      throw second instanceof DeviceError && second.code === "protocol" && byList instanceof Error ? byList : second;
    });
    if (isStatus(byArray)) this.#filter = "array";
    return byArray;
  }

  async set(key: string, value: number | null): Promise<true | string> {
    const verdictOf = (json: unknown): unknown => answerOf(json)?.get(key);
    const isNo = (json: unknown) => typeof verdictOf(json) === "string";
    const verdict = verdictOf(await this.#http.sendJson("/api/set", { [key]: JSON.stringify(value) }, isNo));
    if (verdict === true || typeof verdict === "string") return verdict;
    const what = `${key}=${value} was not answered with a yes or a no`;
    throw new DeviceError({ code: "protocol", device: this.#device, what, advice });
  }

  #statusByList(keys: readonly string[]): Promise<unknown> {
    return this.#get(keys.join(","), keys);
  }

  async #statusByArray(keys: readonly string[]): Promise<unknown> {
    const parts: unknown[] = [];
    for (let first = 0; first < keys.length; first += oldFilterLength) {
      const asked = keys.slice(first, first + oldFilterLength);
      parts.push(await this.#get(JSON.stringify(asked), asked));
    }
    return Object.fromEntries(parts.flatMap((part) => [...(answerOf(part) ?? [])]));
  }

  /** PRO and CORE answer with 400 where they lack one of the keys, and send all others with it. */
  #get(filter: string, keys: readonly string[]): Promise<unknown> {
    return this.#http.getJson("/api/status", { filter }, (json) => holdsAny(json, keys));
  }
}

/** Firmware that does not understand the filter answers without any key. */
function isStatus(json: unknown): boolean {
  return !(json instanceof Error) && answerOf(json)?.has("car") === true;
}
