/** Chargers and meters on Homebridge's own Matter bridge: their devices, created, restored and removed. */

import type { MatterAccessory } from "homebridge";
import type { MeterConfig } from "../../config/devices.js";
import type { MatterConfig, SiteConfig } from "../../config/schema.js";
import type { Clock } from "../../model/clock.js";
import { messageOf } from "../../model/errors.js";
import type { Log } from "../../model/log.js";
import type { Quantities } from "../../model/readings.js";
import { chargerIn, type ChargerView, type SiteApi, type SiteView } from "../../site/site-view.js";
import { factsOf, type Facts } from "../charger-facts.js";
import type { DeviceDefinition, Matter } from "./definition.js";
import { MatterDevice, reachability, type DeviceSource, type DeviceState } from "./device.js";
import { meterDevices } from "./meter.js";
import { outlet } from "./outlet.js";
import { plug } from "./plug.js";
import { temperature } from "./temperature.js";

const chargerDevices = { outlet, plug, temperature };
const chargerKinds = ["outlet", "plug", "temperature"] as const;
const meterKinds = ["grid", "pv", "battery"] as const;

type MeterOnMatter = Pick<MeterConfig, "name" | "brand" | "model" | "measures">;

export interface HomebridgeMatterParts {
  readonly matter: Matter;
  readonly log: Log;
  readonly clock: Clock;
  readonly site: SiteApi;
  readonly config: {
    readonly matter: Pick<MatterConfig, (typeof chargerKinds)[number] | "site">;
    readonly meters: readonly MeterOnMatter[];
    readonly site: Pick<SiteConfig, "circuits">;
  };
  /** Names of devices that are configured wrongly: the site does not have them, and they keep their place. */
  readonly faulty: readonly string[];
  /** Our devices in Homebridge's cache. */
  readonly cached: readonly MatterAccessory[];
  readonly pluginName: string;
  readonly platformName: string;
}

type Device = MatterDevice<Facts> | MatterDevice<Quantities>;

export class HomebridgeMatterIntegration {
  readonly #parts: HomebridgeMatterParts;
  readonly #devices: readonly Device[];
  #unsubscribe: (() => void) | undefined;

  constructor(parts: HomebridgeMatterParts) {
    this.#parts = parts;
    const { matter, meters, site } = parts.config;
    // A meter that serves a circuit says nothing of the site as a whole.
    const wanted = matter.site ? meters.filter(({ name }) => !site.circuits.some(({ meter }) => meter === name)) : [];
    this.#devices = [
      ...parts.site.view.chargers.flatMap((charger) => this.#ofCharger(charger)),
      ...wanted.flatMap((meter) => this.#ofMeter(meter)),
    ];
  }

  /** Once Homebridge has restored all it had. */
  start(): void {
    const { site, cached } = this.#parts;
    this.#tidy();
    for (const device of this.#devices) {
      const known = cached.find(({ UUID }) => UUID === device.uuid);
      if (known !== undefined) device.restore(known.clusters ?? {});
    }
    this.#unsubscribe = site.onChange((view) => this.#devices.forEach((device) => device.refresh(view)));
  }

  stop(): void {
    this.#unsubscribe?.();
    this.#devices.forEach((device) => device.stop());
  }

  #ofCharger({ name, brand, model }: ChargerView): Device[] {
    const { site, config } = this.#parts;
    const source: DeviceSource<Facts> = {
      name,
      brand,
      model,
      stateIn(view) {
        const charger = chargerIn(view, name);
        return { reachable: charger?.reachable ?? false, facts: factsOf(charger) };
      },
      command: (command) => site.command(name, command),
    };
    return chargerKinds.filter((kind) => config.matter[kind]).map((kind) => this.#device(chargerDevices[kind], source));
  }

  #ofMeter({ name, brand, model, measures }: MeterOnMatter): Device[] {
    return meterKinds
      .filter((role) => measures.includes(role))
      .map((role) => {
        const definition = meterDevices[role];
        const label = measures.length > 1 ? definition.label : "";
        const stateIn = ({ meters }: SiteView): DeviceState<Quantities> => {
          const meter = meters.find((each) => each.name === name);
          const reachable = meter?.reachable ?? false;
          return { reachable, facts: reachable ? (meter?.reading?.[role] ?? null) : null };
        };
        return this.#device({ ...definition, label }, { name, brand, model, stateIn });
      });
  }

  #device<F>(definition: DeviceDefinition<F>, source: DeviceSource<F>): MatterDevice<F> {
    const { matter, log, clock, pluginName, platformName } = this.#parts;
    return new MatterDevice({
      matter,
      log,
      clock,
      definition,
      source,
      uuid: this.#uuidOf(definition.kind, source.name),
      register: (accessory) => matter.registerPlatformAccessories(pluginName, platformName, [accessory]),
    });
  }

  /** By the name in the configuration: it is what people keep when they replace a charger or its address. */
  #uuidOf(kind: DeviceDefinition<never>["kind"], name: string): string {
    const { matter, pluginName } = this.#parts;
    return matter.uuid.generate(`${pluginName}:matter:${kind}:${name}`);
  }

  /** Devices that are no longer wanted go; those of something configured wrongly stay, and do not respond. */
  #tidy(): void {
    const { matter, log, faulty, cached, pluginName, platformName } = this.#parts;
    const ours = this.#devices.map(({ uuid }) => uuid);
    const silent = faulty.flatMap((name) => [...chargerKinds, ...meterKinds].map((kind) => this.#uuidOf(kind, name)));
    const gone = cached.filter(({ UUID }) => !ours.includes(UUID) && !silent.includes(UUID));
    const done: Promise<void>[] = cached
      .filter(({ UUID }) => silent.includes(UUID))
      .map(({ UUID }) => matter.updateAccessoryState(UUID, reachability, { reachable: false }));
    if (gone.length > 0) done.push(matter.unregisterPlatformAccessories(pluginName, platformName, gone));
    Promise.all(done).catch((error: unknown) => log.warn(messageOf(error)));
  }
}
