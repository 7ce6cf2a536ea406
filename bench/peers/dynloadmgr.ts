/**
 * The published rule of dynloadmgr: every 5 s the headroom of the fullest phase below a 25 A fuse, smoothed over 30 s, never
 * below 6 A; after five minutes above the fuse it pauses. It ignores surplus.
 */

import type { Decision } from "../../src/model/commands.js";
import { controller } from "../ground/controller.js";
import { decision, fixedPhases, nothingSeen, updatedView, type View } from "./view.js";

/** ms */
const interval = 5_000;
/** A */
const fuse = 25;
const least = 6;
/** Values that are averaged. */
const smoothed = 6;
/** Intervals above the fuse until it pauses. */
const maxOverloads = 60;

interface Memory {
  readonly view: View;
  readonly decidedAt: number;
  readonly previous: number;
  readonly wanted: readonly number[];
  readonly highest: readonly number[];
  readonly overloads: number;
  readonly paused: boolean;
  readonly decided: Decision;
}

export const dynLoadManager = controller<Memory>({
  name: "dynloadmgr's rule",
  newMemory: () => ({
    view: nothingSeen,
    decidedAt: 0,
    previous: least,
    wanted: [],
    highest: [],
    overloads: 0,
    paused: false,
    decided: decision(0, 3),
  }),
  pass(house, memory, seen) {
    const [charger] = house.chargers;
    if (charger === undefined) return { memory, decisions: {} };
    const view = updatedView(memory.view, seen, house);
    if (seen.time - memory.decidedAt < interval || view.gridAt === 0)
      return { memory: { ...memory, view }, decisions: { [charger.name]: memory.decided } };

    const load = Math.max(...view.gridCurrents);
    const headroom = Math.round(fuse - load) + memory.previous;
    const previous = Math.min(charger.maxCurrent, Math.max(least, headroom));
    const wanted = [...memory.wanted, previous].slice(-smoothed);
    const highest = [...memory.highest, load].slice(-smoothed);
    const average = mean(highest);
    const overloads = !memory.paused && average > fuse ? memory.overloads + 1 : 0;
    const paused = memory.paused ? fuse - average <= least : overloads >= maxOverloads;
    const decided = decision(paused ? 0 : Math.round(mean(wanted)), fixedPhases(charger.phases));
    return {
      memory: {
        view,
        decidedAt: seen.time,
        previous,
        wanted,
        highest,
        overloads: paused ? 0 : overloads,
        paused,
        decided,
      },
      decisions: { [charger.name]: decided },
    };
  },
});

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
