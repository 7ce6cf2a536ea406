/** The sky over the roof: when the sun is up, how high it gets, and what the clouds leave of it. */

import { noiseAt } from "./random.js";
import { secondOfDay } from "./time.js";

export const weatherKinds = ["clear", "broken", "fast clouds", "overcast", "winter"] as const;

export type WeatherKind = (typeof weatherKinds)[number];

/** One layer of clouds that drifts past. */
interface CloudLayer {
  /** s from one cloud to the next, on average. */
  readonly period: number;
  /** Share of the sky that it covers, 0–1. */
  readonly cover: number;
  /** Share of the light that passes through a cloud, 0–1. */
  readonly passes: number;
  /** How soft the edges are, 0 (cut) – 1 (all edge). */
  readonly softness: number;
}

interface Sky {
  /** Second of the day. */
  readonly sunrise: number;
  /** Second of the day. */
  readonly sunset: number;
  /** Light at noon without clouds, as a share of the roof's peak. */
  readonly noon: number;
  /** The light of all layers is multiplied. */
  readonly clouds: readonly CloudLayer[];
}

const hour = 3600;
const summer = { sunrise: 5.5 * hour, sunset: 21 * hour, noon: 0.88 };
const haze: CloudLayer = { period: 2_400, cover: 0.5, passes: 0.96, softness: 1 };

const skies: Readonly<Record<WeatherKind, Sky>> = {
  clear: { ...summer, clouds: [haze] },
  broken: { ...summer, clouds: [haze, { period: 420, cover: 0.45, passes: 0.28, softness: 0.12 }] },
  "fast clouds": {
    ...summer,
    clouds: [
      { period: 75, cover: 0.45, passes: 0.3, softness: 0.2 },
      { period: 600, cover: 0.3, passes: 0.6, softness: 0.4 },
    ],
  },
  overcast: { ...summer, noon: 0.3, clouds: [{ period: 1_500, cover: 0.6, passes: 0.45, softness: 0.8 }] },
  winter: {
    sunrise: 8.25 * hour,
    sunset: 16.25 * hour,
    noon: 0.36,
    clouds: [haze, { period: 900, cover: 0.4, passes: 0.4, softness: 0.3 }],
  },
};

/** Flattens morning and evening against a plain half sine. */
const bellExponent = 1.4;

export class Weather {
  private readonly sky: Sky;

  /** The same kind and seed make the same day, asked in any order. */
  constructor(
    readonly kind: WeatherKind,
    private readonly seed: number,
  ) {
    this.sky = skies[kind];
  }

  /** Light on the roof as a share of its peak, 0–1. @param second of the day */
  light(second: number): number {
    return this.bell(secondOfDay(second)) * this.throughClouds(secondOfDay(second));
  }

  private bell(second: number): number {
    const { sunrise, sunset, noon } = this.sky;
    if (second <= sunrise || second >= sunset) return 0;
    return noon * Math.sin((Math.PI * (second - sunrise)) / (sunset - sunrise)) ** bellExponent;
  }

  private throughClouds(second: number): number {
    return this.sky.clouds.reduce((light, layer, index) => light * lightThrough(layer, this.seed + index, second), 1);
  }
}

function lightThrough({ period, cover, passes, softness }: CloudLayer, seed: number, second: number): number {
  const inside = (noiseAt(seed, second, period) - (1 - cover)) / softness + 0.5;
  return 1 - (1 - passes) * Math.max(0, Math.min(1, inside));
}
