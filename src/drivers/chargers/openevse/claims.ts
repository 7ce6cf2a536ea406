/** Claims on an OpenEVSE, with which several clients ask for a state and a current at once; one of them is ours. */

import { z } from "zod";
import { unsupported } from "../../options/requirements.js";
import type { Gateway } from "./gateway.js";

/**
 * Our client id. The charger's list of vendors does not have us, and its number for those without one, 0xFFFE, does not
 * fit the 31 bits that it reads from a path: hence "EV" in ASCII as vendor, and 1.
 */
const ourClient = 0x4556_0001;
/** EvseClient_OpenEVSE_Manual: the override by people on its web page, its screen, or in its app. */
const manualClient = 0x0001_0001;

const overrideAdvice = "Another app or controller may use the manual override at the same time";

export type ClaimedState = "active" | "disabled";

export interface Claim {
  readonly state: ClaimedState | null;
  /** A */
  readonly chargeCurrent: number | null;
}

/** `null`: none. */
export interface Claims {
  readonly ours: Claim | null;
  readonly manual: Claim | null;
}

export interface Change {
  readonly state?: ClaimedState;
  /** A */
  readonly charge_current?: number;
}

/** What the API calls properties. Keys that are not named here are kept. */
const properties = z.looseObject({
  state: z.enum(["active", "disabled"]).optional(),
  charge_current: z.number().optional(),
});

type Properties = z.output<typeof properties>;

const claimList = z.array(z.looseObject({ ...properties.shape, client: z.number() }));

const noProperties: Properties = {};

/** Our claim, or in firmware that has no claims the manual override, which then is ours too. */
export class ClaimsApi {
  readonly #gateway: Gateway;
  /** Whether it has claims, once it is known. */
  #hasClaims: boolean | null = null;

  constructor(gateway: Gateway) {
    this.#gateway = gateway;
  }

  /** Our claim and the manual override; `null`: this firmware has no claims. Rejects with DeviceError. */
  async read(): Promise<Claims | null> {
    const list = await this.#list();
    if (list === null) return null;
    const of = (client: number): Claim | null => {
      const found = list.find((claim) => claim.client === client);
      return found ? { state: found.state ?? null, chargeCurrent: found.charge_current ?? null } : null;
    };
    return { ours: of(ourClient), manual: of(manualClient) };
  }

  /**
   * Changes our claim, and keeps its other properties: a post replaces the whole, and one without `state` would start
   * the charge. It never releases itself, so that unplugging does not lift it. Rejects with DeviceError.
   */
  async change(change: Change): Promise<void> {
    const list = await this.#list();
    if (list) await this.#claim(list, change);
    else await this.#override(change);
  }

  /** The gateway may come back with another firmware. */
  forget(): void {
    this.#hasClaims = null;
  }

  async #claim(list: z.output<typeof claimList>, change: Change): Promise<void> {
    const standing = Object.entries(ourClaim(list) ?? {}).filter(([key]) => key !== "client" && key !== "priority");
    const wanted = { ...Object.fromEntries(standing), ...change, auto_release: false };
    await this.#post(`/claims/${ourClient}`, wanted, "Restart its gateway: it takes no more than ten claims");
    this.#requireTaken(
      ourClaim((await this.#list()) ?? []),
      change,
      "See under Developer in its web page who claims it",
    );
  }

  async #override(change: Change): Promise<void> {
    const wanted = { ...(await this.#standingOverride()), ...change, auto_release: false };
    await this.#post("/override", wanted, overrideAdvice);
    this.#requireTaken(await this.#standingOverride(), change, overrideAdvice);
  }

  /** 404 where there is none, in firmware of before May 2023. */
  async #standingOverride(): Promise<Properties> {
    const { status, json } = await this.#gateway.request({ method: "GET", path: "/override", expect: [404] });
    if (status === 404) return noProperties;
    const parsed = properties.safeParse(json);
    if (parsed.success) return parsed.data;
    throw this.#gateway.protocol("the answer to /override is not a manual override");
  }

  async #list(): Promise<z.output<typeof claimList> | null> {
    if (this.#hasClaims === false) return null;
    const { status, json } = await this.#gateway.request({ method: "GET", path: "/claims", expect: [404, 405] });
    if (status !== 200) {
      this.#hasClaims = false;
      return null;
    }
    const parsed = claimList.safeParse(json);
    if (!parsed.success) throw this.#gateway.protocol("the answer to /claims is not a list of claims");
    this.#hasClaims = true;
    return parsed.data;
  }

  async #post(path: string, body: object, advice: string): Promise<void> {
    const { status, refusal } = await this.#gateway.change({ method: "POST", path, body });
    if (path === "/override" && (status === 404 || status === 405)) {
      const update = "Update the firmware of its WiFi gateway, or set api to rapi";
      throw unsupported(this.#gateway.device, "this firmware has neither claims nor a manual override", update);
    }
    if (refusal !== null)
      throw this.#gateway.error("refused", `${JSON.stringify(body)} was refused: ${refusal}`, advice);
  }

  #requireTaken(standing: Properties | null, { state, charge_current }: Change, advice: string): void {
    const compare = (what: string, wanted: unknown, is: unknown): void => {
      if (wanted === undefined || wanted === is) return;
      const now = is === undefined ? "not set" : String(is);
      throw this.#gateway.error("not-taken-over", `${what} ${String(wanted)} was not taken over, it is ${now}`, advice);
    };
    compare("state", state, standing?.state);
    compare("charge_current", charge_current, standing?.charge_current);
  }
}

function ourClaim(list: z.output<typeof claimList>) {
  return list.find(({ client }) => client === ourClient) ?? null;
}
