/** The grid that a charger is connected to: where there is no neutral, the current comes back on another phase. */

import type { Clock } from "../../../model/clock.js";
import { messageOf } from "../../../model/errors.js";
import type { Log } from "../../../model/log.js";
import { answerOf } from "../../decoding/fields.js";
import type { EaseeCloud } from "./cloud.js";
import type { ObservationStore } from "./observations.js";

/** ms between requests for the configuration until it reports the grid. */
const lookAgain = 600_000;

/** `detectedPowerGridType`: TN with three phases, two, one; the others are IT, faults, and not known yet (evcc). */
const tnGrids: readonly number[] = [1, 2, 3];

interface Parts {
  readonly chargerId: string;
  /** Name in the configuration. */
  readonly device: string;
  readonly cloud: EaseeCloud;
  readonly store: ObservationStore;
  readonly clock: Clock;
  readonly log: Log;
}

export class GridFinder {
  readonly #parts: Parts;
  #lookedAt = -Infinity;
  #warned: number | null | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** A phase may be left without current by the limits of the circuit. False as long as the grid is not known. */
  get isTn(): boolean {
    return tnGrids.includes(this.#parts.store.number("gridType") ?? 0);
  }

  /** Requests it where the stream has not reported it, not too often, and warns once where phases can't be switched. Never rejects. */
  async look(): Promise<void> {
    const { store, clock, device, log } = this.#parts;
    const now = clock.now();
    if (!store.number("gridType") && now - this.#lookedAt >= lookAgain) {
      this.#lookedAt = now;
      await this.#request();
    }
    const type = store.number("gridType");
    if (this.isTn || this.#warned === type) return;
    this.#warned = type;
    const grid = type
      ? `on its grid (type ${type}) a phase may be the way back of another one`
      : "its grid is not known";
    log.warn(
      `${device}: ${grid}, so phases are not switched by its circuit. ` +
        "Set `phases` of this charger to what it uses, or use `control: charger`.",
    );
  }

  async #request(): Promise<void> {
    const { chargerId, device, cloud, store, log } = this.#parts;
    const path = `/api/chargers/${encodeURIComponent(chargerId)}/config`;
    try {
      const { json } = await cloud.request({ device, urgency: "read", operation: "config", path });
      const type = answerOf(json)?.get("detectedPowerGridType");
      if (type !== undefined) store.takeState(new Map([["detectedPowerGridType", type]]));
    } catch (error) {
      log.debug(messageOf(error));
    }
  }
}
