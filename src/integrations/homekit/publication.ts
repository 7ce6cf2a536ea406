/** One characteristic of one charger: what it answers, when its subscribers are notified, and what a write does. */

import type { Characteristic, CharacteristicValue } from "homebridge";
import type { Clock } from "../../model/clock.js";
import type { ChargerView } from "../../site/site-view.js";
import { factsOf, type Facts } from "../charger-facts.js";
import type { Value } from "../dead-band.js";
import { Reporter } from "../reporter.js";
import { booleanOf, type CharacteristicDefinition, type Hap, type Write } from "./definition.js";
import { invalidValue, longestText, noResponse } from "./hap-objects.js";

/** ms between two notifications of a measured number. */
const shortestInterval = 1_000;

interface PublicationParts {
  readonly hap: Hap;
  readonly clock: Clock;
  readonly characteristic: Characteristic;
  readonly definition: CharacteristicDefinition;
  /** Resolves once the write may be acknowledged, else rejects. A failure can still come after that. */
  readonly carryOut: (write: Write, onFailure: () => void) => Promise<void>;
}

export class Publication {
  private readonly reporter: Reporter<Facts>;

  constructor(
    private readonly parts: PublicationParts,
    private charger: ChargerView,
  ) {
    const { hap, clock, characteristic, definition } = parts;
    this.reporter = new Reporter({
      clock,
      unit: definition.unit,
      interval: shortestInterval,
      read: (facts) => this.read(facts),
      // HAP has no notification of a failure: subscribers see it at their next read.
      report: (value) => characteristic.updateValue(value ?? noResponse(hap)),
    });
    characteristic.onGet(() => {
      const value = this.reporter.current();
      if (value === null) throw noResponse(hap);
      return value;
    });
    if (definition.parseWrite === undefined) characteristic.removeOnSet();
    else characteristic.onSet((value) => this.write(value));
  }

  /** Notifies subscribers of what has moved. */
  refresh(charger: ChargerView): void {
    this.charger = charger;
    this.reporter.refresh(factsOf(charger));
  }

  /** Ends the timers; what is read afterwards is still answered. */
  stop(): void {
    this.reporter.stop();
  }

  private read(facts: Facts): Value | null {
    const { definition, characteristic } = this.parts;
    const value = definition.read(facts) ?? definition.none ?? null;
    return value === null ? null : withinLimits(rounded(value, definition.unit), characteristic);
  }

  private async write(value: CharacteristicValue): Promise<void> {
    const { definition, carryOut, characteristic, hap } = this.parts;
    const write = definition.parseWrite?.(value, this.charger) ?? null;
    if (write === null || typeof value === "object") throw invalidValue(hap);
    // HAP itself notifies the other subscribers of what was written.
    this.reporter.hold(characteristic.props.format === "bool" ? (booleanOf(value) ?? value) : value);
    try {
      await carryOut(write, () => this.reporter.release());
      if (value === definition.lifting) this.reporter.release();
    } catch {
      this.reporter.release();
      throw noResponse(hap);
    }
  }
}

/** Decimals that mean something, by unit: counters add up to numbers like 12.299999999999999. */
const decimals: Readonly<Record<string, number>> = { W: 1, A: 2, V: 1, kWh: 3, "°C": 1 };

function rounded(value: Value, unit: string | undefined): Value {
  const places = unit === undefined ? undefined : decimals[unit];
  if (places === undefined || typeof value !== "number") return value;
  return Math.round(value * 10 ** places) / 10 ** places;
}

/** HAP would warn of a number beyond the declared limits, and of a text that is too long, at every read. */
function withinLimits(value: Value, { props: { minValue, maxValue } }: Characteristic): Value {
  if (typeof value === "string") return value.slice(0, longestText);
  if (typeof value === "boolean") return value;
  return Math.min(Math.max(value, minValue ?? -Infinity), maxValue ?? Infinity);
}
