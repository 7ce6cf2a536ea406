/** The running house: holds what its devices say, asks the controller what to do, and has it done. */

import type { Config } from "../config/parse.js";
import {
  persistentStateOf,
  newChargerMemory,
  newMemory,
  noPersistentChargerState,
  type Memory,
} from "../control/memory.js";
import type { Observation } from "../control/observation.js";
import { pass, unattended, type Outcome } from "../control/pass.js";
import type { ControlSettings } from "../control/settings.js";
import type { ChargerCommand, Decision, SiteCommand } from "../model/commands.js";
import type { Clock, Timer } from "../model/clock.js";
import { messageOf } from "../model/errors.js";
import type { Log } from "../model/log.js";
import { meterRoles } from "../model/readings.js";
import { createMqttPool } from "../transport/mqtt.js";
import { ChargerLine } from "./charger-line.js";
import type { ChargerView, House, MeterView } from "./house.js";
import { MeterLine } from "./meter-line.js";
import { MonitorLine } from "./monitor-line.js";
import { controlSettings } from "./settings.js";
import type { StateFile } from "./state-file.js";

/** ms without any news after which the controller looks again: silence is news too. */
const heartbeat = 1_000;

/** ms after the start in which devices may speak for the first time before anything is decided without them. */
const patience = 10_000;

/** ms in which chargers have to be safe when the program ends; Homebridge kills it after 5 s. */
const shutdownBudget = 2_000;

export interface SiteOptions {
  readonly log: Log;
  readonly clock: Clock;
  /** Absent: a restart forgets what people chose. */
  readonly stateFile?: StateFile;
}

type News = Partial<Omit<Observation, "time">>;

export class Site implements House {
  readonly #settings: ControlSettings;
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #stateFile: StateFile | undefined;
  readonly #mqtt;
  readonly #chargers: readonly ChargerLine[];
  readonly #meters: readonly MeterLine[];
  readonly #monitors: readonly MonitorLine[];
  readonly #listeners = new Set<() => void>();
  readonly #failedFaces = new Set<() => void>();
  #memory: Memory = newMemory();
  #decisions: Outcome["decisions"] = {};
  #plans: Outcome["plans"] = {};
  #startedAt = 0;
  #timer: Timer | undefined;
  #running = false;
  #stopped = false;
  #broken = false;

  constructor(config: Config, { log, clock, stateFile }: SiteOptions) {
    this.#settings = controlSettings(config);
    this.#log = log;
    this.#clock = clock;
    this.#stateFile = stateFile;
    this.#mqtt = createMqttPool(log);
    const context = { log, clock, mqtt: this.#mqtt };
    this.#chargers = config.chargers.map(
      (charger) =>
        new ChargerLine(charger, context, (reading) => this.#observe({ chargers: { [charger.name]: reading } })),
    );
    this.#meters = config.meters.map(
      (meter) => new MeterLine(meter, context, (reading) => this.#observe({ meters: { [meter.name]: reading } })),
    );
    this.#monitors = config.residualCurrentMonitors.map(
      (monitor) =>
        new MonitorLine(monitor, context, (reading) => this.#observe({ monitors: { [monitor.name]: reading } })),
    );
  }

  async start(): Promise<void> {
    const names = this.#settings.chargers.map(({ name }) => name);
    this.#memory = newMemory(await this.#stateFile?.load(names, this.#clock.now()));
    if (this.#stopped) return;
    this.#startedAt = this.#clock.now();
    this.#running = true;
    for (const line of this.#lines) line.start();
    this.#scheduleLook();
  }

  /** Leaves every charger in a safe state, within two seconds, and lets go of all devices. Always ends. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#running = false;
    this.#timer?.cancel();
    for (const line of this.#lines) line.stop();
    try {
      if (this.#memory.time > 0) this.#carryOut(unattended(this.#settings, this.#memory));
    } catch (error) {
      this.#stopAll(error);
    }
    for (const line of this.#meters) line.blockDischarge(false);
    this.#keep(true);
    await this.#settled();
    await Promise.all(this.#lines.map((line) => line.close()));
    await this.#mqtt.close();
  }

  get chargers(): readonly ChargerView[] {
    return this.#chargers.map((line) => {
      const persistent = this.#memory.chargers[line.config.name]?.persistent ?? noPersistentChargerState;
      return {
        ...line.view(),
        mode: persistent.mode ?? line.config.mode,
        wishes: {
          manual: persistent.manual,
          until: persistent.manual === "start" ? persistent.until : null,
          maxAmpere: persistent.cap,
          minAmpere: persistent.minimum,
          targets: persistent.targets ?? line.config.targets,
        },
        plan: this.#plans[line.config.name] ?? null,
        decision: this.#decisions[line.config.name] ?? null,
      };
    });
  }

  get meters(): readonly MeterView[] {
    return this.#meters.map((line) => line.view());
  }

  get powerLimit(): number | null {
    return this.#memory.powerLimit;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  command(charger: string, command: ChargerCommand): void {
    this.#line(charger);
    this.#observe({ commands: { [charger]: command } });
    this.#keep(true);
  }

  commandSite(command: SiteCommand): void {
    this.#observe(command);
    this.#keep(true);
  }

  async write(charger: string, channel: "accessState" | "transaction", value: string | number | null): Promise<void> {
    await this.#line(charger).write(channel, value);
  }

  get #lines() {
    return [...this.#meters, ...this.#monitors, ...this.#chargers];
  }

  #line(charger: string): ChargerLine {
    const line = this.#chargers.find(({ config }) => config.name === charger);
    if (line === undefined) throw new RangeError(`there is no charger named ${charger}`);
    return line;
  }

  /** Looks again and again, so that silence is noticed. */
  #scheduleLook(): void {
    this.#timer = this.#clock.after(heartbeat, () => {
      for (const line of this.#meters) line.checkSilence();
      for (const line of this.#chargers) line.tellVoltage(this.#voltageFor(line));
      this.#observe({});
      if (this.#running) this.#scheduleLook();
    });
  }

  /** V; `null`: it needs none, or none is known now. */
  #voltageFor({ config: { voltageFrom } }: ChargerLine): number | null {
    if (typeof voltageFrom !== "string") return voltageFrom;
    const meter = this.#meters.find(({ config }) => config.name === voltageFrom)?.view();
    if (meter === undefined || !meter.reachable) return null;
    const volts = meterRoles.flatMap((role) => meter.reading?.[role]?.voltages ?? []).filter((value) => value !== null);
    return volts.length > 0 ? volts.reduce((sum, value) => sum + value, 0) / volts.length : null;
  }

  #observe(news: News): void {
    if (!this.#running) return;
    const time = Math.max(this.#clock.now(), this.#memory.time);
    const observation: Observation = { time, meters: {}, chargers: {}, commands: {}, ...news };
    try {
      const outcome = pass(this.#settings, this.#memory, observation);
      if (this.#isReady()) this.#carryOut(outcome);
      else this.#memory = { ...outcome.memory, chargers: this.#undecided(outcome.memory) };
      this.#broken = false;
    } catch (error) {
      this.#stopAll(error);
    }
    this.#tell();
  }

  /** A face that fails is its own affair, told once. */
  #tell(): void {
    for (const listener of this.#listeners)
      try {
        listener();
      } catch (error) {
        if (!this.#failedFaces.has(listener)) this.#log.error(`A face failed: ${messageOf(error)}`);
        this.#failedFaces.add(listener);
      }
  }

  /** Whether all devices have had their say, or their chance to. */
  #isReady(): boolean {
    const waiting = this.#lines.some((line) => !line.hasSpoken);
    return !waiting || this.#clock.now() - this.#startedAt >= patience;
  }

  /** What was seen, without what was decided: nobody carries it out. */
  #undecided({ chargers }: Memory): Memory["chargers"] {
    return Object.fromEntries(
      Object.entries(chargers).map(([name, seen]) => {
        const { persistent, commands } = this.#memory.chargers[name] ?? newChargerMemory(noPersistentChargerState);
        const { lastCommand, commandConfirmed, startedAt, pausedAt, switchedAt } = persistent;
        return [
          name,
          {
            ...seen,
            commands,
            persistent: { ...seen.persistent, lastCommand, commandConfirmed, startedAt, pausedAt, switchedAt },
          },
        ];
      }),
    );
  }

  /** Resolves once all is told and kept, or the time for it is over. */
  async #settled(): Promise<void> {
    const lines = [...this.#chargers, ...this.#meters];
    const settled = Promise.all([...lines.map((line) => line.settled()), this.#stateFile?.settled()]);
    let timer: Timer | undefined;
    const late = new Promise<void>((resolve) => (timer = this.#clock.after(shutdownBudget, resolve)));
    await Promise.race([settled, late]);
    timer?.cancel();
  }

  #carryOut({ memory, decisions, plans, blockDischarge }: Outcome): void {
    const turned = this.#chargers.some(({ config: { name } }) => isOn(this.#memory, name) !== isOn(memory, name));
    this.#memory = memory;
    this.#decisions = decisions;
    this.#plans = plans;
    for (const line of this.#chargers) {
      const decision = decisions[line.config.name];
      if (decision !== undefined) line.aim(decision);
    }
    for (const line of this.#meters) line.blockDischarge(blockDischarge);
    // A start or pause of ours that was forgotten would look like a person's.
    this.#keep(turned);
  }

  /** Our own mistake must not leave a charger at its last current. */
  #stopAll(error: unknown): void {
    if (!this.#broken) this.#log.error(`The controller failed, all chargers pause: ${messageOf(error)}`);
    this.#broken = true;
    const pause: Decision = { allowCharging: false, current: 0, phases: 1, reasons: [{ code: "controller-failed" }] };
    this.#decisions = Object.fromEntries(this.#chargers.map(({ config }) => [config.name, pause]));
    this.#plans = {};
    for (const line of this.#chargers) line.aim(pause);
  }

  #keep(urgent: boolean): void {
    this.#stateFile?.save(persistentStateOf(this.#memory), this.#clock.now(), urgent);
  }
}

/** What it was last told. */
function isOn({ chargers }: Memory, name: string): boolean {
  return (chargers[name]?.persistent.lastCommand?.current ?? 0) > 0;
}
