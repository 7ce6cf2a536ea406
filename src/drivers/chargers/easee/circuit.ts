/** The circuit of a charger: its ids, whether other chargers share it, and its offline limit. */

import { z } from "zod";
import type { Clock } from "../../../model/clock.js";
import { DeviceError, messageOf } from "../../../model/errors.js";
import type { Log } from "../../../model/log.js";
import type { EaseeCloud } from "./cloud.js";

export interface CircuitOptions {
  readonly chargerId: string;
  readonly siteId?: number | undefined;
  readonly circuitId?: number | undefined;
  readonly control: "charger" | "circuit";
  /** A per phase that the charger may draw without the cloud. */
  readonly offlineCurrent: number;
}

export interface Circuit {
  readonly siteId: number;
  readonly circuitId: number;
  /** No other charger is on it. */
  readonly alone: boolean;
}

/** ms between lookups of the site until one succeeds: sites allow ten in an hour (pyeasee). */
const lookAgain = 600_000;

const siteAnswer = z.object({
  id: z.int(),
  circuits: z.array(z.object({ id: z.int(), chargers: z.array(z.object({ id: z.string() })).nullish() })),
});

const limit = z.number().nonnegative().nullish();
const settingsAnswer = z.object({
  offlineMaxCircuitCurrentP1: limit,
  offlineMaxCircuitCurrentP2: limit,
  offlineMaxCircuitCurrentP3: limit,
});

export class CircuitFinder {
  readonly #options: CircuitOptions;
  readonly #cloud: EaseeCloud;
  readonly #device: string;
  readonly #clock: Clock;
  readonly #log: Log;
  #found: Circuit | null = null;
  #failure: DeviceError | null = null;
  #lookedAt = -Infinity;

  constructor(options: CircuitOptions, cloud: EaseeCloud, device: string, clock: Clock, log: Log) {
    this.#options = options;
    this.#cloud = cloud;
    this.#device = device;
    this.#clock = clock;
    this.#log = log;
  }

  /** `null`: not found, or not looked up yet. */
  get circuit(): Circuit | null {
    return this.#found;
  }

  /** The circuit, where a current is set by it. @throws DeviceError why there is none */
  require(): Circuit {
    if (this.#found !== null) return this.#found;
    throw this.#failure ?? this.#unknown("it has not been looked for yet");
  }

  /** Looks it up until it is found, not too often. Never rejects. */
  async look(): Promise<void> {
    const now = this.#clock.now();
    if (this.#found !== null || now - this.#lookedAt < lookAgain) return;
    this.#lookedAt = now;
    try {
      this.#found = await this.#find();
      this.#failure = null;
    } catch (error) {
      this.#failure = error instanceof DeviceError ? error : this.#unknown(messageOf(error));
      const message = `${this.#failure.message} It is looked for again in ${lookAgain / 60_000} min.`;
      if (this.#options.control === "circuit") this.#log.warn(message);
      else this.#log.debug(message);
      return;
    }
    if (this.#options.control === "circuit" && !this.#found.alone)
      this.#log.warn(
        `${this.#device}: other chargers share circuit ${this.#found.circuitId}: its current limits them too, ` +
          "and phases are not switched. Set `phases` of this charger to 1 or 3, or use `control: charger`.",
      );
    await this.#checkOfflineLimit(this.#found);
  }

  async #find(): Promise<Circuit> {
    const { chargerId, siteId, circuitId } = this.#options;
    const path =
      siteId === undefined
        ? `/api/chargers/${encodeURIComponent(chargerId)}/site`
        : `/api/sites/${siteId}?detailed=true`;
    const { json } = await this.#cloud.request({ device: this.#device, urgency: "read", operation: "site", path });
    const site = siteAnswer.safeParse(json);
    if (!site.success) throw this.#unknown("the Easee cloud answers with something that is no site");
    const { id, circuits } = site.data;
    const own = circuits.filter((circuit) => circuit.chargers?.some((charger) => charger.id === chargerId));
    const circuit = own.find((candidate) => circuitId === undefined || candidate.id === circuitId);
    if (circuit === undefined) {
      const others = own.map((candidate) => candidate.id).join(", ");
      throw this.#unknown(
        circuitId === undefined
          ? `site ${id} has no circuit with charger ${chargerId}`
          : `charger ${chargerId} is not on circuit ${circuitId}${others === "" ? "" : `, but on ${others}`}`,
      );
    }
    return { siteId: id, circuitId: circuit.id, alone: circuit.chargers?.length === 1 };
  }

  /** Warned of once, never changed: it is kept in flash, and is the owner's to choose. */
  async #checkOfflineLimit({ siteId, circuitId }: Circuit): Promise<void> {
    const path = `/api/sites/${siteId}/circuits/${circuitId}/settings`;
    const request = { device: this.#device, urgency: "read", operation: "circuit settings", path } as const;
    const answer = await this.#cloud.request(request).catch((error: unknown) => {
      this.#log.debug(messageOf(error));
      return null;
    });
    const settings = settingsAnswer.safeParse(answer?.json);
    if (!settings.success) return;
    const limits = Object.values(settings.data).filter((value) => typeof value === "number");
    const highest = Math.max(-Infinity, ...limits);
    if (highest > this.#options.offlineCurrent)
      this.#log.warn(
        `${this.#device}: without the Easee cloud its circuit may take ${highest} A per phase ` +
          `(offlineMaxCircuitCurrent), more than the ${this.#options.offlineCurrent} A of \`offlineCurrent\`. ` +
          "If the main fuse does not carry that beside the house, have the limit lowered at Easee; " +
          "if it does, raise `offlineCurrent`.",
      );
  }

  #unknown(why: string): DeviceError {
    const advice = "Check `siteId` and `circuitId`, or leave them out, and that the account owns the site";
    const what = `the circuit of the charger is not known: ${why}`;
    return new DeviceError({ code: "wrong-device", device: this.#device, what, advice });
  }
}
