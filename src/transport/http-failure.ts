/**
 * What went wrong with one question over HTTP, in words. Neither a cause nor what came is passed on: it may quote what
 * it was asked, secrets included.
 */

import { isAxiosError } from "axios";
import { DeviceError } from "../model/errors.js";

/** What to do about each sort of failure: sentences without a full stop. */
export interface Advice {
  readonly unreachable: string;
  readonly protocol: string;
  /** Absent: as for `protocol`. */
  readonly loginRefused?: string;
  /** Where the certificate does not hold, or there is no TLS. Absent: as for `protocol`. */
  readonly untrusted?: string;
}

/** @param look what to look at on devices of this sort */
export function adviceAtHome(look: string): Advice {
  return {
    unreachable: `Check that it is on and in the network. ${look}`,
    protocol: look,
    loginRefused: `Check username and password, and that its API is switched on. ${look}`,
    untrusted:
      "Check the name in the address and this computer's clock; a certificate of your own is made known by NODE_EXTRA_CA_CERTS",
  };
}

interface Limits {
  /** ms */
  readonly deadline: number;
  /** Bytes of an answer. */
  readonly longest: number;
  readonly advice: Advice;
}

/** HTTP that the parser gave up on, or a body that its encoding does not fit. */
const unreadable = /^(HPE_|Z_|ERR_INVALID_PROTOCOL)/;

/** The certificate does not hold, or there is no TLS. */
const untrusted = /^(CERT_|ERR_TLS|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|EPROTO$|ERR_SSL)/;

export class HttpFailure {
  readonly #limits: Limits;
  readonly #host: string;
  readonly #where: string;
  readonly #device: string;

  constructor(limits: Limits, { host, pathname }: URL, device: string) {
    this.#limits = limits;
    this.#host = host;
    this.#where = `${host}${pathname}`;
    this.#device = device;
  }

  late(): DeviceError {
    return this.#unreachable(`no answer from ${this.#host} within ${this.#limits.deadline / 1_000} s`);
  }

  closed(): DeviceError {
    return this.#unreachable("the connection has been closed");
  }

  /** @param error what the request was broken off with */
  of(error: unknown): DeviceError {
    if (!isAxiosError(error)) return this.#unreachable(`no answer from ${this.#host}`);
    const { code = "", message, response } = error;
    if (message.startsWith("maxContentLength"))
      return this.#protocol(`the answer of ${this.#where} is longer than ${this.#limits.longest / 1_024} KiB`);
    if (unreadable.test(code)) return this.#protocol(`${this.#where} is not answered in readable HTTP`);
    if (untrusted.test(code)) {
      const { advice } = this.#limits;
      const what = `the encryption of ${this.#host} can't be trusted (${code})`;
      return this.#error("unreachable", what, advice.untrusted ?? advice.protocol);
    }
    if (response) return this.#unreachable(`the answer of ${this.#where} broke off`);
    return this.#unreachable(`no connection to ${this.#host}${code === "" ? "" : `: ${code}`}`);
  }

  /** @param status any but those that the caller makes something of */
  ofStatus(status: number): DeviceError {
    const { advice } = this.#limits;
    if (status === 401 || status === 403) {
      const what = `${this.#where} refuses access (HTTP ${status})`;
      return this.#error("login-refused", what, advice.loginRefused ?? advice.protocol);
    }
    if (status >= 300 && status < 400)
      return this.#protocol(`${this.#where} is redirected elsewhere (HTTP ${status}), which is not followed`);
    const what = `${this.#where} is answered with HTTP ${status}`;
    return status >= 500 ? this.#unreachable(what) : this.#protocol(what);
  }

  notJson(): DeviceError {
    return this.#protocol(`the answer of ${this.#where} is not JSON`);
  }

  #unreachable(what: string): DeviceError {
    return this.#error("unreachable", what, this.#limits.advice.unreachable);
  }

  #protocol(what: string): DeviceError {
    return this.#error("protocol", what, this.#limits.advice.protocol);
  }

  #error(code: "unreachable" | "protocol" | "login-refused", what: string, advice: string): DeviceError {
    return new DeviceError({ code, device: this.#device, what, advice });
  }
}
