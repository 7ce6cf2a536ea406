/** What a service and a characteristic of a charger are: rows of tables, without HAP's objects. */

import type { API, CharacteristicValue } from "homebridge";
import type { ChargerView } from "../../site/site-view.js";
import type { ChargerCommand } from "../../model/commands.js";
import type { Facts } from "../charger-facts.js";
import type { Value } from "../dead-band.js";

/** The part of Homebridge's API that this integration uses. */
export type HomeKitApi = Pick<
  API,
  | "hap"
  | "platformAccessory"
  | "registerPlatformAccessories"
  | "unregisterPlatformAccessories"
  | "updatePlatformAccessories"
>;

export type Hap = HomeKitApi["hap"];

/** A setting that goes to the charger past the controller. */
export type SettingWrite =
  | { readonly channel: "accessState"; readonly value: string }
  | { readonly channel: "transaction"; readonly value: number | null };

/** What a person's write means. */
export type Write = { readonly command: ChargerCommand } | { readonly setting: SettingWrite };

/** Apple's own, by their names in HAP-NodeJS. */
export type StandardCharacteristic = "On" | "OutletInUse" | "ContactSensorState" | "CurrentTemperature";

/** One that Apple Home does not know; Eve, Controller and the like show it. */
export interface CustomCharacteristic {
  readonly uuid: string;
  readonly name: string;
  readonly format: "float" | "bool" | "string";
  readonly min?: number;
  readonly max?: number;
  readonly step?: number;
}

export interface CharacteristicDefinition {
  /** Unique within the charger. It is stored with the accessory, hence it never changes. */
  readonly id: string;
  readonly shape: StandardCharacteristic | CustomCharacteristic;
  /** Unit of a measured number, as in the channels; it chooses the dead band. */
  readonly unit?: string;
  /** Published from the start. Else it appears once the charger has reported it, and then stays. */
  readonly always: boolean;
  /** `null`: not known now. */
  read(facts: Facts): Value | null;
  /** Stands for "not known now". Absent: this characteristic alone does not respond, for 0 would be a claim. */
  readonly none?: Value;
  /** A number that is written to lift a limit, and is never true itself. Once it is written the truth is shown. */
  readonly lifting?: number;
  /** What a write means; `null`: an invalid value. Absent: it cannot be written. */
  parseWrite?(value: CharacteristicValue, charger: ChargerView): Write | null;
}

export interface ServiceDefinition {
  readonly type: "Outlet" | "ContactSensor" | "TemperatureSensor" | "Switch";
  /** Distinguishes the services of one accessory. It is stored with the accessory, hence it never changes. */
  readonly subtype: string;
  /** What follows the charger's name; empty: nothing. */
  readonly label: string;
  readonly primary: boolean;
  /** The service exists while at least one of these is published. */
  readonly characteristics: readonly CharacteristicDefinition[];
}

/** HAP clients write 0 and 1 for booleans, too. `null`: neither. */
export function booleanOf(value: CharacteristicValue): boolean | null {
  if (typeof value === "boolean") return value;
  return value === 0 || value === 1 ? value === 1 : null;
}
