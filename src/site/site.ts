/** The running site: has the devices read, the controller decide, and the decisions written; hands out what is true. */

import type { Config } from "../config/parse.js";
import { decide, type Outcome } from "../control/decide/decide.js";
import { measuredVoltage } from "../control/estimate/situation.js";
import { newMemory, persistentStateOf, type Memory } from "../control/memory.js";
import type { Observation } from "../control/observation.js";
import { newChargerMemory, noPersistentChargerState } from "../control/observe/charger-memory.js";
import { observe } from "../control/observe/observe.js";
import type { ControlSettings } from "../control/settings.js";
import { unattended } from "../control/unattended.js";
import type { ChargerCommand, Decision, SiteCommand } from "../model/commands.js";
import type { Clock, Timer } from "../model/clock.js";
import { messageOf } from "../model/errors.js";
import type { Log } from "../model/log.js";
import { createMqttPool } from "../transport/mqtt.js";
import { ChargerConnection } from "./charger-connection.js";
import { MeterConnection } from "./meter-connection.js";
import { MonitorConnection } from "./monitor-connection.js";
import { controlSettings, withPhaseSwitching } from "./settings.js";
import type { ChargerView, SiteApi, SiteView } from "./site-view.js";
import type { StateFile } from "./state-file.js";

/** ms between two passes at most: a device that has fallen silent is to be noticed, too. */
const heartbeat = 1_000;

/** ms after the start in which devices may report for the first time before anything is decided without them. */
const firstReadingTimeout = 10_000;

/** ms in which chargers have to be safe when the program ends; Homebridge kills it after 5 s. */
const shutdownBudget = 2_000;

export interface SiteOptions {
  readonly log: Log;
  readonly clock: Clock;
  /** Absent: a restart forgets what people chose. */
  readonly stateFile?: StateFile;
}

type NewObservation = Partial<Omit<Observation, "time">>;
type Listener = (view: SiteView) => void;

export class Site implements SiteApi {
  #settings: ControlSettings;
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #stateFile: StateFile | undefined;
  readonly #mqtt;
  readonly #chargers: readonly ChargerConnection[];
  readonly #meters: readonly MeterConnection[];
  readonly #monitors: readonly MonitorConnection[];
  readonly #listeners = new Set<Listener>();
  readonly #failedListeners = new Set<Listener>();
  #view: SiteView;
  #memory: Memory = newMemory();
  #decisions: Outcome["decisions"] = {};
  #plans: Outcome["plans"] = {};
  /** ms since 1970; `null`: not yet. */
  #startedAt: number | null = null;
  #timer: Timer | undefined;
  #running = false;
  #stopped = false;
  #broken = false;

  constructor(config: Config, { log, clock, stateFile }: SiteOptions) {
    this.#settings = controlSettings(config);
    this.#log = log;
    this.#clock = clock;
    this.#stateFile = stateFile;
    this.#mqtt = createMqttPool({ clock, log });
    const context = { log, clock, mqtt: this.#mqtt };
    this.#chargers = config.chargers.map(
      (charger) =>
        new ChargerConnection(charger, context, (reading) => this.#observe({ chargers: { [charger.name]: reading } })),
    );
    this.#meters = config.meters.map(
      (meter) => new MeterConnection(meter, context, (reading) => this.#observe({ meters: { [meter.name]: reading } })),
    );
    this.#monitors = config.residualCurrentMonitors.map(
      (monitor) =>
        new MonitorConnection(monitor, context, (reading) => this.#observe({ monitors: { [monitor.name]: reading } })),
    );
    this.#view = this.#currentView();
  }

  async start(): Promise<void> {
    const names = this.#settings.chargers.map(({ name }) => name);
    this.#memory = newMemory(await this.#stateFile?.load(names, this.#clock.now()));
    if (this.#stopped) return;
    this.#view = this.#currentView();
    this.#startedAt = this.#clock.now();
    this.#running = true;
    for (const connection of this.#connections) connection.start();
    this.#schedulePass();
  }

  /** Leaves every charger in a safe state, within two seconds, and lets go of all devices. Always ends. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#running = false;
    this.#timer?.cancel();
    for (const connection of this.#connections) connection.stop();
    try {
      if (this.#memory.time !== null) this.#carryOut(unattended(this.#settings, this.#memory));
    } catch (error) {
      this.#stopAll(error);
    }
    for (const meter of this.#meters) meter.blockDischarge(false);
    this.#view = this.#currentView();
    this.#save(true);
    await this.#settled();
    await Promise.all(this.#connections.map((connection) => connection.close()));
    await this.#mqtt.close();
  }

  get view(): SiteView {
    return this.#view;
  }

  onChange(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  command(charger: string, command: ChargerCommand): void {
    this.#connectionTo(charger);
    this.#observe({ commands: { [charger]: command } });
    this.#save(true);
  }

  commandSite(command: SiteCommand): void {
    this.#observe(command);
    this.#save(true);
  }

  async write(charger: string, channel: "accessState" | "transaction", value: string | number | null): Promise<void> {
    await this.#connectionTo(charger).write(channel, value);
  }

  get #connections() {
    return [...this.#meters, ...this.#monitors, ...this.#chargers];
  }

  #connectionTo(charger: string): ChargerConnection {
    const connection = this.#chargers.find(({ config }) => config.name === charger);
    if (connection === undefined) throw new RangeError(`there is no charger named ${charger}`);
    return connection;
  }

  #schedulePass(): void {
    this.#timer = this.#clock.after(heartbeat, () => {
      for (const connection of this.#connections) connection.checkSilence();
      for (const charger of this.#chargers) charger.writeVoltage(this.#voltageFor(charger));
      this.#observe({});
      if (this.#running) this.#schedulePass();
    });
  }

  /** V; `null`: it needs none, or none is known now. */
  #voltageFor({ config: { voltageFrom } }: ChargerConnection): number | null {
    return typeof voltageFrom === "string" ? measuredVoltage([voltageFrom], this.#settings, this.#memory) : voltageFrom;
  }

  #observe(received: NewObservation): void {
    if (!this.#running) return;
    this.#settings = withPhaseSwitching(this.#settings, this.#chargers);
    const time = Math.max(this.#clock.now(), this.#memory.time ?? 0);
    const observation: Observation = { time, meters: {}, chargers: {}, commands: {}, ...received };
    try {
      const observed = observe(this.#settings, this.#memory, observation);
      if (this.#isReady()) this.#carryOut(decide(this.#settings, observed));
      else this.#memory = observed;
      this.#broken = false;
    } catch (error) {
      this.#stopAll(error);
    }
    this.#publish();
  }

  /** Hands what is true now to everyone who listens. A listener that fails is logged once, and harms nobody else. */
  #publish(): void {
    const view = this.#currentView();
    this.#view = view;
    for (const listener of this.#listeners) {
      // A listener has given a command, and everyone has got the view of what came of it.
      if (this.#view !== view) return;
      try {
        listener(view);
      } catch (error) {
        if (!this.#failedListeners.has(listener)) this.#log.error(`An integration failed: ${messageOf(error)}`);
        this.#failedListeners.add(listener);
      }
    }
  }

  #currentView(): SiteView {
    return {
      chargers: this.#chargers.map((charger) => this.#viewOf(charger)),
      meters: this.#meters.map((meter) => meter.view()),
      powerLimit: this.#memory.powerLimit,
    };
  }

  #viewOf(charger: ChargerConnection): ChargerView {
    const { name, mode, targets } = charger.config;
    const { persistent, charged } = this.#memory.chargers[name] ?? newChargerMemory(noPersistentChargerState);
    return {
      ...charger.view(),
      sessionEnergy: persistent.session === null ? null : charged,
      mode: persistent.mode ?? mode,
      userSettings: {
        manual: persistent.manual,
        maxAmpere: persistent.cap,
        minAmpere: persistent.minimum,
        targets: persistent.targets ?? targets,
      },
      plan: this.#plans[name] ?? null,
      decision: this.#decisions[name] ?? null,
    };
  }

  /** Whether all devices have reported, or have had the time for it. */
  #isReady(): boolean {
    if (this.#startedAt === null) return false;
    const waiting = this.#connections.some(({ hasReported }) => !hasReported);
    return !waiting || this.#clock.now() - this.#startedAt >= firstReadingTimeout;
  }

  /** Resolves once everything is written and saved, or the time for it is over. */
  async #settled(): Promise<void> {
    const written = [...this.#chargers, ...this.#meters].map((connection) => connection.settled());
    const settled = Promise.all([...written, this.#stateFile?.settled()]);
    let timer: Timer | undefined;
    const late = new Promise<void>((resolve) => (timer = this.#clock.after(shutdownBudget, resolve)));
    await Promise.race([settled, late]);
    timer?.cancel();
  }

  #carryOut({ memory, decisions, plans, blockDischarge }: Outcome): void {
    const switched = this.#chargers.some(({ config: { name } }) => isOn(this.#memory, name) !== isOn(memory, name));
    this.#memory = memory;
    this.#decisions = decisions;
    this.#plans = plans;
    for (const charger of this.#chargers) {
      const decision = decisions[charger.config.name];
      if (decision !== undefined) charger.apply(decision);
    }
    for (const meter of this.#meters) meter.blockDischarge(blockDischarge);
    // A start or pause of ours that was forgotten would look like a person's.
    this.#save(switched);
  }

  /** Our own mistake must not leave a charger at its last current. */
  #stopAll(error: unknown): void {
    if (!this.#broken) this.#log.error(`The controller failed, all chargers pause: ${messageOf(error)}`);
    this.#broken = true;
    const pause: Decision = { allowCharging: false, current: 0, phases: 1, reasons: [{ code: "controller-failed" }] };
    this.#decisions = Object.fromEntries(this.#chargers.map(({ config }) => [config.name, pause]));
    this.#plans = {};
    for (const charger of this.#chargers) charger.apply(pause);
  }

  #save(urgent: boolean): void {
    this.#stateFile?.save(persistentStateOf(this.#memory), this.#clock.now(), urgent);
  }
}

/** By its last command. */
function isOn({ chargers }: Memory, name: string): boolean {
  return (chargers[name]?.persistent.lastCommand?.current ?? 0) > 0;
}
