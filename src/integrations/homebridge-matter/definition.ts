/** What a device on Homebridge's Matter bridge is: rows of tables, without the bridge's objects. */

import type { MatterAccessory, MatterAPI } from "homebridge";
import type { ChargerCommand } from "../../model/commands.js";
import type { Value } from "../dead-band.js";

/** The part of Homebridge's Matter API that this integration uses. */
export interface Matter extends Pick<
  MatterAPI,
  "uuid" | "deviceTypes" | "status" | "registerPlatformAccessories" | "unregisterPlatformAccessories"
> {
  updateAccessoryState(uuid: string, cluster: string, attributes: Record<string, unknown>): Promise<void>;
  getAccessoryState(uuid: string, cluster: string): Promise<object | undefined>;
}

/** Attributes by cluster, in Matter's terms and units. */
export type Clusters = NonNullable<MatterAccessory["clusters"]>;

/** One value of a device. */
export interface Report<F> {
  /** Unit of a measured number, as in the channels; it chooses the dead band. */
  readonly unit?: string;
  /** ms at least between two reports of a measured number. */
  readonly interval: number;
  /** `null`: not known now. */
  read(facts: F): Value | null;
  /** What is set on Matter; empty: it stays as it was. */
  clusters(value: Value | null): Clusters;
}

export interface DeviceDefinition<F> {
  /**
   * Distinguishes the devices of one charger or meter. It is part of their identity, hence it never changes; but a device
   * that is given other clusters needs another kind, for controllers remember what they once saw of a device.
   */
  readonly kind: "outlet" | "plug" | "temperature" | "grid" | "pv" | "battery";
  readonly type: "OnOffOutlet" | "ContactSensor" | "TemperatureSensor" | "ElectricalSensor";
  /** What follows the name of the charger or meter; empty: nothing. */
  readonly label: string;
  /** The device appears once the first of these is known, and then stays. */
  readonly reports: readonly [Report<F>, ...Report<F>[]];
  /** What it means to switch the first of the reports; absent: there is nothing to switch. */
  readonly command?: (on: boolean) => ChargerCommand;
}

/** ms between two reports of a power or a temperature. */
const shortestInterval = 5_000;

/** ms between two reports of an energy: each is an event of its own, and matter.js holds none of them back. */
const energyInterval = 30_000;

/** A state is reported at once; one that is not known stays as it was, for Matter has no value for that. */
export function state<F>(read: (facts: F) => boolean | null, clusters: (value: boolean) => Clusters): Report<F> {
  return { interval: 0, read, clusters: (value) => (typeof value === "boolean" ? clusters(value) : {}) };
}

/** In W; Matter counts in mW, + is what the device takes. */
export function power<F>(read: (facts: F) => number | null): Report<F> {
  return {
    unit: "W",
    interval: shortestInterval,
    read,
    clusters: (value) => ({ electricalPowerMeasurement: { activePower: thousandths(value) } }),
  };
}

/** In kWh; Matter counts in mWh. */
export function energy<F>(
  attribute: "cumulativeEnergyImported" | "cumulativeEnergyExported",
  read: (facts: F) => number | null,
): Report<F> {
  return {
    unit: "kWh",
    interval: energyInterval,
    read,
    clusters(value) {
      const milliwattHours = typeof value === "number" ? Math.round(value * 1e6) : null;
      const counted = milliwattHours === null ? null : { energy: milliwattHours };
      return { electricalEnergyMeasurement: { [attribute]: counted } };
    },
  };
}

/** In °C; Matter counts in hundredths. */
export function celsius<F>(read: (facts: F) => number | null): Report<F> {
  return {
    unit: "°C",
    interval: shortestInterval,
    read,
    clusters: (value) => ({
      temperatureMeasurement: { measuredValue: typeof value === "number" ? Math.round(value * 100) : null },
    }),
  };
}

function thousandths(value: Value | null): number | null {
  return typeof value === "number" ? Math.round(value * 1_000) : null;
}
