/**
 * A house whose time is turned by hand: real virtual devices on real sockets, the whole site on top, and nobody who
 * sleeps. Time goes on by a step once all that the step before set off has come to its end.
 */

import type { Config } from "../../src/config/parse.js";
import { parseConfig } from "../../src/config/parse.js";
import type { ChargerView } from "../../src/site/site-view.js";
import { Site } from "../../src/site/site.js";
import { StateFile } from "../../src/site/state-file.js";
import { VirtualHouse } from "../../src/simulator/house/house.js";
import { Evse, type EvseOptions } from "../../src/simulator/house/evse.js";
import { Car, type CarOptions } from "../../src/simulator/house/car.js";
import { startVirtualGoE, type VirtualGoE } from "../../src/simulator/devices/go-e/server.js";
import { perPhase } from "../../src/model/phases.js";
import type { Reason } from "../../src/model/reasons.js";
import { MemoryLog } from "../support/memory-log.js";
import { settle, TestClock } from "../support/test-clock.js";
import { Traffic } from "./traffic.js";
import { withRealDeadlines } from "../support/deadlines.js";

/** ms of one step. */
const stepLength = 500;

/** ms of real time; whatever is under way must have come to its end by then. */
const realPatience = 60_000;

export interface ChargerPlan {
  readonly name?: string;
  readonly apiVersion?: 1 | 2;
  readonly evse?: EvseOptions;
  readonly car?: CarOptions | null;
  /** What else its block says. */
  readonly block?: object;
}

/** What a charger took, as it came over the wire. */
export interface Write {
  /** s since the start of the world */
  readonly at: number;
  readonly key: string;
  readonly value: unknown;
}

/** One charger of the world. */
export class Box {
  readonly name: string;
  readonly device: VirtualGoE;
  readonly writes: Write[] = [];

  constructor(name: string, device: VirtualGoE, seconds: () => number) {
    this.name = name;
    this.device = device;
    device.onWrite((key, value) => this.writes.push({ at: seconds(), key, value }));
  }

  get evse(): Evse {
    return this.device.evse;
  }

  /** Writes since the last call, like `frc=1`. */
  sent(): string[] {
    return this.writes.splice(0).map(({ key, value }) => `${key}=${String(value)}`);
  }
}

/** A meter of the world. */
export interface WorldMeter {
  readonly block: object;
  /** Lets it report, where it pushes, and waits until that was received. */
  speak?(traffic: Traffic): Promise<void>;
  close(): Promise<void>;
}

export class World {
  readonly clock = new TestClock();
  readonly log = new MemoryLog();
  readonly traffic = new Traffic(realPatience);
  readonly house: VirtualHouse;
  readonly boxes: readonly Box[];
  /** All reasons that were ever given. */
  readonly reasons: Reason[] = [];
  /** W */
  sun = 0;
  /** W on L1, L2, L3 */
  base: [number, number, number] = [100, 100, 100];
  /** W by which a house is never quite still; 0: it is. */
  flicker = 3;
  /** s between two reports of meters that push. */
  meterPeriod = 1;
  #site: Site | undefined;
  #stateFile: StateFile | undefined;
  #siteRuns = false;
  readonly #startedAt = this.clock.now();
  readonly #meters: WorldMeter[] = [];

  private constructor(boxes: (seconds: () => number) => readonly Box[]) {
    this.boxes = boxes(() => this.seconds);
    this.house = new VirtualHouse({
      roof: { power: () => this.sun },
      household: { powers: (second) => perPhase((phase) => this.base[phase] + this.flicker * (second % 2)) },
      evses: this.boxes.map(({ evse }) => ({ evse, rotation: [0, 1, 2] })),
    });
  }

  static async build(plans: readonly ChargerPlan[]): Promise<World> {
    const started = await Promise.all(
      plans.map(async ({ name = "Garage", apiVersion = 2, evse, car }) => {
        const inside = new Evse({ current: 6, allowed: false, ...evse });
        if (car !== null) inside.plug(new Car(car));
        return { name, device: await startVirtualGoE({ evse: inside, apiVersion }) };
      }),
    );
    return new World((seconds) => started.map(({ name, device }) => new Box(name, device, seconds)));
  }

  /** s since the start */
  get seconds(): number {
    return (this.clock.now() - this.#startedAt) / 1_000;
  }

  get box(): Box {
    const [first] = this.boxes;
    if (!first) throw new Error("this world has no charger");
    return first;
  }

  get site(): Site {
    if (!this.#site) throw new Error("this world has no site yet");
    return this.#site;
  }

  view(name = this.box.name): ChargerView {
    const view = this.site.view.chargers.find((charger) => charger.name === name);
    if (!view) throw new Error(`no charger is named ${name}`);
    return view;
  }

  addMeter(meter: WorldMeter): void {
    this.#meters.push(meter);
  }

  /** Reads the configuration as a person would have written it, and starts the site. */
  async startSite(plans: readonly ChargerPlan[], block: object = {}, statePath?: string): Promise<Site> {
    const chargers = plans.map(({ name = "Garage", apiVersion = 2, block: own }, index) => ({
      name,
      driver: "go-e",
      host: "127.0.0.1",
      port: this.boxes[index]?.device.port,
      apiVersion,
      phases: 3,
      ...own,
    }));
    const meters = this.#meters.map((meter) => meter.block);
    const { config } = parseConfig({ site: { mainFuse: 25 }, meters, chargers, ...block });
    if (config === null) throw new Error("nothing of this configuration can start");
    return this.startConfig(config, statePath);
  }

  async startConfig(config: Config, statePath?: string): Promise<Site> {
    this.#stateFile = statePath === undefined ? undefined : new StateFile(statePath, this.log);
    const kept = this.#stateFile ? { stateFile: this.#stateFile } : {};
    const site = new Site(this.traffic.watch(config), { log: this.log, clock: withRealDeadlines(this.clock), ...kept });
    this.#site = site;
    site.onChange(() => {
      for (const { decision } of site.view.chargers) if (decision) this.reasons.push(...decision.reasons);
    });
    this.#siteRuns = true;
    await site.start();
    for (const meter of this.#meters) await meter.speak?.(this.traffic);
    await this.quiet();
    return site;
  }

  /** Resolves once all that was to be kept so far is on the disk: that takes real time, of which none passes here. */
  async saved(): Promise<void> {
    await this.#stateFile?.settled();
  }

  /** The end of the program, while time in the house may go on. */
  async stopSite(): Promise<void> {
    this.#siteRuns = false;
    await this.#site?.stop();
  }

  /** Lets so many seconds pass. */
  async turn(seconds: number): Promise<void> {
    const end = this.clock.now() + seconds * 1_000;
    while (this.clock.now() < end) await this.#step(Math.min(stepLength, end - this.clock.now()));
  }

  /** Lets time pass until it is so, and says how many seconds it took. */
  async until(what: string, isSo: () => boolean, longest = 60): Promise<number> {
    const from = this.seconds;
    while (!isSo()) {
      if (this.seconds - from >= longest) throw new Error(`${what}: not within ${longest} s\n${this.describe()}`);
      await this.#step(stepLength);
    }
    return this.seconds - from;
  }

  /** Resolves once nothing is under way between site and devices. */
  async quiet(): Promise<void> {
    await this.traffic.quiet(() => this.describe());
  }

  /** Where it has got to, for people who look for a fault. */
  describe(): string {
    const chargers = this.#site?.view.chargers.map(({ name, mode, reachable, decision, reading }) => {
      const { state, maxAmpere, enabled, currentL1 } = reading ?? {};
      return { name, mode, reachable, decision, reading: { state, maxAmpere, enabled, currentL1 } };
    });
    const { power, currents } = this.house.grid;
    const writes = this.boxes.map(({ name, writes: all }) => [name, all.slice(-10)]);
    const state = { seconds: this.seconds, chargers, grid: { power, currents }, writes, log: this.log.lines.slice(-5) };
    return JSON.stringify(state, null, 1);
  }

  /** Always ends. */
  async close(): Promise<void> {
    await this.stopSite();
    await Promise.all([...this.boxes.map(({ device }) => device.close()), ...this.#meters.map((each) => each.close())]);
  }

  async #step(length: number): Promise<void> {
    const before = Math.floor(this.seconds / this.meterPeriod);
    this.house.advance(length / 1_000, this.seconds);
    await this.clock.advance(length);
    await this.quiet();
    if (Math.floor(this.seconds / this.meterPeriod) === before) return;
    for (const meter of this.#meters) {
      if (!meter.speak || !this.#siteRuns) continue;
      await meter.speak(this.traffic);
      await this.clock.advance(100);
    }
    await settle();
    await this.quiet();
  }
}
