/** Whether the charger that answers is the one that is meant: it is known by its serial number. */

import type { Clock } from "../../../model/clock.js";
import { DeviceError } from "../../../model/errors.js";
import type { Answer } from "../../decoding/fields.js";

/** ms that a serial number stays proven: an address may be another device's by then. */
const proofLifetime = 30_000;

export class Identity {
  readonly #serial: string | undefined;
  readonly #device: string;
  readonly #clock: Clock;
  #provenAt = -Infinity;

  /** @param serial `undefined`: any charger will do */
  constructor(serial: string | undefined, device: string, clock: Clock) {
    this.#serial = serial;
    this.#device = device;
    this.#clock = clock;
  }

  /** @throws DeviceError when this is the status of another charger */
  check(answer: Answer): void {
    if (this.#serial === undefined) return;
    const told = answer.get("sse");
    if ((typeof told === "string" || typeof told === "number") && sameSerial(String(told), this.#serial)) {
      this.#provenAt = this.#clock.now();
      return;
    }
    this.#provenAt = -Infinity;
    const other = typeof told === "string" && /^\w{1,20}$/.test(told) ? `its serial number is ${told}` : null;
    const what = `${other ?? "it does not tell its serial number"}, and ${this.#serial} is wanted`;
    const advice = "Another charger may have this address now: correct the address, or serial";
    throw new DeviceError({ code: "wrong-device", device: this.#device, what, advice });
  }

  /** Nothing is known against writing to it now. */
  get proven(): boolean {
    return this.#serial === undefined || this.#clock.now() - this.#provenAt < proofLifetime;
  }
}

/** Some places write leading zeros, others do not. */
function sameSerial(one: string, other: string): boolean {
  return one.replace(/^0+/, "") === other.replace(/^0+/, "");
}
