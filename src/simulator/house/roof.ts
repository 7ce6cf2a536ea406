/** The solar roof: what it feeds into the house at a second of the day. */

import type { Weather } from "./weather.js";

/** Anything that feeds. */
export interface PowerSource {
  /** W, ≥ 0. @param second of the day */
  power(second: number): number;
}

export interface RoofOptions {
  /** kWp */
  readonly peak: number;
  readonly weather: Weather;
  /** Most that the inverter gives, W. Default: as much as comes. */
  readonly inverterLimit?: number;
}

/** Light below which an inverter stays off, as a share of the peak. */
const wakeUpLight = 0.005;

export class Roof implements PowerSource {
  private readonly options: RoofOptions;

  constructor(options: RoofOptions) {
    this.options = options;
  }

  power(second: number): number {
    const { peak, weather, inverterLimit = Infinity } = this.options;
    const light = weather.light(second);
    return light < wakeUpLight ? 0 : Math.min(light * peak * 1000, inverterLimit);
  }
}
