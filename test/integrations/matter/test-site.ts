/** A site with one charger and a car, for the steps of Matter's certification: it does at once what it is asked. */

import { applyCommand, detectManualChange } from "../../../src/control/observe/chargers.js";
import { observeSession } from "../../../src/control/observe/session.js";
import {
  newChargerMemory,
  noPersistentChargerState,
  type ChargerMemory,
} from "../../../src/control/observe/charger-memory.js";
import type { ChargerCommand, ChargerMode, Plan } from "../../../src/model/commands.js";
import { noChargerReading, noQuantities, type ChargerReading } from "../../../src/model/readings.js";
import type { ChargerView, MeterView, SiteApi, SiteView } from "../../../src/site/site-view.js";

const voltage = 230;

export class TestSite implements SiteApi {
  readonly commands: ChargerCommand[] = [];
  /** For whom each command was. */
  readonly addressees: string[] = [];
  readonly #listeners = new Set<(view: SiteView) => void>();
  readonly #range = { min: 6, max: 32, step: 1 };
  #memory: ChargerMemory = newChargerMemory(noPersistentChargerState);
  #reported: Partial<ChargerReading> = {};
  #configured: ChargerMode;
  #plugged = false;
  #asking = false;
  reachable = true;
  plan: Plan | null = null;
  meters: readonly MeterView[] = [gridMeter(true)];

  constructor(
    readonly names: readonly string[] = ["Garage"],
    mode: ChargerMode = "off",
  ) {
    this.#configured = mode;
  }

  /** A car is plugged in that does not ask for current yet. */
  plug(): void {
    this.#plugged = true;
    this.report({ sessionChargeConsumption: 0 });
  }

  commandSite(): void {
    throw new Error("Matter asks nothing of the site as a whole");
  }

  unplug(): void {
    this.#plugged = this.#asking = false;
    this.report({});
  }

  /** The car asks for current, or no longer does. */
  ask(asking: boolean): void {
    this.#asking = asking;
    this.report({});
  }

  /** What the charger reports, from now on. */
  report(reported: Partial<ChargerReading>): void {
    this.#reported = { ...this.#reported, ...reported };
    const reading = this.#reading;
    const persistent = detectManualChange(this.#memory.persistent, reading, false);
    const { charged, session } = observeSession(this.#memory, reading, { at: 0, currents: [0, 0, 0], power: 0 });
    this.#memory = { ...this.#memory, reading, charged, persistent: { ...persistent, session, lastCommand: null } };
    this.change();
  }

  change(): void {
    const { view } = this;
    this.#listeners.forEach((listener) => listener(view));
  }

  get view(): SiteView {
    return { chargers: this.#chargers, meters: this.meters, powerLimit: null };
  }

  get #chargers(): readonly ChargerView[] {
    const { manual, cap, minimum, targets, mode, session } = this.#memory.persistent;
    return this.names.map((name) => ({
      name,
      brand: "Virtual",
      model: "Wallbox",
      writable: ["maxAmpere", "allowCharging"],
      current: this.#range,
      reachable: this.reachable,
      reading: this.#reading,
      sessionEnergy: session === null ? null : this.#memory.charged,
      mode: mode ?? this.#configured,
      userSettings: { manual, maxAmpere: cap, minAmpere: minimum, targets: targets ?? [] },
      plan: this.plan,
      decision: null,
    }));
  }

  onChange(listener: (view: SiteView) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  command(charger: string, command: ChargerCommand): void {
    this.addressees.push(charger);
    this.commands.push(command);
    this.#memory = applyCommand(this.#memory, command);
    this.change();
  }

  write(): Promise<void> {
    return Promise.reject(new Error("nothing here can be set"));
  }

  /** What the last command left as the highest current, in A per phase. */
  get cap(): number | null {
    return this.#memory.persistent.cap;
  }

  get #allowed(): boolean {
    const { manual, mode } = this.#memory.persistent;
    return manual?.kind === "start" || (manual?.kind !== "stop" && (mode ?? this.#configured) !== "off");
  }

  get #reading(): ChargerReading {
    const charging = this.#plugged && this.#asking && this.#allowed;
    const current = charging ? Math.min(16, this.cap ?? 16) : 0;
    return {
      ...noChargerReading,
      state: charging ? "charging" : this.#plugged ? "connected" : "disconnected",
      allowCharging: this.#allowed,
      error: "NONE",
      voltageL1: voltage,
      voltageL2: voltage,
      voltageL3: voltage,
      currentL1: current,
      currentL2: current,
      currentL3: current,
      power: 3 * voltage * current,
      totalConsumption: 100,
      ...this.#reported,
    };
  }
}

/** @param knows it measures what flows through the grid connection */
export function gridMeter(knows: boolean): MeterView {
  return { name: "Grid", reachable: knows, reading: { grid: { ...noQuantities, power: -1_000 } } };
}
