/**
 * The published rule of OpenEVSE's solar divert, by its firmware and simulations: whole amperes of what is
 * exported, and start and stop by a filtered value that rises and falls at different speeds. It never switches phases.
 */

import type { Decision } from "../../src/model/commands.js";
import { controller, type Controller } from "../ground/controller.js";
import { decision, drawnBy, fixedPhases, nothingSeen, updatedView, type View } from "./view.js";

/** One of the three settings that its makers publish simulations of. */
interface Divert {
  readonly name: string;
  /** Required share of an ampere in surplus; what is above 1 is a reserve, in kW. */
  readonly ratio: number;
  /** s */
  readonly attack: number;
  /** s */
  readonly decay: number;
}

const settings: readonly Divert[] = [
  { name: "default", ratio: 1.1, attack: 20, decay: 600 },
  { name: "no waste", ratio: 0.5, attack: 20, decay: 600 },
  { name: "no import", ratio: 1.1, attack: 300, decay: 20 },
];

/** A above the trigger at which it starts. */
const hysteresis = 0.5;
/** Minimum ms of a charge. */
const minimumCharge = 600_000;
/** s; lower bound of the filter's time constant. */
const quickest = 10;

interface Memory {
  readonly view: View;
  /** A */
  readonly smoothed: number;
  readonly updatedAt: number;
  /** ms since 1970; `null`: it does not charge. */
  readonly startedAt: number | null;
  readonly decided: Decision;
}

export const openEvse: readonly Controller[] = settings.map(({ name, ratio, attack, decay }) =>
  controller<Memory>({
    name: `OpenEVSE's rule, ${name}`,
    newMemory: () => ({ view: nothingSeen, smoothed: 0, updatedAt: 0, startedAt: null, decided: decision(0, 1) }),
    pass(house, memory, seen) {
      const [charger] = house.chargers;
      if (charger === undefined) return { memory, decisions: {} };
      const view = updatedView(memory.view, seen, house);
      const phases = fixedPhases(charger.phases);
      if (view.gridAt !== seen.time) {
        const decided = { ...memory.decided, phases };
        return { memory: { ...memory, view, decided }, decisions: { [charger.name]: decided } };
      }

      const volts = house.voltage * phases;
      const surplus = (drawnBy(view.chargers[charger.name]) - view.gridPower) / volts;
      const reserve = (1_000 * Math.max(0, ratio - 1)) / volts;
      const available = surplus > 0 ? Math.max(0, surplus - reserve) : 0;
      const passed = memory.updatedAt === 0 ? 0 : (seen.time - memory.updatedAt) / 1_000;
      const speed = Math.max(quickest, available > memory.smoothed ? attack : decay);
      const smoothed = memory.smoothed + (available - memory.smoothed) * (1 - Math.exp(-passed / speed));

      const whole = Math.floor(available);
      const rate = available - whole > Math.min(1, ratio) ? whole + 1 : whole;
      const current = Math.min(charger.maxCurrent, Math.max(charger.minCurrent, rate));
      const trigger = charger.minCurrent * Math.min(1, ratio);
      const lasted = memory.startedAt === null ? 0 : seen.time - memory.startedAt;
      let { startedAt, decided } = memory;
      if (smoothed >= trigger + hysteresis) {
        startedAt ??= seen.time;
        decided = decision(current, phases);
      } else if (smoothed <= trigger && lasted >= minimumCharge) {
        startedAt = null;
        decided = decision(0, phases);
      }
      decided = { ...decided, phases };
      return {
        memory: { view, smoothed, updatedAt: seen.time, startedAt, decided },
        decisions: { [charger.name]: decided },
      };
    },
  }),
);
