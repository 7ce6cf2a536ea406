/** The inside of a wallbox: settings, contactor, control pilot and energy counters. Its protocol is others' business. */

import type { PerPhase, PhaseCount } from "../../model/phases.js";
import { perPhase } from "../../model/phases.js";
import type { Car, Offer } from "./car.js";
import { minimumOffer } from "./car.js";
import { Delayed, stepsOf, timeTolerance } from "./time.js";

/** What a wallbox can have wrong with it. */
export type EvseFault = "residual current" | "phase" | "ground" | "overtemperature" | "contactor stuck" | "internal";

/** `waiting`: car and no current yet · `complete`: the car has had current and takes none now. */
export type EvseState = "no car" | "waiting" | "charging" | "complete" | "fault";

export interface EvseOptions {
  readonly phases?: PhaseCount;
  /** A, what it starts with and falls back to after a reboot. */
  readonly current?: number;
  readonly allowed?: boolean;
  /** Coding of the cable that comes with the car, A. */
  readonly cable?: number;
  /** What the wallbox is built for, A. */
  readonly maxCurrent?: number;
  /** Smallest step of the current, A. What lies between is rounded down. */
  readonly resolution?: number;
  /** s from a written value to the pilot. */
  readonly answerTime?: number;
  /** s without current when the phases change while charging. */
  readonly switchPause?: number;
  /** s that a reboot takes. */
  readonly rebootTime?: number;
  /** V, phase to neutral. */
  readonly voltage?: number;
  /** °C around it. */
  readonly ambient?: number;
  /** Wh counted in its life so far. */
  readonly totalEnergy?: number;
}

const nothing: PerPhase<number> = [0, 0, 0];

/** Warmth at 32 A on three phases, K above what is around it, and how slowly it comes, s. */
const warmth = { rise: 35, fullLoad: 3 * 32 ** 2, inertia: 900 };

export class Evse {
  readonly cable: number;
  readonly maxCurrent: number;
  /** A, what a reboot falls back to. */
  storedCurrent: number;
  /** Wh; stops by itself when the session has it. `null`: no limit. */
  sessionLimit: number | null = null;
  /** While set, nothing is offered. */
  fault: EvseFault | null = null;
  /** The contactor no longer opens or closes: offer and current stay as they are, whatever is written. */
  contactorStuck = false;
  /** A that it lets the car take, whatever is written for so many times more; `null`: it obeys. */
  ignoresCurrent: { readonly current: number; writes: number } | null = null;
  /** V, phase to neutral. */
  voltage: number;
  /** °C */
  temperature: number;
  /** Since it was made. */
  reboots = 0;
  /** s since it started. */
  uptime = 0;
  /** Wh since the car was plugged in; stays until the next one is. */
  sessionEnergy = 0;
  /** Wh */
  totalEnergy: number;

  private readonly resolution: number;
  private readonly switchPause: number;
  private readonly rebootTime: number;
  private readonly ambient: number;
  private readonly allowedSetting: Delayed<boolean>;
  private readonly currentSetting: Delayed<number>;
  private readonly phasesSetting: Delayed<PhaseCount>;
  private readonly plugListeners = new Set<(plugged: boolean) => void>();
  private contactorPhases: PhaseCount;
  private pluggedCar: Car | null = null;
  private given: Offer | null = null;
  private drawn: PerPhase<number> = nothing;
  private pauseLeft = 0;
  private rebootLeft = 0;

  constructor({
    phases = 3,
    current = 16,
    allowed = true,
    cable = 32,
    maxCurrent = 32,
    resolution = 1,
    answerTime = 1,
    switchPause = 10,
    rebootTime = 8,
    voltage = 230,
    ambient = 20,
    totalEnergy = 0,
  }: EvseOptions = {}) {
    this.cable = cable;
    this.maxCurrent = maxCurrent;
    this.storedCurrent = current;
    this.resolution = resolution;
    this.switchPause = switchPause;
    this.rebootTime = rebootTime;
    this.voltage = voltage;
    this.ambient = ambient;
    this.temperature = ambient;
    this.totalEnergy = totalEnergy;
    this.contactorPhases = phases;
    this.allowedSetting = new Delayed(allowed, answerTime);
    this.currentSetting = new Delayed(current, answerTime);
    this.phasesSetting = new Delayed<PhaseCount>(phases, answerTime);
  }

  /** What was written; `allowedNow` is what is in effect. */
  get allowed(): boolean {
    return this.allowedSetting.value;
  }

  set allowed(allowed: boolean) {
    this.allowedSetting.write(allowed);
  }

  /** A, what was written; `currentNow` is what is in effect. Below 6 A nothing is offered. */
  get current(): number {
    return this.currentSetting.value;
  }

  /** @throws RangeError for what is no current */
  set current(current: number) {
    if (!(current >= 0 && current < Infinity)) throw new RangeError(`${current} A is no current`);
    if (this.ignoresCurrent !== null && this.ignoresCurrent.writes-- <= 0) this.ignoresCurrent = null;
    this.currentSetting.write(Math.floor(current / this.resolution + 1e-9) * this.resolution);
  }

  /** What was written; `phasesNow` is what is in effect. */
  get phases(): PhaseCount {
    return this.phasesSetting.value;
  }

  set phases(phases: PhaseCount) {
    this.phasesSetting.write(phases);
  }

  get allowedNow(): boolean {
    return this.allowedSetting.effective;
  }

  /** A on the pilot while something is offered: the setting within what cable and wallbox stand. */
  get currentNow(): number {
    return Math.min(this.currentSetting.effective, this.cable, this.maxCurrent);
  }

  get phasesNow(): PhaseCount {
    return this.contactorPhases;
  }

  get car(): Car | null {
    return this.pluggedCar;
  }

  /** What the car is offered; `null`: the contactor is open. */
  get offer(): Offer | null {
    return this.given;
  }

  /** A on the charger's own L1, L2, L3. */
  get draw(): PerPhase<number> {
    return this.drawn;
  }

  /** W on the charger's own L1, L2, L3. */
  get powers(): PerPhase<number> {
    return perPhase((phase) => this.drawn[phase] * this.voltage);
  }

  /** W */
  get power(): number {
    return this.powers.reduce((sum, power) => sum + power, 0);
  }

  /** False while it starts anew. */
  get reachable(): boolean {
    return this.rebootLeft <= timeTolerance;
  }

  /** Without current because the phases are being changed. */
  get switchingPhases(): boolean {
    return this.pauseLeft > timeTolerance;
  }

  get limitReached(): boolean {
    return this.sessionLimit !== null && this.sessionEnergy >= this.sessionLimit;
  }

  get state(): EvseState {
    if (this.fault !== null) return "fault";
    if (this.pluggedCar === null) return "no car";
    if (this.drawn.some((current) => current > 0)) return "charging";
    if (this.pluggedCar.full) return "complete";
    return this.sessionEnergy > 0 && this.given === null && !this.switchingPhases ? "complete" : "waiting";
  }

  /** Begins a session. */
  plug(car: Car): void {
    this.pluggedCar = car;
    this.sessionEnergy = 0;
    for (const listener of this.plugListeners) listener(true);
  }

  unplug(): void {
    this.pluggedCar = null;
    this.given = null;
    this.drawn = nothing;
    this.pauseLeft = 0;
    for (const listener of this.plugListeners) listener(false);
  }

  /** Calls back after every plug and unplug; returns what ends it. */
  onPlug(listener: (plugged: boolean) => void): () => void {
    this.plugListeners.add(listener);
    return () => void this.plugListeners.delete(listener);
  }

  /** Starts anew: for a while neither current nor answer, and then the stored current. The session goes on. */
  reboot(): void {
    this.reboots += 1;
    this.uptime = 0;
    this.rebootLeft = this.rebootTime;
    this.currentSetting.reset(this.storedCurrent);
    this.allowedSetting.reset(this.allowedSetting.value);
    this.phasesSetting.reset(this.phasesSetting.value);
    this.pauseLeft = 0;
    this.given = null;
    this.drawn = nothing;
  }

  /** Lets time pass, in steps of at most 1 s. */
  advance(seconds: number): void {
    for (const { length } of stepsOf(seconds)) this.step(length);
  }

  private step(seconds: number): void {
    const rebooting = !this.reachable;
    this.rebootLeft = Math.max(0, this.rebootLeft - seconds);
    if (!rebooting) this.uptime += seconds;
    for (const setting of [this.allowedSetting, this.currentSetting, this.phasesSetting]) setting.advance(seconds);
    if (!this.contactorStuck) {
      this.switchPhases();
      this.given = rebooting || this.switchingPhases ? null : this.nextOffer();
    }
    this.pauseLeft = Math.max(0, this.pauseLeft - seconds);
    this.drawn = this.pluggedCar?.advance(seconds, this.given, this.voltage) ?? nothing;
    const energy = (this.power * seconds) / 3600;
    this.sessionEnergy += energy;
    this.totalEnergy += energy;
    this.warm(seconds);
  }

  private switchPhases(): void {
    if (this.phasesSetting.effective === this.contactorPhases) return;
    this.contactorPhases = this.phasesSetting.effective;
    if (this.power > 0) this.pauseLeft = this.switchPause;
  }

  private nextOffer(): Offer | null {
    const may = this.pluggedCar !== null && this.allowedNow && this.fault === null && !this.limitReached;
    const current = this.ignoresCurrent?.current ?? this.currentNow;
    return may && current >= minimumOffer ? { current, phases: this.contactorPhases } : null;
  }

  private warm(seconds: number): void {
    const load = this.drawn.reduce((sum, current) => sum + current ** 2, 0) / warmth.fullLoad;
    const goal = this.ambient + warmth.rise * load;
    this.temperature += (goal - this.temperature) * Math.min(1, seconds / warmth.inertia);
  }
}
