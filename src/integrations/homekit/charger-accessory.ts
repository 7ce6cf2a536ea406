/** One charger as an accessory: its services, and what of it is published. */

import type { Characteristic, PlatformAccessory, Service } from "homebridge";
import type { Clock } from "../../model/clock.js";
import { messageOf } from "../../model/errors.js";
import type { Log } from "../../model/log.js";
import type { ChargerView, SiteApi } from "../../site/site-view.js";
import { factsOf, type Facts } from "../charger-facts.js";
import type { CharacteristicDefinition, Hap, ServiceDefinition, SettingWrite, Write } from "./definition.js";
import { characteristicOf, informationOf, prune, serviceOf } from "./hap-objects.js";
import { firmwareRevision, homeName, identityText } from "./names.js";
import { outlet } from "./outlet.js";
import { plug } from "./plug.js";
import { Publication } from "./publication.js";
import { sun } from "./sun.js";
import { temperature } from "./temperature.js";

/** Key within the stored context of an accessory, hence it never changes. */
const reportedKey = "told";

/** ms for which HomeKit waits for a setting to be taken over; then it is acknowledged, and a failure is only logged. */
const longestWait = 2_500;

interface ChargerAccessoryParts {
  readonly hap: Hap;
  readonly log: Log;
  readonly clock: Clock;
  readonly site: SiteApi;
  readonly accessory: PlatformAccessory;
  /** Calls back when the accessory has to be stored anew. */
  readonly onGrown: () => void;
}

export class ChargerAccessory {
  private readonly services: readonly ServiceDefinition[];
  private readonly publications = new Map<string, Publication>();

  /** @param charger as it is now, which may be before any contact */
  constructor(
    private readonly parts: ChargerAccessoryParts,
    private readonly charger: ChargerView,
  ) {
    this.services = [outlet(charger), plug, temperature, sun];
    this.introduce(charger);
    prune(parts.hap, parts.accessory, this.publish());
    this.refresh(charger);
  }

  /** Publishes what has changed since the last time. */
  refresh(charger: ChargerView): void {
    const facts = factsOf(charger);
    if (facts?.reading.firmware != null) this.introduceFirmware(facts.reading.firmware);
    if (this.learn(facts)) {
      this.publish();
      this.parts.onGrown();
    }
    this.publications.forEach((publication) => publication.refresh(charger));
  }

  stop(): void {
    this.publications.forEach((publication) => publication.stop());
  }

  private introduce({ name, brand, model }: ChargerView): void {
    const { hap, accessory } = this.parts;
    informationOf(hap, accessory)
      .updateCharacteristic(hap.Characteristic.Manufacturer, identityText(brand, "Maker"))
      .updateCharacteristic(hap.Characteristic.Model, identityText(model, "Charger"))
      .updateCharacteristic(hap.Characteristic.SerialNumber, identityText(name, "Charger"));
  }

  private introduceFirmware(firmware: string): void {
    const { hap, accessory } = this.parts;
    const revision = informationOf(hap, accessory).getCharacteristic(hap.Characteristic.FirmwareRevision);
    const text = firmwareRevision(firmware);
    if (revision.value !== text) revision.updateValue(text);
  }

  /** Ids of what this charger has reported at least once, stored with the accessory. */
  private get reported(): readonly string[] {
    const stored: unknown = this.parts.accessory.context[reportedKey];
    return Array.isArray(stored) ? stored.filter((id) => typeof id === "string") : [];
  }

  /** @returns whether the charger reported something for the first time */
  private learn(facts: Facts | null): boolean {
    if (facts === null) return false;
    const reported = this.reported;
    const added = this.services
      .flatMap(({ characteristics }) => characteristics)
      .filter(({ id, always, read }) => !always && !reported.includes(id) && read(facts) !== null)
      .map(({ id }) => id);
    if (added.length === 0) return false;
    this.parts.accessory.context[reportedKey] = [...reported, ...added];
    return true;
  }

  /** Makes what is missing; finds what is there. */
  private publish(): ReadonlyMap<Service, ReadonlySet<Characteristic>> {
    const { hap, accessory } = this.parts;
    const reported = this.reported;
    const published = new Map<Service, ReadonlySet<Characteristic>>();
    for (const definition of this.services) {
      const wanted = definition.characteristics.filter(({ id, always }) => always || reported.includes(id));
      if (wanted.length === 0) continue;
      const service = serviceOf(hap, accessory, homeName(this.charger.name), definition);
      published.set(service, new Set(wanted.map((characteristic) => this.publishOne(service, characteristic))));
    }
    return published;
  }

  private publishOne(service: Service, definition: CharacteristicDefinition): Characteristic {
    const { hap, clock } = this.parts;
    const characteristic = characteristicOf(hap, service, definition);
    if (this.publications.has(definition.id)) return characteristic;
    const publication = new Publication(
      {
        hap,
        clock,
        characteristic,
        definition,
        carryOut: (write, onFailure) => this.carryOut(write, onFailure),
      },
      this.charger,
    );
    this.publications.set(definition.id, publication);
    return characteristic;
  }

  /** The controller takes a command at once; a setting goes to the charger, and HomeKit does not wait for it for long. */
  private async carryOut(write: Write, onFailure: () => void): Promise<void> {
    const { site, log, clock } = this.parts;
    const warn = (error: unknown) => log.warn(messageOf(error));
    if ("command" in write) {
      try {
        site.command(this.charger.name, write.command);
      } catch (error) {
        warn(error);
        throw error;
      }
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const patience = clock.after(longestWait, resolve);
      this.writeSetting(write.setting).then(
        () => {
          patience.cancel();
          resolve();
        },
        (error: unknown) => {
          patience.cancel();
          warn(error);
          onFailure();
          reject(error);
        },
      );
    });
  }

  private writeSetting(setting: SettingWrite): Promise<void> {
    const { site } = this.parts;
    const { name } = this.charger;
    return setting.channel === "accessState"
      ? site.write(name, setting.channel, setting.value)
      : site.write(name, setting.channel, setting.value);
  }
}
