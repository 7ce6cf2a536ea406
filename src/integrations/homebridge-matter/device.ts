/** One device on Homebridge's Matter bridge: when it appears, what it reports, and what switching it does. */

import type { MatterAccessory } from "homebridge";
import type { Clock } from "../../model/clock.js";
import type { ChargerCommand } from "../../model/commands.js";
import { messageOf } from "../../model/errors.js";
import type { Log } from "../../model/log.js";
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

/** The charger or meter behind a device. */
export interface DeviceSource<F> {
  readonly name: string;
  readonly brand: string;
  readonly model: string;
  /** Absent, it keeps its place. */
  readonly reachable: () => boolean;
  /** `null`: it does not answer, or has not yet. */
  readonly facts: () => F | null;
  readonly command?: (command: ChargerCommand) => void;
}

export class MatterDevice<F> {
  readonly #parts: DeviceParts<F>;
  readonly #first: Reporter<F>;
  readonly #reporters: readonly (Reporter<F> | Reporter<boolean>)[];
  /** `"new"`: Homebridge does not know it · `"given"`: it was handed to Homebridge · `"there"`: controllers see it. */
  #life: "new" | "given" | "there" = "new";
  #stopped = false;

  constructor(parts: DeviceParts<F>) {
    this.#parts = parts;
    const [first, ...others] = parts.definition.reports;
    this.#first = this.#reporter(first);
    this.#reporters = [this.#first, ...others.map((report) => this.#reporter(report)), this.#reachability()];
  }

  get uuid(): string {
    return this.#parts.uuid;
  }

  /** Takes up again what Homebridge has kept, with the values that it has kept. */
  restore(clusters: Clusters): void {
    this.#give(clusters);
  }

  /** Reports what has moved since the last time. */
  refresh(): void {
    if (this.#life === "new") this.#appear();
    else if (this.#life === "given") void this.#look();
    else for (const reporter of this.#reporters) reporter.refresh();
  }

  stop(): void {
    this.#stopped = true;
    for (const reporter of this.#reporters) reporter.stop();
  }

  #appear(): void {
    const { definition, source } = this.#parts;
    const facts = source.facts();
    if (facts === null || definition.reports[0].read(facts) === null) return;
    const clusters: Clusters = {};
    for (const report of definition.reports)
      for (const [cluster, attributes] of Object.entries(report.clusters(report.read(facts))))
        clusters[cluster] = { ...clusters[cluster], ...attributes };
    this.#give(clusters);
  }

  #give(clusters: Clusters): void {
    const { matter, definition, uuid, source, log, register } = this.#parts;
    this.#life = "given";
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

  /** Homebridge takes a device up in its own time, and loses what is reported before. */
  async #look(): Promise<void> {
    const { matter, uuid } = this.#parts;
    const known = await matter.getAccessoryState(uuid, reachability);
    if (known === undefined || this.#stopped || this.#life === "there") return;
    this.#life = "there";
    this.refresh();
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
    // Matter itself tells the subscribers, once the command has succeeded.
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
    const { clock, source } = this.#parts;
    return new Reporter({
      clock,
      unit: report.unit,
      interval: report.interval,
      facts: source.facts,
      read: (facts) => report.read(facts),
      tell: (value) => {
        if (source.facts() !== null) this.#tell(report.clusters(value));
      },
    });
  }

  #reachability(): Reporter<boolean> {
    const { clock, source } = this.#parts;
    return new Reporter({
      clock,
      interval: 0,
      facts: source.reachable,
      read: (reachable) => reachable,
      tell: (reachable) => this.#tell({ [reachability]: { reachable } }),
    });
  }

  #tell(clusters: Clusters): void {
    const { matter, uuid, source, log } = this.#parts;
    for (const [cluster, attributes] of Object.entries(clusters))
      matter
        .updateAccessoryState(uuid, cluster, attributes)
        .catch((error: unknown) => log.debug(`${source.name}: ${messageOf(error)}`));
  }
}
