/** A house battery with a controller of its own, which keeps the grid connection at zero as far as it can. */

import { Delayed } from "./time.js";

export interface BatteryOptions {
  /** Wh */
  readonly capacity?: number;
  /** State of charge that it starts with, 0–1. */
  readonly soc?: number;
  /** State of charge that it does not go below, 0–1. */
  readonly reserve?: number;
  /** W, in either direction. */
  readonly maxPower?: number;
  /** Share of the energy that is left after going in, and again after coming out. */
  readonly efficiency?: number;
  /** s until its power follows what it sees at the grid connection. */
  readonly response?: number;
}

export class Battery {
  readonly capacity: number;
  /** While set, it gives nothing. */
  dischargeBlocked = false;
  private readonly reserve: number;
  private readonly maxPower: number;
  private readonly efficiency: number;
  private readonly wanted: Delayed<number>;
  private stored: number;
  private given = 0;

  constructor({
    capacity = 10_000,
    soc = 0.5,
    reserve = 0.05,
    maxPower = 5_000,
    efficiency = 0.96,
    response = 3,
  }: BatteryOptions = {}) {
    this.capacity = capacity;
    this.stored = soc * capacity;
    this.reserve = reserve;
    this.maxPower = maxPower;
    this.efficiency = efficiency;
    this.wanted = new Delayed(0, response);
  }

  /** State of charge, 0–1. */
  get soc(): number {
    return this.stored / this.capacity;
  }

  /** W, discharge +. */
  get power(): number {
    return this.given;
  }

  /**
   * Lets time pass.
   * @param seconds s, one step
   * @param demand W at the grid connection as it would be without the battery, import +
   */
  advance(seconds: number, demand: number): void {
    this.wanted.write(demand);
    this.wanted.advance(seconds);
    const { effective } = this.wanted;
    const power = Math.max(-this.maxPower, Math.min(this.maxPower, effective));
    this.given = power > 0 ? this.discharge(power, seconds / 3600) : this.charge(-power, seconds / 3600);
  }

  private discharge(power: number, hours: number): number {
    if (this.dischargeBlocked) return 0;
    const left = Math.max(0, this.stored - this.reserve * this.capacity) * this.efficiency;
    const given = Math.min(power, left / hours);
    this.stored -= (given * hours) / this.efficiency;
    return given;
  }

  private charge(power: number, hours: number): number {
    const room = (this.capacity - this.stored) / this.efficiency;
    const taken = Math.min(power, room / hours);
    this.stored += taken * hours * this.efficiency;
    return -taken;
  }
}
