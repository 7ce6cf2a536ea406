/** An OpenEVSE over the API of its WiFi gateway: polled for its status, and pushing changes over a WebSocket. */

import { messageOf } from "../../../model/errors.js";
import { parseJson } from "../../../model/json.js";
import type { ChargerReading } from "../../../model/readings.js";
import { hostUrl } from "../../../transport/host-url.js";
import { openWebSocket, type WebSocketLink, type WebSocketOptions } from "../../../transport/websocket.js";
import type { Charger, ChargerWrites, DriverContext } from "../../driver.js";
import { type Answer, answerOf, readField } from "../../decoding/fields.js";
import { requireCurrent } from "../../options/requirements.js";
import { type Claims, ClaimsApi } from "./claims.js";
import { Gateway, gatewayAdvice, type GatewayOptions } from "./gateway.js";
import { EnergyLimit } from "./limit.js";
import { readingOf } from "./reading.js";
import { type Details, detailsOf, factsOf, numbers, parseStatus, readingKeys } from "./status.js";
import { currentRange, wholeVolts } from "./writes.js";

/** Times of its WebSocket; what is left out is the transport's own. */
export type FeedTiming = Pick<WebSocketOptions, "deadline" | "heartbeat" | "retry">;

/** Keys whose change means that the configuration, the claims or the limit have to be requested anew. */
const versions = ["config_version", "claims_version", "override_version", "limit_version", "limit"] as const;

/** The state of the charger as far as it is known. */
interface Known {
  /** The last status, with the changes since. */
  status: Answer;
  /** The status with which the rest was requested. */
  readonly basis: Answer;
  readonly details: Details;
  readonly claims: Claims | null;
  /** kWh */
  readonly energyLimit: number | null;
}

export class WifiCharger implements Charger {
  readonly writes: ChargerWrites;
  readonly #options: GatewayOptions;
  readonly #log: DriverContext["log"];
  readonly #feedTiming: FeedTiming;
  readonly #gateway: Gateway;
  readonly #claims: ClaimsApi;
  readonly #limit: EnergyLimit;
  readonly #listeners = new Set<(reading: ChargerReading) => void>();
  #link: WebSocketLink | null = null;
  #details: Details | null = null;
  /** Of the status that the details belong to. */
  #configVersion: unknown;
  #known: Known | null = null;
  /** Requests under way; changes that arrive meanwhile wait for the answer. */
  #requests = 0;
  /** Changes since the last status. */
  #changes = new Map<string, unknown>();

  constructor(options: GatewayOptions, { log }: Pick<DriverContext, "log">, feedTiming: FeedTiming = {}) {
    this.#options = options;
    this.#log = log;
    this.#feedTiming = feedTiming;
    this.#gateway = new Gateway(options);
    this.#claims = new ClaimsApi(this.#gateway);
    this.#limit = new EnergyLimit(this.#gateway);
    const { device } = options;
    this.writes = {
      maxAmpere: async (amperes) => {
        requireCurrent(amperes, currentRange, device);
        await this.#claims.change({ charge_current: amperes });
      },
      allowCharging: (allowed) => this.#claims.change({ state: allowed ? "active" : "disabled" }),
      sessionChargeConsumptionLimit: (energy) => this.#limit.set(energy),
    };
  }

  async read(): Promise<ChargerReading> {
    this.#requests += 1;
    try {
      const status = parseStatus(await this.#gateway.getJson("/status"), this.#gateway);
      this.#changes = new Map();
      const known = await this.#complete(status);
      this.#known = known;
      return this.#reading(known);
    } catch (error) {
      this.#forget();
      throw error;
    } finally {
      this.#requests -= 1;
    }
  }

  watch(onReading: (reading: ChargerReading) => void): void {
    this.#listeners.add(onReading);
    const { device, host, port, login, clock } = this.#options;
    this.#link ??= openWebSocket({
      device,
      url: `${hostUrl("ws", host, port)}/ws`,
      clock,
      log: this.#log,
      advice: gatewayAdvice,
      onMessage: (text) => this.#received(text),
      // What came over the old connection may be outdated: the next poll counts.
      onLost: () => (this.#known = null),
      ...(login ? { login } : {}),
      ...this.#feedTiming,
      heartbeat: { message: () => '{"ping":1}', ...this.#feedTiming.heartbeat },
    });
  }

  async setMeasuredVoltage(volts: number): Promise<void> {
    const voltage = wholeVolts(volts, this.#gateway.device);
    const known = this.#known && readField(numbers.voltage, this.#known.status);
    if (known !== null && Math.round(known) === voltage) return;
    await this.#gateway.request({ method: "POST", path: "/status", body: { voltage }, expect: [201] });
    if (this.#known) this.#known.status = new Map([...this.#known.status, ["voltage", voltage]]);
  }

  async close(): Promise<void> {
    this.#listeners.clear();
    await Promise.all([this.#link?.close(), this.#gateway.close()]);
  }

  #received(text: string): void {
    const message = answerOf(parseJson(text));
    if (!message || ![...message.keys()].some((key) => readingKeys.has(key))) return;
    this.#changes = new Map([...this.#changes, ...message]);
    const known = this.#known;
    if (!known || this.#requests > 0) return;
    known.status = new Map([...known.status, ...message]);
    if (versions.some((key) => known.status.get(key) !== known.basis.get(key))) void this.#refresh(known.status);
    else this.#publish(known);
  }

  /** Requests anew what belongs to a changed status. */
  async #refresh(status: Answer): Promise<void> {
    this.#requests += 1;
    try {
      const known = await this.#complete(status);
      if (this.#known === null) return;
      this.#known = known;
      this.#publish(known);
    } catch (error) {
      this.#log.debug(messageOf(error));
    } finally {
      this.#requests -= 1;
    }
  }

  #publish(known: Known): void {
    try {
      const reading = this.#reading(known);
      for (const listener of this.#listeners) listener(reading);
    } catch (error) {
      this.#log.debug(messageOf(error));
    }
  }

  async #complete(status: Answer): Promise<Known> {
    if (this.#details === null || status.get("config_version") !== this.#configVersion) {
      const { json } = await this.#gateway.request({ method: "GET", path: "/config", expect: [404] });
      this.#details = detailsOf(json);
      this.#configVersion = status.get("config_version");
    }
    const claims = await this.#claims.read();
    const energyLimit = await this.#limit.read(status);
    const newest = new Map([...status, ...this.#changes]);
    return { status: newest, basis: status, details: this.#details, claims, energyLimit };
  }

  #reading({ status, details, claims, energyLimit }: Known): ChargerReading {
    parseStatus(Object.fromEntries(status), this.#gateway);
    return readingOf(factsOf(status, details, claims, energyLimit));
  }

  /** After a failure it may be another firmware, another configuration, or one that has forgotten our claim. */
  #forget(): void {
    this.#known = null;
    this.#details = null;
    this.#claims.forget();
    this.#limit.forget();
  }
}
