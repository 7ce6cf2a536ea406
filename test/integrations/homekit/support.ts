/** A site with given views, and real accessories and HAP objects, without Homebridge and its bridge. */

import hap from "@homebridge/hap-nodejs";
import { PlatformAccessory } from "../../../node_modules/homebridge/dist/platformAccessory.js";
import type { HomeKitApi } from "../../../src/integrations/homekit/definition.js";
import { HomeKitIntegration } from "../../../src/integrations/homekit/integration.js";
import type { ChargerCommand, SiteCommand } from "../../../src/model/commands.js";
import { noChargerReading, type ChargerReading } from "../../../src/model/readings.js";
import type { ChargerView, MeterView, SiteApi, SiteView } from "../../../src/site/site-view.js";
import { TestClock } from "../../support/test-clock.js";

export const pluginName = "homebridge-ev-charging";
export const platformName = "EvCharging";

/** HAPStatus, as numbers on the wire. */
export const noResponse = -70402;
export const invalidValue = -70410;

export function reading(reported: Partial<ChargerReading> = {}): ChargerReading {
  return { ...noChargerReading, state: "connected", allowCharging: true, ...reported };
}

export function view(overrides: Partial<ChargerView> = {}): ChargerView {
  return {
    name: "Garage",
    brand: "go-e",
    model: "Charger HOME+",
    writable: ["maxAmpere", "allowCharging"],
    current: { min: 6, max: 16, step: 1 },
    reachable: true,
    reading: reading(),
    sessionEnergy: null,
    mode: "fast",
    userSettings: { manual: null, maxAmpere: null, minAmpere: null, targets: [] },
    plan: null,
    decision: null,
    ...overrides,
  };
}

export class FakeSite implements SiteApi {
  meters: readonly MeterView[] = [];
  readonly commands: [charger: string, command: ChargerCommand][] = [];
  readonly writes: [charger: string, channel: string, value: string | number | null][] = [];
  readonly listeners = new Set<(view: SiteView) => void>();
  readonly siteCommands: SiteCommand[] = [];
  /** What `write` answers. */
  answer: () => Promise<void> = () => Promise.resolve();
  chargers: readonly ChargerView[];

  constructor(...chargers: readonly ChargerView[]) {
    this.chargers = chargers;
  }

  get view(): SiteView {
    return { chargers: this.chargers, meters: this.meters, powerLimit: null };
  }

  onChange(listener: (view: SiteView) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  command(charger: string, command: ChargerCommand): void {
    if (!this.chargers.some(({ name }) => name === charger)) throw new RangeError(`No charger is named ${charger}`);
    this.commands.push([charger, command]);
  }

  commandSite(command: SiteCommand): void {
    this.siteCommands.push(command);
  }

  write(charger: string, channel: string, value: string | number | null): Promise<void> {
    this.writes.push([charger, channel, value]);
    return this.answer();
  }

  /** Changes every charger, and hands out the view. */
  change(overrides: Partial<ChargerView>): void {
    this.chargers = this.chargers.map((charger) => ({ ...charger, ...overrides }));
    const { view } = this;
    this.listeners.forEach((listener) => listener(view));
  }

  /** Gives every charger this reading, and hands out the view. */
  report(reported: Partial<ChargerReading>): void {
    this.change({ reading: reading(reported) });
  }
}

/** Does with accessories what Homebridge's API does, and records them. */
export class FakeApi implements HomeKitApi {
  readonly hap = hap;
  readonly platformAccessory = PlatformAccessory;
  readonly registered: PlatformAccessory[] = [];
  readonly unregistered: PlatformAccessory[] = [];
  /** What HAP complains about. */
  readonly complaints: string[] = [];
  updates = 0;

  registerPlatformAccessories(plugin: string, platform: string, accessories: readonly PlatformAccessory[]): void {
    for (const accessory of accessories) {
      accessory._associatedPlugin = plugin;
      accessory._associatedPlatform = platform;
      accessory._associatedHAPAccessory.on("characteristic-warning", ({ message }) => this.complaints.push(message));
      this.registered.push(accessory);
    }
  }

  unregisterPlatformAccessories(_plugin: string, _platform: string, accessories: readonly PlatformAccessory[]): void {
    this.unregistered.push(...accessories);
  }

  updatePlatformAccessories(): void {
    this.updates += 1;
  }
}

/** Everything around one integration. */
export class Bench {
  readonly api = new FakeApi();
  readonly clock = new TestClock();
  readonly warnings: string[] = [];
  readonly integration: HomeKitIntegration;

  constructor(readonly site: FakeSite) {
    const ignore = () => undefined;
    const warn = (message: string) => void this.warnings.push(message);
    const log = { error: warn, warn, info: ignore, debug: ignore };
    const { api, clock } = this;
    this.integration = new HomeKitIntegration({ api, log, clock, site, faulty: [], pluginName, platformName });
  }

  get registered(): readonly PlatformAccessory[] {
    return this.api.registered;
  }

  get unregistered(): readonly PlatformAccessory[] {
    return this.api.unregistered;
  }

  /** The first accessory that was registered. */
  get accessory(): PlatformAccessory {
    const [first] = this.registered;
    if (first === undefined) throw new Error("No accessory was registered");
    return first;
  }

  /** What Homebridge would write to disk and read again. */
  thawed(accessory: PlatformAccessory = this.accessory): PlatformAccessory {
    return PlatformAccessory.deserialize(JSON.parse(JSON.stringify(PlatformAccessory.serialize(accessory))));
  }
}

/** A running integration with a charger like this. */
export function bench(overrides: Partial<ChargerView> = {}): Bench {
  const made = new Bench(new FakeSite(view(overrides)));
  made.integration.start();
  return made;
}

/** By the service's subtype and the characteristic's name in HAP. */
export function find(accessory: PlatformAccessory, subtype: string, name: string) {
  return accessory.services
    .find((service) => service.subtype === subtype)
    ?.characteristics.find(({ displayName }) => displayName === name);
}

export function characteristic(accessory: PlatformAccessory, subtype: string, name: string) {
  const found = find(accessory, subtype, name);
  if (found === undefined) throw new Error(`${subtype} has no ${name}`);
  return found;
}

/** What a HomeKit controller reads; an error is its HAP status. */
export function read(accessory: PlatformAccessory, subtype: string, name: string): Promise<unknown> {
  return characteristic(accessory, subtype, name)
    .handleGetRequest()
    .catch((status: unknown) => status);
}

/** What a HomeKit controller gets for a write: `undefined` is success, an error is its HAP status. */
export function write(accessory: PlatformAccessory, subtype: string, name: string, value: string | number | boolean) {
  return characteristic(accessory, subtype, name)
    .handleSetRequest(value)
    .catch((status: unknown) => status);
}

/** Collects the notifications of a characteristic. */
export function notices(accessory: PlatformAccessory, subtype: string, name: string): unknown[] {
  const reported: unknown[] = [];
  characteristic(accessory, subtype, name).on("change", ({ oldValue, newValue }) => {
    if (oldValue !== newValue) reported.push(newValue);
  });
  return reported;
}
