/** RPC frames: numbered requests and responses, and the status notifications between them. */

import { randomUUID } from "node:crypto";
import type { Clock } from "../../../../model/clock.js";
import { DeviceError } from "../../../../model/errors.js";
import { parseJson } from "../../../../model/json.js";
import { type Answer, answerOf, toNumber } from "../../../decoding/fields.js";
import type { Components } from "./measurements.js";
import { advice } from "./rpc.js";

/** ms that the device has for an answer. */
const answerTimeout = 5_000;

/** What a frame was answered with: one of the two is there. */
export interface Reply {
  readonly result: unknown;
  readonly error: Answer | null;
}

export interface StatusNotification {
  readonly components: Components;
  /** All of each component, not only what has changed. */
  readonly whole: boolean;
}

interface Pending {
  resolve(reply: Reply): void;
  reject(error: DeviceError): void;
}

export class Frames {
  /** Who asks: the device answers to it. */
  readonly source = `ev-charging-${randomUUID().slice(0, 8)}`;
  readonly #device: string;
  readonly #clock: Clock;
  readonly #pending = new Map<number, Pending>();
  #number = 0;

  constructor(device: string, clock: Clock) {
    this.#device = device;
    this.#clock = clock;
  }

  /** @param send puts a frame on its way; `false`: it can't */
  ask(send: (frame: string) => boolean, method: string, params: object, auth?: object): Promise<Reply> {
    const id = (this.#number += 1);
    return new Promise((resolve, reject) => {
      const end = (settle: () => void): void => {
        timer.cancel();
        this.#pending.delete(id);
        settle();
      };
      const pending: Pending = {
        resolve: (reply) => end(() => resolve(reply)),
        reject: (error) => end(() => reject(error)),
      };
      const timer = this.#clock.after(answerTimeout, () =>
        pending.reject(this.#unreachable(`no answer from the Shelly within ${answerTimeout / 1_000} s`)),
      );
      this.#pending.set(id, pending);
      if (!send(JSON.stringify({ id, src: this.source, method, params, ...(auth ? { auth } : {}) })))
        pending.reject(this.#unreachable("the connection to the Shelly is broken"));
    });
  }

  /** Takes a frame in: settles the question that it answers, or gives the notice that it is. */
  take(text: string): StatusNotification | null {
    const frame = answerOf(parseJson(text));
    if (!frame) return null;
    const method = frame.get("method");
    if (method === "NotifyStatus" || method === "NotifyFullStatus") {
      const params = answerOf(frame.get("params"));
      return params && { components: componentsIn(params), whole: method === "NotifyFullStatus" };
    }
    const pending = this.#pending.get(toNumber(frame.get("id")) ?? NaN);
    if (frame.has("result") || frame.has("error"))
      pending?.resolve({ result: frame.get("result"), error: answerOf(frame.get("error")) });
    return null;
  }

  /** Nobody answers any more. */
  abandon(why: string): void {
    for (const { reject } of this.#pending.values()) reject(this.#unreachable(why));
  }

  #unreachable(what: string): DeviceError {
    return new DeviceError({ code: "unreachable", device: this.#device, what, advice });
  }
}

export function componentsIn(status: Answer): Components {
  const components = [...status].flatMap(([name, value]): [string, Answer][] => {
    const answer = answerOf(value);
    return answer ? [[name, answer]] : [];
  });
  return new Map(components);
}
