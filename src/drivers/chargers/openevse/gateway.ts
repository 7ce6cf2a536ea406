/** Requests to the WiFi gateway of one OpenEVSE: one at a time, each with an end. */

import { z } from "zod";
import type { Clock } from "../../../model/clock.js";
import { DeviceError, type DeviceErrorCode } from "../../../model/errors.js";
import { parseJson } from "../../../model/json.js";
import { Exchange, type ExchangeRequest, type Login } from "../../../transport/exchange.js";
import { hostUrl } from "../../../transport/host-url.js";
import { localDeviceAdvice } from "../../../transport/http-failure.js";

export const gatewayAdvice = "Check that host and port belong to the WiFi gateway of an OpenEVSE";

const advice = {
  ...localDeviceAdvice(gatewayAdvice),
  loginRefused: "Check username and password; they are those of the gateway's web page",
};

export interface GatewayOptions {
  /** Name of the device in the configuration. */
  readonly device: string;
  readonly host: string;
  readonly port: number;
  readonly login?: Login | undefined;
  /** ms from the sending of a request to the last byte of its answer */
  readonly deadline: number;
  readonly clock: Clock;
}

export interface GatewayRequest extends Pick<ExchangeRequest, "method" | "path" | "body"> {
  /** It changes something although it is a GET, like commands over RAPI: then it is never repeated. */
  readonly changes?: boolean;
  /** HTTP statuses that the caller handles, beside 200. */
  readonly expect?: readonly number[];
}

export interface GatewayChange {
  readonly method: "POST" | "DELETE";
  readonly path: string;
  readonly body?: object;
}

export interface GatewayAnswer {
  readonly status: number;
  /** `undefined`: what came is not JSON. */
  readonly json: unknown;
}

export class Gateway {
  readonly device: string;
  readonly #exchange: Exchange;

  constructor({ device, host, port, ...options }: GatewayOptions) {
    this.device = device;
    this.#exchange = new Exchange({ ...options, url: hostUrl("http", host, port), advice });
  }

  /** Rejects with DeviceError, also for an HTTP status that the caller does not expect. */
  async request({ expect = [], ...request }: GatewayRequest): Promise<GatewayAnswer> {
    const { method, changes = method !== "GET" } = request;
    const answer = await this.#exchange.request({ ...request, device: this.device, repeatable: !changes });
    const { status, text } = answer;
    if (status !== 200 && !expect.includes(status)) throw answer.statusError();
    return { status, json: parseJson(withoutControls(text)) };
  }

  async getJson(path: string): Promise<unknown> {
    const { json } = await this.request({ method: "GET", path });
    if (json === undefined) throw this.protocol(`the answer to ${path} is not JSON`);
    return json;
  }

  /** Sends a change. `refusal` is the gateway's reason, `null` once it has accepted it. Rejects with DeviceError. */
  async change(change: GatewayChange): Promise<{ readonly status: number; readonly refusal: string | null }> {
    const { status, json } = await this.request({ ...change, expect: [201, 400, 404, 405, 500] });
    return { status, refusal: status === 200 || status === 201 ? null : reasonOf(json, status) };
  }

  /** Breaks off what is under way. Always ends. */
  close(): Promise<void> {
    return this.#exchange.close();
  }

  protocol(what: string): DeviceError {
    return this.error("protocol", what, gatewayAdvice);
  }

  error(code: DeviceErrorCode, what: string, advice: string): DeviceError {
    return new DeviceError({ code, device: this.device, what, advice });
  }
}

/** The gateway copies what its controller sends into the JSON with line ends, which JSON does not allow. */
function withoutControls(text: string): string {
  return text.replace(/\p{Cc}+/gu, " ");
}

/** The gateway's own text, where it has one. */
function reasonOf(json: unknown, status: number): string {
  const { msg } = z.object({ msg: z.string() }).safeParse(json).data ?? {};
  return msg === undefined ? `HTTP ${status}` : msg.replace(/\s+/g, " ").slice(0, 200);
}
