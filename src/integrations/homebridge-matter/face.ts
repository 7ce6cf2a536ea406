/** The house on Homebridge's own Matter bridge: its devices, made, found again and taken away. */

import type { MatterAccessory } from "homebridge";
import type { MeterConfig } from "../../config/devices.js";
import type { MatterConfig, SiteConfig } from "../../config/schema.js";
import type { Clock } from "../../model/clock.js";
import { messageOf } from "../../model/errors.js";
import type { Log } from "../../model/log.js";
import type { Quantities } from "../../model/readings.js";
import type { ChargerView, House } from "../../site/house.js";
import { factsOf, type Facts } from "../charger-facts.js";
import type { DeviceDefinition, Matter } from "./definition.js";
import { MatterDevice, reachability, type DeviceSource } from "./device.js";
import { meterDevices } from "./meter.js";
import { outlet } from "./outlet.js";
import { plug } from "./plug.js";
import { temperature } from "./temperature.js";

const chargerDevices = { outlet, plug, temperature };
const chargerKinds = ["outlet", "plug", "temperature"] as const;
const meterKinds = ["grid", "pv", "battery"] as const;

type MeterOnMatter = Pick<MeterConfig, "name" | "brand" | "model" | "measures">;

export interface HomebridgeMatterFaceParts {
  readonly matter: Matter;
  readonly log: Log;
  readonly clock: Clock;
  readonly house: House;
  readonly config: {
    readonly matter: Pick<MatterConfig, (typeof chargerKinds)[number] | "site">;
    readonly meters: readonly MeterOnMatter[];
    readonly site: Pick<SiteConfig, "circuits">;
  };
  /** Names of devices that are configured, and wrongly: they are not in the house, and keep their place. */
  readonly faulty: readonly string[];
  /** What Homebridge has kept of ours. */
  readonly kept: readonly MatterAccessory[];
  readonly pluginName: string;
  readonly platformName: string;
}

type Device = MatterDevice<Facts> | MatterDevice<Quantities>;

export class HomebridgeMatterFace {
  readonly #parts: HomebridgeMatterFaceParts;
  readonly #devices: readonly Device[];
  #unsubscribe: (() => void) | undefined;

  constructor(parts: HomebridgeMatterFaceParts) {
    this.#parts = parts;
    const { house, config } = parts;
    const { matter, meters, site } = config;
    // A meter that serves a circuit tells nothing of the house as a whole.
    const wanted = matter.site ? meters.filter(({ name }) => !site.circuits.some(({ meter }) => meter === name)) : [];
    this.#devices = [
      ...house.chargers.flatMap((charger) => this.#ofCharger(charger)),
      ...wanted.flatMap((meter) => this.#ofMeter(meter)),
    ];
  }

  /** Once Homebridge has restored all it had. */
  start(): void {
    const { house, kept } = this.#parts;
    this.#tidy();
    for (const device of this.#devices) {
      const known = kept.find(({ UUID }) => UUID === device.uuid);
      if (known !== undefined) device.restore(known.clusters ?? {});
    }
    this.#unsubscribe = house.onChange(() => this.#devices.forEach((device) => device.refresh()));
  }

  stop(): void {
    this.#unsubscribe?.();
    this.#devices.forEach((device) => device.stop());
  }

  #ofCharger({ name, brand, model }: ChargerView): Device[] {
    const { house, config } = this.#parts;
    const charger = () => house.chargers.find((each) => each.name === name) ?? null;
    const source: DeviceSource<Facts> = {
      name,
      brand,
      model,
      reachable: () => charger()?.reachable ?? false,
      facts: () => factsOf(charger()),
      command: (command) => house.command(name, command),
    };
    return chargerKinds.filter((kind) => config.matter[kind]).map((kind) => this.#device(chargerDevices[kind], source));
  }

  #ofMeter({ name, brand, model, measures }: MeterOnMatter): Device[] {
    const { house } = this.#parts;
    const meter = () => house.meters.find((each) => each.name === name);
    const reachable = () => meter()?.reachable ?? false;
    return meterKinds
      .filter((role) => measures.includes(role))
      .map((role) => {
        const facts = () => (reachable() ? (meter()?.reading?.[role] ?? null) : null);
        const definition = meterDevices[role];
        const label = measures.length > 1 ? definition.label : "";
        return this.#device({ ...definition, label }, { name, brand, model, reachable, facts });
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
    const { matter, log, faulty, kept, pluginName, platformName } = this.#parts;
    const ours = this.#devices.map(({ uuid }) => uuid);
    const silent = faulty.flatMap((name) => [...chargerKinds, ...meterKinds].map((kind) => this.#uuidOf(kind, name)));
    const gone = kept.filter(({ UUID }) => !ours.includes(UUID) && !silent.includes(UUID));
    const done: Promise<void>[] = kept
      .filter(({ UUID }) => silent.includes(UUID))
      .map(({ UUID }) => matter.updateAccessoryState(UUID, reachability, { reachable: false }));
    if (gone.length > 0) done.push(matter.unregisterPlatformAccessories(pluginName, platformName, gone));
    Promise.all(done).catch((error: unknown) => log.warn(messageOf(error)));
  }
}
