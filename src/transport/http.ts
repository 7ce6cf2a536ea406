/** A device on the local network that answers in JSON over HTTP. */

import type { Clock } from "../model/clock.js";
import { parseJson } from "../model/json.js";
import { Exchange, type Login } from "./exchange.js";
import { adviceAtHome } from "./http-failure.js";

export interface HttpDeviceOptions {
  /** Name of the device in the configuration; errors carry it. */
  readonly device: string;
  /** http:// or https://, without credentials; paths are seen from here. */
  readonly url: string;
  readonly login?: Login;
  /** ms from the sending of a request to the last byte of its answer */
  readonly deadline?: number;
  readonly clock: Clock;
  /** Bytes of an answer after decompression. */
  readonly longest?: number;
  /** What to look at on devices of this sort when they do not answer as they should: a sentence without a full stop. */
  readonly advice: string;
}

/** The parts of a query, in this order. */
export type Query = Readonly<Record<string, string>>;

export class HttpDevice {
  readonly #device: string;
  readonly #exchange: Exchange;

  /** @throws RangeError for an address of another sort, or one with credentials in it */
  constructor({ device, advice, deadline = 5_000, ...options }: HttpDeviceOptions) {
    if (!isPlainHttpUrl(options.url)) throw new RangeError("It takes http:// or https:// without credentials");
    this.#device = device;
    this.#exchange = new Exchange({ ...options, deadline, advice: adviceAtHome(advice) });
  }

  /**
   * Reads; tried once more where the device had hung up on an idle connection. Rejects with DeviceError.
   * @param path absent: the address itself
   * @param isAnswer see `sendJson`
   */
  getJson(path = "", query: Query = {}, isAnswer = never): Promise<unknown> {
    return this.#ask(path, query, true, isAnswer);
  }

  /**
   * A GET that changes something: never repeated by itself, since it may have been heard. Rejects with DeviceError.
   * @param isAnswer what is an answer all the same where the device says 400 or 500 with it
   */
  sendJson(path: string, query: Query = {}, isAnswer = never): Promise<unknown> {
    return this.#ask(path, query, false, isAnswer);
  }

  /** Breaks off what is under way. Always ends. */
  close(): Promise<void> {
    return this.#exchange.close();
  }

  async #ask(path: string, query: Query, repeat: boolean, isAnswer: IsAnswer): Promise<unknown> {
    const asked = { device: this.#device, method: "GET", path: `${path}${queryText(query)}`, repeat } as const;
    const answer = await this.#exchange.ask(asked);
    if (answer.status === 200) return answer.json();
    const json = refusals.includes(answer.status) ? parseJson(answer.text) : undefined;
    if (json !== undefined && isAnswer(json)) return json;
    throw answer.refusal();
  }
}

type IsAnswer = (json: unknown) => boolean;

const never: IsAnswer = () => false;

/** With these some devices send a reason, or what they could make of the question. */
const refusals: readonly number[] = [400, 422, 500];

/** http or https, and no credentials in it. */
export function isPlainHttpUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return /^https?:\/\/[^\s@/?#]/.test(text) && /^https?:$/.test(protocol) && username === "" && password === "";
}

/** Commas, brackets and equals signs stay as they are, as small devices expect them; URL escapes what is left. */
function queryText(query: Query): string {
  const escape = (text: string) => text.replace(/[%&#+]/g, encodeURIComponent);
  const parts = Object.entries(query).map(([key, value]) => `${escape(key)}=${escape(value)}`);
  return parts.length === 0 ? "" : `?${parts.join("&")}`;
}
