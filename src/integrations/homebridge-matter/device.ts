/** One device on Homebridge's Matter bridge: when it appears, what it reports, and what switching it does. */

import type { MatterAccessory } from "homebridge";
import type { Clock } from "../../model/clock.js";
import type { ChargerCommand } from "../../model/commands.js";
import { messageOf } from "../../model/errors.js";
import type { Log } from "../../model/log.js";
import type { SiteView } from "../../site/site-view.js";
import { Reporter } from "../reporter.js";
import type { Clusters, DeviceDefinition, Matter, Report } from "./definition.js";
import { matterName, matterText } from "./names.js";

/** Bridged Device Basic Information: a controller shows a device that is not reachable as not responding. */
export const reachability = "bridgedDeviceBasicInformation";

export interface DeviceParts<F> {
  readonly matter: Matter;
  readonly log: Log;
  readonly clock: Clock;
  readonly definition: DeviceDefinition<F>;
  readonly uuid: string;
  readonly source: DeviceSource<F>;
  /** Hands a new device to Homebridge. */
  readonly register: (accessory: MatterAccessory) => Promise<void>;
}

/** What is known of the charger or meter behind a device. */
export interface DeviceState<F> {
  /** While it is not, the device keeps its place. */
  readonly reachable: boolean;
  /** `null`: it does not answer, or has not yet. */
  readonly facts: F | null;
}

/** The charger or meter behind a device. */
export interface DeviceSource<F> {
  readonly name: string;
  readonly brand: string;
  readonly model: string;
  /** What is true of it now. */
  readonly stateIn: (view: SiteView) => DeviceState<F>;
  readonly command?: (command: ChargerCommand) => void;
}

export class MatterDevice<F> {
  readonly #parts: DeviceParts<F>;
  readonly #first: Reporter<F>;
  readonly #reporters: readonly Reporter<F>[];
  readonly #reachability: Reporter<boolean>;
  /** `"new"`: Homebridge does not know it · `"registered"`: it was handed to Homebridge · `"published"`: controllers see it. */
  #stage: "new" | "registered" | "published" = "new";
  #state: DeviceState<F> = { reachable: false, facts: null };
  #stopped = false;

  constructor(parts: DeviceParts<F>) {
    this.#parts = parts;
    const [first, ...others] = parts.definition.reports;
    this.#first = this.#reporter(first);
    this.#reporters = [this.#first, ...others.map((report) => this.#reporter(report))];
    this.#reachability = new Reporter({
      clock: parts.clock,
      interval: 0,
      read: (reachable) => reachable,
      report: (reachable) => this.#update({ [reachability]: { reachable } }),
    });
  }

  get uuid(): string {
    return this.#parts.uuid;
  }

  /** Takes back a device from Homebridge's cache, with the values from there. */
  restore(clusters: Clusters): void {
    this.#register(clusters);
  }

  /** Reports what has moved since the last time. */
  refresh(view: SiteView): void {
    this.#state = this.#parts.source.stateIn(view);
    if (this.#stage === "new") this.#appear();
    else if (this.#stage === "registered") void this.#lookForIt();
    else this.#report();
  }

  stop(): void {
    this.#stopped = true;
    for (const reporter of [...this.#reporters, this.#reachability]) reporter.stop();
  }

  #report(): void {
    const { facts, reachable } = this.#state;
    for (const reporter of this.#reporters) reporter.refresh(facts);
    this.#reachability.refresh(reachable);
  }

  #appear(): void {
    const { definition } = this.#parts;
    const { facts } = this.#state;
    if (facts === null || definition.reports[0].read(facts) === null) return;
    const clusters: Clusters = {};
    for (const report of definition.reports)
      for (const [cluster, attributes] of Object.entries(report.clusters(report.read(facts))))
        clusters[cluster] = { ...clusters[cluster], ...attributes };
    this.#register(clusters);
  }

  #register(clusters: Clusters): void {
    const { matter, definition, uuid, source, log, register } = this.#parts;
    this.#stage = "registered";
    const handlers = this.#handlers();
    register({
      UUID: uuid,
      displayName: matterName(source.name, definition.label),
      deviceType: matter.deviceTypes[definition.type],
      // Unique among the devices of one charger: some controllers make one device of those that share it.
      serialNumber: uuid.replaceAll("-", ""),
      manufacturer: matterText(source.brand, "Maker"),
      model: matterText(source.model, "Charger"),
      context: {},
      clusters,
      ...(handlers === undefined ? {} : { handlers }),
    }).catch((error: unknown) => log.warn(`${source.name} is not on the Matter bridge: ${messageOf(error)}`));
  }

  /** Homebridge publishes a device in its own time, and loses what is reported before. */
  async #lookForIt(): Promise<void> {
    const { matter, uuid } = this.#parts;
    const known = await matter.getAccessoryState(uuid, reachability);
    if (known === undefined || this.#stopped || this.#stage === "published") return;
    this.#stage = "published";
    this.#report();
  }

  #handlers(): MatterAccessory["handlers"] {
    const { definition, source } = this.#parts;
    if (definition.command === undefined || source.command === undefined) return undefined;
    return {
      onOff: {
        on: () => this.#turn(true),
        off: () => this.#turn(false),
        // Homebridge wants a handler, and then calls the one for on or off.
        toggle: () => undefined,
      },
    };
  }

  #turn(on: boolean): void {
    const { matter, definition, source, log } = this.#parts;
    const command = definition.command?.(on);
    if (command === undefined) return;
    // Matter itself notifies the subscribers, once the command has succeeded.
    this.#first.hold(on);
    try {
      source.command?.(command);
    } catch (error) {
      log.warn(messageOf(error));
      this.#first.release();
      throw new matter.status.Failure(messageOf(error));
    }
  }

  #reporter(report: Report<F>): Reporter<F> {
    return new Reporter({
      clock: this.#parts.clock,
      unit: report.unit,
      interval: report.interval,
      read: (facts) => report.read(facts),
      report: (value) => {
        if (this.#state.facts !== null) this.#update(report.clusters(value));
      },
    });
  }

  #update(clusters: Clusters): void {
    const { matter, uuid, source, log } = this.#parts;
    for (const [cluster, attributes] of Object.entries(clusters))
      matter
        .updateAccessoryState(uuid, cluster, attributes)
        .catch((error: unknown) => log.debug(`${source.name}: ${messageOf(error)}`));
  }
}
