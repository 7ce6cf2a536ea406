/** The car: what it makes of the current that it is offered. */

import type { PerPhase, PhaseCount } from "../../model/phases.js";
import { perPhase } from "../../model/phases.js";
import { Delayed, timeTolerance } from "./time.js";

/** What the control pilot and the contactor give the car; `null` in its place: the contactor is open. */
export interface Offer {
  /** A per phase. Below 6 A means nothing (IEC 61851-1). */
  readonly current: number;
  readonly phases: PhaseCount;
}

/** Least current that the control pilot can offer, in A (IEC 61851-1). */
export const minimumOffer = 6;

/** How fast a car lets go, in A/s: from 32 A to 6 A in less than the 5 s of IEC 61851-1, with 2 s to notice. */
const fall = 10;

/** A that a car takes until the very end. */
const lastCurrent = 1;

export interface CarOptions {
  /** Phases that its charger is wired to, from L1 on. */
  readonly phases?: 1 | 2 | 3;
  /** A per phase. */
  readonly maxCurrent?: number;
  /** Wh until it is full. */
  readonly energy?: number;
  /** How fast its current rises, A/s. */
  readonly ramp?: number;
  /** s until it follows another offer. */
  readonly response?: number;
  /** s from the first offer to the first current. */
  readonly lazyStart?: number;
  /** Drawn current by offered current; above 1: a car that takes more than it may. */
  readonly followFactor?: number;
  /** Wh before it is full from which on it takes less and less. */
  readonly taper?: number;
  /** s of a pause in its charge after which it is asleep, and does not wake up for another offer. */
  readonly fallsAsleepAfter?: number;
}

/** Cars that people have. */
export const carPresets = {
  normal: {},
  /** Follows at once, as only a model can. */
  instant: { response: 0, ramp: Infinity, lazyStart: 0 },
  /** Takes half a minute from 6 to 16 A. */
  slow: { ramp: 0.3, response: 3, lazyStart: 15 },
  onePhase: { phases: 1, maxCurrent: 32 },
  twoPhases: { phases: 2 },
  /** Takes 7 % more than it is offered. */
  greedy: { followFactor: 1.07 },
  /** Takes a tenth less, whatever it is offered. */
  shy: { followFactor: 0.9 },
  /** Is offered more than it is built for. */
  derated: { maxCurrent: 10 },
  /** Needs little, and less and less of it. */
  nearlyFull: { energy: 2_500, taper: 2_000 },
  /** Has all that it needs. */
  full: { energy: 0 },
  /** Is plugged in and never wakes up. */
  sleeper: { lazyStart: Infinity },
  /** Can't be woken up again after a pause of ten minutes. */
  dozer: { fallsAsleepAfter: 600 },
} as const satisfies Record<string, CarOptions>;

export class Car {
  readonly phases: 1 | 2 | 3;
  readonly maxCurrent: number;
  private readonly ramp: number;
  private readonly response: number;
  private readonly lazyStart: number;
  private readonly followFactor: number;
  private readonly taper: number;
  private readonly fallsAsleepAfter: number;
  private missing: number;
  private current = 0;
  private offeredFor = 0;
  private pause: number | null = null;
  private asleep = false;
  private followed: Delayed<number>;

  constructor({
    phases = 3,
    maxCurrent = 16,
    energy = 40_000,
    ramp = 3,
    response = 2,
    lazyStart = 4,
    followFactor = 1,
    taper = 0,
    fallsAsleepAfter = Infinity,
  }: CarOptions = {}) {
    this.phases = phases;
    this.maxCurrent = maxCurrent;
    this.missing = energy;
    this.ramp = ramp;
    this.response = response;
    this.lazyStart = lazyStart;
    this.followFactor = followFactor;
    this.taper = taper;
    this.fallsAsleepAfter = fallsAsleepAfter;
    this.followed = new Delayed(0, response);
  }

  /** Wh until it is full. */
  get energyNeeded(): number {
    return this.missing;
  }

  get full(): boolean {
    return this.missing <= 0;
  }

  /** Driven home with an empty battery, or made to need more. Wh */
  discharge(energy: number): void {
    this.missing += energy;
  }

  /**
   * Lets time pass.
   * @param seconds s, one step
   * @param voltage V, phase to neutral
   * @returns A drawn on the charger's L1, L2, L3 through this step
   */
  advance(seconds: number, offer: Offer | null, voltage = 230): PerPhase<number> {
    const phases = Math.min(this.phases, offer?.phases ?? 0);
    this.current =
      offer === null || offer.current < minimumOffer ? this.letGo(seconds) : this.follow(seconds, offer.current);
    this.missing = Math.max(0, this.missing - (this.current * phases * voltage * seconds) / 3600);
    return perPhase((phase) => (phase < phases ? this.current : 0));
  }

  private letGo(seconds: number): number {
    this.offeredFor = 0;
    if (this.pause !== null) this.pause += seconds;
    this.asleep ||= (this.pause ?? 0) >= this.fallsAsleepAfter - timeTolerance;
    return 0;
  }

  private follow(seconds: number, offered: number): number {
    if (this.offeredFor === 0) this.followed = new Delayed(offered, this.response);
    this.followed.write(offered);
    this.followed.advance(seconds);
    this.offeredFor += seconds;
    if (this.full || this.asleep || this.offeredFor < this.lazyStart - timeTolerance) return 0;
    this.pause = 0;
    const target = Math.min(this.followed.effective * this.followFactor, this.acceptance());
    return this.current < target
      ? Math.min(target, this.current + this.ramp * seconds)
      : Math.max(target, this.current - fall * seconds);
  }

  /** A that it takes at most, as full as it is. */
  private acceptance(): number {
    if (this.missing >= this.taper) return this.maxCurrent;
    return Math.max(Math.min(lastCurrent, this.maxCurrent), (this.maxCurrent * this.missing) / this.taper);
  }
}
