/** The energy limit of the session, which the WiFi gateway keeps by itself. */

import { z } from "zod";
import type { Answer } from "../../decoding/fields.js";
import { limitCounts, unsupported } from "../../options/requirements.js";
import type { Gateway } from "./gateway.js";

/** Wh; more than any car takes. */
const mostLimit = 1e6;

/** `value` is in Wh for type energy; minutes, % or a range for the other types. */
const limitForm = z.object({ type: z.string(), value: z.number().min(0).max(1e9) });

export class EnergyLimit {
  readonly #gateway: Gateway;
  /** kWh, as of the version below. */
  #known: number | null = null;
  /** `limit_version` of the status; `null`: not requested yet, or the gateway may have restarted. */
  #version: number | null = null;

  constructor(gateway: Gateway) {
    this.#gateway = gateway;
  }

  /** kWh; `null`: none. Requested only when the status shows another version of it. Rejects with DeviceError. */
  async read(status: Answer): Promise<number | null> {
    if (status.get("limit") !== true) return null;
    const version = versionOf(status);
    if (version === null || version !== this.#version) {
      this.#known = await this.#request();
      this.#version = version;
    }
    return this.#known;
  }

  forget(): void {
    this.#version = null;
  }

  /** It ends with the session. @param energy kWh; `null` lifts it */
  async set(energy: number | null): Promise<void> {
    const value = limitCounts(energy, 1_000, mostLimit, this.#gateway.device);
    const body = { type: "energy", value, auto_release: true };
    const change = value === null ? ({ method: "DELETE" } as const) : ({ method: "POST", body } as const);
    const { status, refusal } = await this.#gateway.change({ path: "/limit", ...change });
    this.forget();
    if (status === 404 || status === 405) {
      const advice = "Update the firmware of its WiFi gateway, or set the limit in this plugin's configuration";
      throw unsupported(this.#gateway.device, "this firmware has no limit for a session", advice);
    }
    const asked = value === null ? "lifting the limit" : `a limit of ${value} Wh`;
    if (refusal !== null)
      throw this.#gateway.error("refused", `${asked} was refused: ${refusal}`, "Try it in its web page");
    const is = await this.#request();
    if (is === (value === null ? null : value / 1_000)) return;
    const now = is === null ? "there is none" : `it is ${is} kWh`;
    throw this.#gateway.error("not-taken-over", `${asked} was not taken over: ${now}`, "Try it in its web page");
  }

  /** kWh; `null`: none, or one of another type. */
  async #request(): Promise<number | null> {
    const { json } = await this.#gateway.request({ method: "GET", path: "/limit", expect: [404] });
    const { type, value } = limitForm.safeParse(json).data ?? {};
    return type === "energy" && value !== undefined && value > 0 ? value / 1_000 : null;
  }
}

function versionOf(status: Answer): number | null {
  const version = status.get("limit_version");
  return typeof version === "number" ? version : null;
}
