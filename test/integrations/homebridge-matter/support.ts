/** A site with given views, in front of a Matter bridge that records everything, without Homebridge and its node. */

import hap from "@homebridge/hap-nodejs";
import type { MatterAccessory } from "homebridge";
import { MatterStatus } from "../../../node_modules/homebridge/dist/matter/errors.js";
import { deviceTypes } from "../../../node_modules/homebridge/dist/matter/types.js";
import type { Matter } from "../../../src/integrations/homebridge-matter/definition.js";
import {
  HomebridgeMatterIntegration,
  type HomebridgeMatterParts,
} from "../../../src/integrations/homebridge-matter/integration.js";
import { noQuantities, type MeterReading, type Quantities } from "../../../src/model/readings.js";
import { settle, TestClock } from "../../support/test-clock.js";
import { pluginName, platformName, type FakeSite } from "../homekit/support.js";

/** Does with accessories what Homebridge's API does, and records them. */
export class FakeMatter implements Matter {
  readonly uuid = hap.uuid;
  readonly deviceTypes = deviceTypes;
  readonly status = MatterStatus;
  readonly registered: MatterAccessory[] = [];
  readonly unregistered: string[] = [];
  /** Name of the device, cluster and attributes, in their order. */
  readonly reported: [device: string, cluster: string, attributes: object][] = [];
  /** Homebridge takes devices up in its own time. */
  takesUp = true;

  registerPlatformAccessories(_plugin: string, _platform: string, accessories: MatterAccessory[]): Promise<void> {
    this.registered.push(...accessories);
    return Promise.resolve();
  }

  unregisterPlatformAccessories(_plugin: string, _platform: string, accessories: MatterAccessory[]): Promise<void> {
    this.unregistered.push(...accessories.map(({ displayName }) => displayName));
    return Promise.resolve();
  }

  updateAccessoryState(uuid: string, cluster: string, attributes: Record<string, unknown>): Promise<void> {
    this.reported.push([this.registered.find(({ UUID }) => UUID === uuid)?.displayName ?? uuid, cluster, attributes]);
    return Promise.resolve();
  }

  getAccessoryState(uuid: string): Promise<object | undefined> {
    const known = this.takesUp && this.registered.some(({ UUID }) => UUID === uuid);
    return Promise.resolve(known ? {} : undefined);
  }
}

type Options = Partial<Pick<HomebridgeMatterParts, "faulty" | "cached">> & {
  readonly shown?: Partial<HomebridgeMatterParts["config"]["matter"]>;
  readonly meters?: HomebridgeMatterParts["config"]["meters"];
  readonly circuits?: HomebridgeMatterParts["config"]["site"]["circuits"];
};

/** Everything around one integration. */
export class Bench {
  readonly matter = new FakeMatter();
  readonly clock = new TestClock();
  readonly warnings: string[] = [];
  readonly integration: HomebridgeMatterIntegration;

  constructor(
    readonly site: FakeSite,
    { shown = {}, meters = [], circuits = [], faulty = [], cached = [] }: Options = {},
  ) {
    const ignore = () => undefined;
    const warn = (message: string) => void this.warnings.push(message);
    const log = { error: warn, warn, info: ignore, debug: ignore };
    const { matter, clock } = this;
    const config = {
      matter: { outlet: true, plug: true, temperature: true, site: false, ...shown },
      meters,
      site: { circuits },
    };
    this.integration = new HomebridgeMatterIntegration({
      matter,
      log,
      clock,
      site,
      config,
      faulty,
      cached,
      pluginName,
      platformName,
    });
    this.integration.start();
  }

  get names(): readonly string[] {
    return this.matter.registered.map(({ displayName }) => displayName);
  }

  device(name: string): MatterAccessory {
    const found = this.matter.registered.find(({ displayName }) => displayName === name);
    if (found === undefined) throw new Error(`No ${name} was registered`);
    return found;
  }

  /** Lets the devices that were registered appear, and forgets what they reported on that occasion. */
  async appear(): Promise<void> {
    this.site.change({});
    await settle();
    this.site.change({});
    await settle();
    this.matter.reported.length = 0;
  }

  /** What Homebridge would write to disk and read again. */
  get cached(): MatterAccessory[] {
    return this.matter.registered.map((accessory) => {
      const cached = { ...accessory };
      delete cached.handlers;
      return cached;
    });
  }
}

/** A reading of a meter with one role. */
export function measured(role: keyof MeterReading, reported: Partial<Quantities>): MeterReading {
  return { [role]: { ...noQuantities, ...reported } };
}
