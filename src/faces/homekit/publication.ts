/** One characteristic of one charger: what it answers, when its subscribers are told, and what a write does. */

import type { Characteristic, CharacteristicValue } from "homebridge";
import type { Clock, Timer } from "../../model/clock.js";
import type { ChargerView } from "../../site/house.js";
import { hasMoved, isMeasured } from "./dead-band.js";
import { booleanOf, type CharacteristicDefinition, type Facts, type Hap, type Value, type Wish } from "./definition.js";
import { invalidValue, longestText, noResponse } from "./hap-objects.js";

/** ms between two notices of a measured number. */
const shortestInterval = 1_000;

/** ms after a write for which the written value is shown, while the charger takes it over. Then the truth is. */
const settlingTime = 10_000;

interface PublicationParts {
  readonly hap: Hap;
  readonly clock: Clock;
  readonly characteristic: Characteristic;
  readonly definition: CharacteristicDefinition;
  /** `null`: the charger is no longer configured. */
  readonly charger: () => ChargerView | null;
  /** `null`: the charger does not answer, or has not yet. */
  readonly facts: () => Facts | null;
  /** Resolves once the write may be acknowledged, else rejects. A failure can still come after that. */
  readonly carryOut: (wish: Wish, onFailure: () => void) => Promise<void>;
}

export class Publication {
  /** The last value told; `null`: no response; `undefined`: nothing yet. */
  private told: Value | null | undefined;
  private toldAt = -Infinity;
  private written: { readonly value: Value; readonly until: number } | null = null;
  private notice: Timer | null = null;
  private settling: Timer | null = null;

  constructor(private readonly parts: PublicationParts) {
    const { hap, characteristic, definition } = parts;
    characteristic.onGet(() => {
      const value = this.current();
      if (value === null) throw noResponse(hap);
      return value;
    });
    if (definition.wish === undefined) characteristic.removeOnSet();
    else characteristic.onSet((value) => this.write(value));
  }

  /** Tells subscribers what has moved. HAP has no notice of failure: subscribers see it at their next read. */
  refresh(): void {
    const { clock, characteristic, definition, hap } = this.parts;
    const value = this.current();
    if (value === null) {
      this.notice = cancelled(this.notice);
      if (this.told !== null) characteristic.updateValue(noResponse(hap));
      this.told = null;
      return;
    }
    if (this.told !== undefined && !hasMoved(definition.unit, this.told, value)) {
      this.notice = cancelled(this.notice);
      return;
    }
    const wait = this.toldAt + shortestInterval - clock.now();
    if (isMeasured(definition.unit) && this.told !== null && wait > 0) {
      this.notice ??= clock.after(wait, () => {
        this.notice = null;
        this.refresh();
      });
      return;
    }
    this.notice = cancelled(this.notice);
    this.told = value;
    this.toldAt = clock.now();
    characteristic.updateValue(value);
  }

  /** Ends the timers; what is read afterwards is still answered. */
  stop(): void {
    this.notice = cancelled(this.notice);
    this.settling = cancelled(this.settling);
  }

  private current(): Value | null {
    const { definition, facts, clock, characteristic } = this.parts;
    const known = facts();
    if (known === null) return null;
    const value = definition.read(known) ?? definition.none ?? null;
    const truth = value === null ? null : withinLimits(value, characteristic);
    if (this.written === null) return truth;
    if (this.written.value !== truth && clock.now() < this.written.until) return this.written.value;
    this.settled();
    return truth;
  }

  private settled(): void {
    this.written = null;
    this.settling = cancelled(this.settling);
  }

  private async write(value: CharacteristicValue): Promise<void> {
    const { definition, charger, carryOut, characteristic, clock, hap } = this.parts;
    const view = charger();
    if (view === null) throw noResponse(hap);
    const wish = definition.wish?.(value, view) ?? null;
    if (wish === null || typeof value === "object") throw invalidValue(hap);
    const written = characteristic.props.format === "bool" ? (booleanOf(value) ?? value) : value;
    this.settled();
    this.written = { value: written, until: clock.now() + settlingTime };
    this.settling = clock.after(settlingTime, () => this.giveUp());
    // HAP itself tells the other subscribers what was written.
    this.told = written;
    this.toldAt = clock.now();
    try {
      await carryOut(wish, () => this.giveUp());
    } catch {
      this.giveUp();
      throw noResponse(hap);
    }
  }

  private giveUp(): void {
    this.settled();
    this.refresh();
  }
}

function cancelled(timer: Timer | null): null {
  timer?.cancel();
  return null;
}

/** HAP would warn of a number beyond the declared limits, and of a text that is too long, at every read. */
function withinLimits(value: Value, { props: { minValue, maxValue } }: Characteristic): Value {
  if (typeof value === "string") return value.slice(0, longestText);
  if (typeof value === "boolean") return value;
  return Math.min(Math.max(value, minValue ?? -Infinity), maxValue ?? Infinity);
}
