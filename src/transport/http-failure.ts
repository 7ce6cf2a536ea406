/**
 * The DeviceError for a failed HTTP request. It contains neither the cause nor the response: both may quote the
 * request, secrets included.
 */

import { isAxiosError } from "axios";
import { DeviceError } from "../model/errors.js";

/** Advice for each kind of failure: sentences without a full stop. */
export interface Advice {
  readonly unreachable: string;
  readonly protocol: string;
  /** Absent: as for `protocol`. */
  readonly loginRefused?: string;
  /** For an invalid certificate, or where there is no TLS. Absent: as for `protocol`. */
  readonly untrusted?: string;
}

/** @param look what to check on devices of this kind */
export function localDeviceAdvice(look: string): Advice {
  return {
    unreachable: `Check that it is on and in the network. ${look}`,
    protocol: look,
    loginRefused: `Check username and password, and that its API is switched on. ${look}`,
    untrusted:
      "Check the name in the address and this computer's clock; NODE_EXTRA_CA_CERTS adds a certificate of your own",
  };
}

interface Limits {
  /** ms */
  readonly deadline: number;
  /** Bytes of a response. */
  readonly maxBytes: number;
  readonly advice: Advice;
}

/** Codes of HTTP that can't be parsed, and of bodies that can't be decoded. */
const unreadable = /^(HPE_|Z_|ERR_INVALID_PROTOCOL)/;

/** Codes of invalid certificates, and of servers without TLS. */
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

  timedOut(): DeviceError {
    return this.#unreachable(`no answer from ${this.#host} within ${this.#limits.deadline / 1_000} s`);
  }

  closed(): DeviceError {
    return this.#unreachable("the connection has been closed");
  }

  /** @param error that the request was rejected with */
  ofError(error: unknown): DeviceError {
    if (!isAxiosError(error)) return this.#unreachable(`no answer from ${this.#host}`);
    const { code = "", message, response } = error;
    if (message.startsWith("maxContentLength"))
      return this.#protocol(`the answer of ${this.#where} is longer than ${this.#limits.maxBytes / 1_024} KiB`);
    if (unreadable.test(code)) return this.#protocol(`the answer of ${this.#where} is not valid HTTP`);
    if (untrusted.test(code)) {
      const { advice } = this.#limits;
      const what = `the encryption of ${this.#host} can't be trusted (${code})`;
      return this.#error("unreachable", what, advice.untrusted ?? advice.protocol);
    }
    if (response) return this.#unreachable(`the answer of ${this.#where} broke off`);
    return this.#unreachable(`no connection to ${this.#host}${code === "" ? "" : `: ${code}`}`);
  }

  /** @param status one that the caller does not handle */
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
