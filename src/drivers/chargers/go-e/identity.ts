/** Whether the charger that answers is the configured one: it is known by its serial number. */

import type { Clock } from "../../../model/clock.js";
import { DeviceError } from "../../../model/errors.js";
import type { Status } from "./status.js";

/** ms that a verified serial number counts: later, another device may have the address. */
const verificationLifetime = 30_000;

export class Identity {
  readonly #serial: string | undefined;
  readonly #device: string;
  readonly #clock: Clock;
  #verifiedAt = -Infinity;

  /** @param serial `undefined`: any charger is accepted */
  constructor(serial: string | undefined, device: string, clock: Clock) {
    this.#serial = serial;
    this.#device = device;
    this.#clock = clock;
  }

  /** @throws DeviceError when this is the status of another charger */
  verify({ answer }: Status): void {
    if (this.#serial === undefined) return;
    const found = answer.get("sse");
    if ((typeof found === "string" || typeof found === "number") && sameSerial(String(found), this.#serial)) {
      this.#verifiedAt = this.#clock.now();
      return;
    }
    this.#verifiedAt = -Infinity;
    const other = typeof found === "string" && /^\w{1,20}$/.test(found) ? `its serial number is ${found}` : null;
    const what = `${other ?? "it does not report its serial number"}, and ${this.#serial} is wanted`;
    const advice = "Another charger may have this address now: correct the address, or serial";
    throw new DeviceError({ code: "wrong-device", device: this.#device, what, advice });
  }

  /** Whether the charger may be written to without reading its status first. */
  get isVerified(): boolean {
    return this.#serial === undefined || this.#clock.now() - this.#verifiedAt < verificationLifetime;
  }
}

/** Leading zeros may be missing. */
function sameSerial(one: string, other: string): boolean {
  return one.replace(/^0+/, "") === other.replace(/^0+/, "");
}
