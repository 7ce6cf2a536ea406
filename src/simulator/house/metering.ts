/** What a meter makes of the truth: a reading now and then, later, not quite exact, and sometimes lost. */

import { perPhase } from "../../model/phases.js";
import { noQuantities, type MeterReading } from "../../model/readings.js";
import type { GridFlow } from "./house.js";
import { seededRandom, type Random } from "./random.js";

export interface MeteringOptions {
  /** s between two readings. */
  readonly period?: number;
  /** s from measuring to the reading. */
  readonly delay?: number;
  /** W by which the power of each phase may be off, up or down. */
  readonly noise?: number;
  /** Share of the readings that never arrive, 0–1. */
  readonly lost?: number;
  readonly seed?: number;
}

/** A meter of the grid connection. */
export class Metering {
  private readonly period: number;
  private readonly delay: number;
  private readonly noise: number;
  private readonly lost: number;
  private readonly random: Random;
  private underWay: { readonly due: number; readonly reading: MeterReading }[] = [];
  private next = 0;

  constructor({ period = 1, delay = 0, noise = 0, lost = 0, seed = 1 }: MeteringOptions = {}) {
    this.period = period;
    this.delay = delay;
    this.noise = noise;
    this.lost = lost;
    this.random = seededRandom(seed);
  }

  /**
   * To be called at every step, with time going forward.
   * @param second s, on any scale
   * @param grid what flows now
   * @returns the reading that arrives now; `null`: none
   */
  read(second: number, grid: GridFlow): MeterReading | null {
    if (second >= this.next) {
      this.next = second + this.period;
      const reading = this.measure(grid);
      if (this.random() >= this.lost) this.underWay.push({ due: second + this.delay, reading });
    }
    const arrived = this.underWay.filter(({ due }) => due <= second).at(-1);
    if (arrived === undefined) return null;
    this.underWay = this.underWay.filter(({ due }) => due > second);
    return arrived.reading;
  }

  private measure({ powers, voltages }: GridFlow): MeterReading {
    const measured = perPhase((i) => powers[i] + (voltages[i] === 0 ? 0 : this.noise * (2 * this.random() - 1)));
    const currents = perPhase((i) => (voltages[i] === 0 ? 0 : measured[i] / voltages[i]));
    const power = measured[0] + measured[1] + measured[2];
    return { grid: { ...noQuantities, power, powers: measured, currents, voltages } };
  }
}
