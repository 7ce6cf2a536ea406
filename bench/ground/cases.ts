/** All cases, by their name for `--case`. */

import { dynLoadManager } from "../peers/dynloadmgr.js";
import { fusePeers, sunPeers } from "../peers/peers.js";
import { cloudsCase, fullCarCase } from "./cases/clouds.js";
import { constantSunCase } from "./cases/constant-sun.js";
import { generatedDaysCase, housesCase, recordedDaysCase } from "./cases/days.js";
import { fuseStepCase, releaseCase, silenceCase } from "./cases/fuse.js";
import { kindsCase } from "./cases/kinds.js";
import { scaleCase } from "./cases/scale.js";
import { ours, type Controller } from "./controller.js";
import type { CaseResult } from "./result.js";

export interface Choice {
  /** Whether the rules of other projects are measured, too. */
  readonly peers: boolean;
  /** Folder of recorded days; `null`: none. */
  readonly days: string | null;
  readonly houses: number;
  /** s between two readings in the open loop */
  readonly tick: number;
  /** The first seed of generated days and houses. */
  readonly seed: number;
}

export function casesOf({ peers, days, houses, tick, seed }: Choice): ReadonlyMap<string, () => CaseResult> {
  const beside = (others: readonly Controller[]) => (peers ? [ours, ...others] : [ours]);
  const following = beside(sunPeers);
  const guarding = beside(fusePeers);
  const several = guarding.filter((each) => each !== dynLoadManager);
  const recorded = days === null ? [] : [["recorded", () => recordedDaysCase(following, days, tick)] as const];
  return new Map<string, () => CaseResult>([
    ["constant", () => constantSunCase(following)],
    ["clouds", () => cloudsCase(following)],
    ["full", () => fullCarCase(following)],
    ...recorded,
    ["generated", () => generatedDaysCase(following, [seed, seed + 1, seed + 2], tick)],
    ["houses", () => housesCase(following, houses, seed)],
    ["kinds", () => kindsCase()],
    ["fuse", () => fuseStepCase(guarding)],
    ["release", () => releaseCase(several)],
    ["silence", () => silenceCase(guarding)],
    ["scale", () => scaleCase()],
  ]);
}
