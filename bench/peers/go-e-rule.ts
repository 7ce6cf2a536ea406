/**
 * The published rule of openHAB's go-e binding (its "advanced" surplus rule): every 10 s three phases if that is 6 A,
 * else one phase if that is 6 A, else off.
 */

import type { Decision } from "../../src/model/commands.js";
import { controller } from "../ground/controller.js";
import { decision, drawnBy, nothingSeen, updatedView, type View } from "./view.js";

/** ms */
const interval = 10_000;

interface Memory {
  readonly view: View;
  readonly decidedAt: number;
  readonly decided: Decision;
}

export const goERule = controller<Memory>({
  name: "openHAB's go-e rule",
  newMemory: () => ({ view: nothingSeen, decidedAt: 0, decided: decision(0, 1) }),
  pass({ chargers: [charger], ...house }, memory, seen) {
    if (charger === undefined) return { memory, decisions: {} };
    const view = updatedView(memory.view, seen, { chargers: [charger], ...house });
    let { decidedAt, decided } = memory;
    if (seen.time - decidedAt >= interval && view.gridAt > 0) {
      const drawn = drawnBy(view.chargers[charger.name]);
      const grid = drawn > 0 ? view.gridPower : Math.min(0, view.gridPower);
      const available = drawn - grid;
      const most = (volts: number) => Math.min(charger.maxCurrent, Math.floor(available / volts));
      const [three, one] = [most(3 * house.voltage), most(house.voltage)];
      if (charger.phases !== 1 && three >= charger.minCurrent) decided = decision(three, 3);
      else if (charger.phases !== 3 && one >= charger.minCurrent) decided = decision(one, 1);
      else decided = decision(0, charger.phases === "auto" ? decided.phases : charger.phases);
      decidedAt = seen.time;
    }
    return { memory: { view, decidedAt, decided }, decisions: { [charger.name]: decided } };
  },
});
