/**
 * The published rule of hce's wallbox manager, with the settings of its example for solar charging only: a
 * loop of 20 s that increases by one ampere, decreases at once, and halts for two minutes.
 */

import type { Decision } from "../../src/model/commands.js";
import { controller } from "../ground/controller.js";
import { decision, drawnBy, fixedPhases, isPlugged, nothingSeen, updatedView, type View } from "./view.js";

/** A */
const defaultCurrent = 8;
const highest = 16;
/** ms */
const initialPhase = 180_000;
const loop = 20_000;
const loopInInitialPhase = 80_000;
const halt = 120_000;
/** W */
const hysteresis = 200;

interface Memory {
  readonly view: View;
  readonly pluggedAt: number | null;
  readonly nextAt: number;
  readonly decided: Decision;
}

export const wallboxManager = controller<Memory>({
  name: "hce's wallbox manager",
  newMemory: () => ({ view: nothingSeen, pluggedAt: null, nextAt: 0, decided: decision(0, 1) }),
  pass(house, memory, seen) {
    const [charger] = house.chargers;
    if (charger === undefined) return { memory, decisions: {} };
    const view = updatedView(memory.view, seen, house);
    const reading = view.chargers[charger.name];
    const phases = fixedPhases(charger.phases);
    const pluggedAt = isPlugged(reading) ? (memory.pluggedAt ?? seen.time) : null;
    const keep = { ...memory.decided, phases };
    const result = (decided: Decision, wait: number) => ({
      memory: { view, pluggedAt, nextAt: wait === 0 ? memory.nextAt : seen.time + wait, decided },
      decisions: { [charger.name]: decided },
    });
    if (seen.time < memory.nextAt || view.gridAt === 0) return result(keep, 0);
    if (pluggedAt === null) return result(decision(defaultCurrent, phases), loop);
    if (seen.time - pluggedAt < initialPhase) return result(decision(defaultCurrent, phases), loopInInitialPhase);

    const step = house.voltage * phases;
    const drawn = drawnBy(reading);
    const available = drawn - view.gridPower;
    const now = keep.current;
    const { minCurrent: least } = charger;
    const most = Math.min(highest, charger.maxCurrent);
    if (available < step * least) return result(decision(0, phases), halt);
    if (available < drawn && now > least)
      return result(decision(Math.min(most, Math.max(least, Math.floor(available / step))), phases), loop);
    if (available > now * step + step + hysteresis && now < most)
      return result(decision(Math.max(now + 1, least), phases), loop);
    if (now < least) return result(decision(Math.max(now + 1, defaultCurrent), phases), loop);
    return result(keep, loop);
  },
});
