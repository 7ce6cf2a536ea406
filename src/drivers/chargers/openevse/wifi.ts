/** An OpenEVSE in the language of its WiFi gateway: asked for its status, and heard whenever something changes. */

import { messageOf } from "../../../model/errors.js";
import { parseJson } from "../../../model/json.js";
import type { ChargerReading } from "../../../model/readings.js";
import { hostUrl } from "../../../transport/host-url.js";
import { openWebSocket, type WebSocketLink, type WebSocketOptions } from "../../../transport/websocket.js";
import type { Charger, ChargerWrites, DriverContext } from "../../driver.js";
import { type Answer, answerOf, readField } from "../../decoding/fields.js";
import { requireCurrent } from "../../options/requirements.js";
import { Board, type Claims } from "./claims.js";
import { Gateway, gatewayAdvice, type GatewayOptions } from "./gateway.js";
import { EnergyLimit } from "./limit.js";
import { readingOf } from "./reading.js";
import { type Details, detailsOf, factsOf, numbers, parseStatus, tellingKeys } from "./status.js";
import { currentRange, requireVoltage } from "./writes.js";

/** How its WebSocket is kept up; what is left out is as the transport has it. */
export type FeedTiming = Pick<WebSocketOptions, "deadline" | "heartbeat" | "retry">;

/** Keys that say, by another value, that something is to be asked for anew. */
const versions = ["config_version", "claims_version", "override_version", "limit_version", "limit"] as const;

/** What is known of the charger. */
interface Known {
  /** As of the last status, and what has been heard since. */
  status: Answer;
  /** The status that the rest belongs to. */
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
  readonly #board: Board;
  readonly #limit: EnergyLimit;
  readonly #listeners = new Set<(reading: ChargerReading) => void>();
  #link: WebSocketLink | null = null;
  #details: Details | null = null;
  /** Of the status that the details belong to. */
  #configVersion: unknown;
  #known: Known | null = null;
  /** While the gateway is being asked, what is heard waits for its answer. */
  #asking = 0;
  /** What has been heard since the last status. */
  #heardSince = new Map<string, unknown>();

  constructor(options: GatewayOptions, { log }: Pick<DriverContext, "log">, feedTiming: FeedTiming = {}) {
    this.#options = options;
    this.#log = log;
    this.#feedTiming = feedTiming;
    this.#gateway = new Gateway(options);
    this.#board = new Board(this.#gateway);
    this.#limit = new EnergyLimit(this.#gateway);
    const { device } = options;
    this.writes = {
      maxAmpere: async (amperes) => {
        requireCurrent(amperes, currentRange, device);
        await this.#board.change({ charge_current: amperes });
      },
      allowCharging: (allowed) => this.#board.change({ state: allowed ? "active" : "disabled" }),
      sessionChargeConsumptionLimit: (energy) => this.#limit.set(energy),
    };
  }

  async read(): Promise<ChargerReading> {
    this.#asking += 1;
    try {
      const status = parseStatus(await this.#gateway.getJson("/status"), this.#gateway);
      this.#heardSince = new Map();
      const known = await this.#complete(status);
      this.#known = known;
      return this.#reading(known);
    } catch (error) {
      this.#forget();
      throw error;
    } finally {
      this.#asking -= 1;
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
      onMessage: (text) => this.#heard(text),
      // What it said on the old connection may be outdated; the next poll tells.
      onLost: () => (this.#known = null),
      ...(login ? { login } : {}),
      ...this.#feedTiming,
      heartbeat: { question: () => '{"ping":1}', ...this.#feedTiming.heartbeat },
    });
  }

  /** Whole volts: what the gateway takes. */
  async tellVoltage(volts: number): Promise<void> {
    requireVoltage(volts, this.#gateway.device);
    const voltage = Math.max(1, Math.round(volts));
    const told = this.#known && readField(numbers.voltage, this.#known.status);
    if (told != null && Math.round(told) === voltage) return;
    await this.#gateway.request({ method: "POST", path: "/status", body: { voltage }, expect: [201] });
    if (this.#known) this.#known.status = new Map([...this.#known.status, ["voltage", voltage]]);
  }

  async close(): Promise<void> {
    this.#listeners.clear();
    await Promise.all([this.#link?.close(), this.#gateway.close()]);
  }

  #heard(text: string): void {
    const message = answerOf(parseJson(text));
    if (!message || ![...message.keys()].some((key) => tellingKeys.has(key))) return;
    this.#heardSince = new Map([...this.#heardSince, ...message]);
    const known = this.#known;
    if (!known || this.#asking > 0) return;
    known.status = new Map([...known.status, ...message]);
    if (versions.some((key) => known.status.get(key) !== known.basis.get(key))) void this.#askAnew(known.status);
    else this.#tell(known);
  }

  /** Somebody has changed what is asked of it. */
  async #askAnew(status: Answer): Promise<void> {
    this.#asking += 1;
    try {
      const known = await this.#complete(status);
      if (this.#known === null) return;
      this.#known = known;
      this.#tell(known);
    } catch (error) {
      this.#log.debug(messageOf(error));
    } finally {
      this.#asking -= 1;
    }
  }

  #tell(known: Known): void {
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
    const claims = await this.#board.look();
    const energyLimit = await this.#limit.look(status);
    const newest = new Map([...status, ...this.#heardSince]);
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
    this.#board.forget();
    this.#limit.forget();
  }
}
