/** Conversations with go-e's cloud: no more than one request a second, and no secret in any message. */

import type { Clock } from "../../../model/clock.js";
import { DeviceError, type DeviceErrorCode } from "../../../model/errors.js";
import { SerialQueue } from "../../../model/serial-queue.js";
import { type CloudAnswer, CloudClient } from "../../../transport/cloud.js";
import { pause } from "../../../transport/deadlines.js";

/** ms between the beginnings of two requests: a charger tells its cloud no more often ("cloudapi-en.md"). */
const spacing = 1_000;

export interface CloudOptions {
  /** Name of the device in the configuration. */
  readonly device: string;
  /** https://, or http:// on loopback */
  readonly url: string;
  /** Sent as a header where given. */
  readonly bearer?: string;
  readonly clock: Clock;
  /** ms from the sending of a request to the last byte of its answer */
  readonly deadline: number;
  readonly advice: string;
}

export class Cloud {
  readonly #options: CloudOptions;
  readonly #client: CloudClient;
  readonly #host: string;
  readonly #queue = new SerialQueue();
  readonly #closing = new AbortController();
  #lastStart = -Infinity;

  constructor(options: CloudOptions) {
    this.#options = options;
    this.#client = new CloudClient({ base: options.url, deadline: options.deadline, clock: options.clock });
    this.#host = new URL(options.url).host;
  }

  /** Never repeated by itself. Any HTTP status below 500 but 429 is an answer. Rejects with DeviceError. */
  get(path: string, query: Readonly<Record<string, string>>): Promise<CloudAnswer> {
    return this.#queue.run(async () => {
      const { clock } = this.#options;
      const wait = this.#lastStart + spacing - clock.now();
      if (wait > 0) await pause(clock, wait, this.#closing.signal);
      this.#lastStart = clock.now();
      return this.#exchange(path, new URLSearchParams(query).toString());
    });
  }

  error(code: DeviceErrorCode, what: string, advice: string = this.#options.advice): DeviceError {
    return new DeviceError({ code, device: this.#options.device, what, advice });
  }

  /** Breaks off what is under way. Always ends. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#client.close();
    await this.#queue.idle();
  }

  async #exchange(path: string, query: string): Promise<CloudAnswer> {
    const { device, bearer } = this.#options;
    const answer = await this.#client.request({
      device,
      method: "GET",
      path: `${path}?${query}`,
      ...(bearer === undefined ? {} : { bearer }),
    });
    if (answer.status === 429)
      throw this.error("unreachable", `${this.#host} is asked too often`, "Set a longer pollInterval");
    if (answer.status >= 500)
      throw this.error("unreachable", `${this.#host} answered ${path} with HTTP ${answer.status}`);
    return answer;
  }
}
