/** HomeKit: one accessory per charger, created, restored and removed. */

import type { PlatformAccessory } from "homebridge";
import type { Clock } from "../../model/clock.js";
import type { Log } from "../../model/log.js";
import type { ChargerView, SiteApi } from "../../site/site-view.js";
import { ChargerAccessory } from "./charger-accessory.js";
import type { HomeKitApi } from "./definition.js";
import { homeName } from "./names.js";

/** HAP, Categories.OUTLET: the icon while pairing. */
const outletCategory = 7;

export interface HomeKitIntegrationParts {
  readonly api: HomeKitApi;
  readonly log: Log;
  readonly clock: Clock;
  readonly site: SiteApi;
  /** Names of devices that are configured wrongly: the site does not have them, and they keep their place in the home. */
  readonly faulty: readonly string[];
  readonly pluginName: string;
  readonly platformName: string;
}

export class HomeKitIntegration {
  /** Every accessory that Homebridge has of ours, by UUID. */
  private readonly accessories = new Map<string, PlatformAccessory>();
  /** By the charger's name. */
  private chargers: ReadonlyMap<string, ChargerAccessory> = new Map();
  private unsubscribe: (() => void) | null = null;

  constructor(private readonly parts: HomeKitIntegrationParts) {}

  /** Takes back an accessory from Homebridge's cache. */
  restore(accessory: PlatformAccessory): void {
    this.accessories.set(accessory.UUID, accessory);
  }

  /** Once Homebridge has restored all it had. Starting again is starting anew. */
  start(): void {
    this.stop();
    const { site } = this.parts;
    const { chargers } = site.view;
    this.prune(chargers);
    this.chargers = new Map(chargers.map((charger) => [charger.name, this.open(charger)]));
    this.unsubscribe = site.onChange((view) => {
      for (const charger of view.chargers) this.chargers.get(charger.name)?.refresh(charger);
    });
  }

  stop(): void {
    this.unsubscribe?.();
    this.unsubscribe = null;
    this.chargers.forEach((charger) => charger.stop());
    this.chargers = new Map();
  }

  /** By the name in the configuration: it is what people keep when they replace a charger or its address. */
  private uuidOf(name: string): string {
    return this.parts.api.hap.uuid.generate(`${this.parts.pluginName}:charger:${name}`);
  }

  /** Devices that are no longer configured go; those that are silent, or configured wrongly, stay. */
  private prune(chargers: readonly ChargerView[]): void {
    const { api, faulty, pluginName, platformName } = this.parts;
    const wanted = [...chargers.map(({ name }) => name), ...faulty].map((name) => this.uuidOf(name));
    const gone = [...this.accessories.values()].filter(({ UUID }) => !wanted.includes(UUID));
    if (gone.length === 0) return;
    api.unregisterPlatformAccessories(pluginName, platformName, gone);
    gone.forEach(({ UUID }) => this.accessories.delete(UUID));
  }

  private open(charger: ChargerView): ChargerAccessory {
    const { api, log, clock, site, pluginName, platformName } = this.parts;
    const uuid = this.uuidOf(charger.name);
    const cached = this.accessories.get(uuid);
    const accessory = cached ?? new api.platformAccessory(homeName(charger.name), uuid, outletCategory);
    const onGrown = () => {
      if (this.accessories.has(uuid)) api.updatePlatformAccessories([accessory]);
    };
    const opened = new ChargerAccessory({ hap: api.hap, log, clock, site, accessory, onGrown }, charger);
    if (cached === undefined) {
      this.accessories.set(uuid, accessory);
      api.registerPlatformAccessories(pluginName, platformName, [accessory]);
    }
    return opened;
  }
}
