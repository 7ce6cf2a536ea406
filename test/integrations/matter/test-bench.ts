/** A site on Matter and a controller that has it, both in this process. */

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EnergyEvse } from "@matter/main/clusters/energy-evse";
import type { ClusterType } from "@matter/main/types";
import { z } from "zod";
import type { MatterIntegration } from "../../../src/integrations/matter/integration.js";
import { Matter } from "../../../src/integrations/matter/load.js";
import { MemoryLog } from "../../support/memory-log.js";
import { TestClock } from "../../support/test-clock.js";
import { Controller, freePort, type Address, type Report } from "./controller.js";
import { TestSite } from "./test-site.js";

const credentials = z.object({ passcode: z.number() });

/** Where an EVSE stands that is alone on its node. */
export const evseEndpoint = 1;

const eventNames = ["EVConnected", "EVNotDetected", "EnergyTransferStarted", "EnergyTransferStopped", "Fault", "RFID"];

/** A site on Matter without anyone who looks. */
export class Device {
  readonly log = new MemoryLog();
  #matter: Matter | null = null;
  #face: MatterIntegration | null = null;

  private constructor(
    readonly site: TestSite,
    readonly clock: TestClock,
    readonly folder: string,
    readonly port: number,
  ) {}

  static async start(site = new TestSite()): Promise<Device> {
    const folder = await mkdtemp(join(tmpdir(), "ev-charging-matter-"));
    const device = new Device(site, new TestClock(), folder, await freePort());
    await device.start();
    return device;
  }

  async start(): Promise<void> {
    const { site, clock, log, folder, port } = this;
    this.#matter = new Matter({ site, clock, log, folder, port, name: "Home" });
    this.#face = await this.#matter.started;
  }

  get integration(): MatterIntegration {
    if (this.#face === null) throw new Error("the device is not running");
    return this.#face;
  }

  async address(): Promise<Address> {
    const { passcode } = credentials.parse(JSON.parse(await readFile(join(this.folder, "commissioning.json"), "utf8")));
    return { port: this.port, passcode };
  }

  async stop(): Promise<void> {
    await this.#matter?.stop();
    this.#matter = this.#face = null;
  }

  async remove(): Promise<void> {
    await this.stop();
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** A site on Matter, and a controller that has subscribed to its EVSE. */
export class TestBench {
  readonly #reports: Report[] = [];
  #waiting: (() => void) | null = null;
  #marks = 0;

  private constructor(
    readonly device: Device,
    readonly controller: Controller,
  ) {}

  static async start(site = new TestSite()): Promise<TestBench> {
    const device = await Device.start(site);
    const controller = await Controller.commission(await device.address());
    const bench = new TestBench(device, controller);
    await controller.subscribe(evseEndpoint, (report) => bench.#receive(report));
    return bench;
  }

  get site(): TestSite {
    return this.device.site;
  }

  get clock(): TestClock {
    return this.device.clock;
  }

  /** The next event of Energy EVSE that was not asked for yet: its name, and what it says. */
  async nextEvent(): Promise<[name: string, payload: unknown]> {
    for (;;) {
      const index = this.#reports.findIndex(({ kind, cluster }) => kind === "event" && cluster === EnergyEvse.id);
      const [event] = index < 0 ? [] : this.#reports.splice(index, 1);
      if (event !== undefined) return [eventNames[event.id] ?? `event ${event.id}`, event.value];
      await this.#next();
    }
  }

  /** How often an attribute was reported since it was asked last. */
  reports(cluster: ClusterType.Concrete, attribute: { readonly id: number }): number {
    const mine = ({ kind, cluster: place, id }: Report) =>
      kind === "attribute" && place === cluster.id && id === attribute.id;
    const count = this.#reports.filter(mine).length;
    this.#reports.splice(0, this.#reports.length, ...this.#reports.filter((report) => !mine(report)));
    return count;
  }

  /** Resolves once an attribute was reported since its reports were counted last. */
  async reported(cluster: ClusterType.Concrete, attribute: { readonly id: number }): Promise<void> {
    while (this.reports(cluster, attribute) === 0) await this.#next();
  }

  /** An attribute as it stands, read anew. */
  async read(cluster: ClusterType.Concrete, attribute: { readonly id: number }): Promise<unknown> {
    await this.device.integration.settled();
    return (await this.controller.readAll(evseEndpoint, cluster)).get(attribute.id);
  }

  /** What a command is answered with: the name of a status, or data. */
  async invoke(cluster: ClusterType.Concrete, command: string, fields?: object): Promise<unknown> {
    return this.controller.invoke(evseEndpoint, cluster, command, fields);
  }

  async enable(until: number | null, minimumChargeCurrent: number, maximumChargeCurrent: number): Promise<unknown> {
    const fields = { chargingEnabledUntil: until, minimumChargeCurrent, maximumChargeCurrent };
    return this.invoke(EnergyEvse, "enableCharging", fields);
  }

  /** s since 1970, by the site's clock */
  get now(): number {
    return Math.round(this.clock.now() / 1_000);
  }

  /** Resolves once the controller has received all reports: reports come in order, and this is one. */
  async received(): Promise<void> {
    const { approximateEvEfficiency: mark } = EnergyEvse.attributes;
    const efficiency = (this.#marks += 1);
    await this.write(EnergyEvse, "approximateEvEfficiency", efficiency);
    const isMark = ({ cluster, id, value }: Report) =>
      cluster === EnergyEvse.id && id === mark.id && value === efficiency;
    while (!this.#reports.some(isMark)) await this.#next();
  }

  /** Lets time pass; the site makes a view each second. */
  async pass(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second++) {
      await this.clock.advance(1_000);
      this.site.change();
    }
    await this.device.integration.settled();
  }

  async write(cluster: ClusterType.Concrete, attribute: string, value: unknown): Promise<string> {
    return this.controller.write(evseEndpoint, cluster, attribute, value);
  }

  async close(): Promise<void> {
    await this.controller.close();
    await this.device.remove();
  }

  #next(): Promise<void> {
    return new Promise((resolve) => (this.#waiting = resolve));
  }

  #receive(report: Report): void {
    this.#reports.push(report);
    this.#waiting?.();
    this.#waiting = null;
  }
}
