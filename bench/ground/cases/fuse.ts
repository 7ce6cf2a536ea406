/** A 25 A main fuse: duration of overloads, and time to the failsafe current with a silent meter. */

import type { PhaseRotation, PerPhase } from "../../../src/model/phases.js";
import type { ChargerSettings, ControlSettings } from "../../../src/control/settings.js";
import { judged, type Controller } from "../controller.js";
import { runPlant, type PlantOptions } from "../plant.js";
import type { CaseResult, Row } from "../result.js";
import { fuseSettings, voltage } from "../settings.js";

const fuse = 25;
/** A above it that do not count as overload: the resolution of the meter. */
const tolerance = 0.1;
/** s after which charging is steady */
const calm = 120;
const duration = 400;
/** s after that of the event: at several phases of a slow loop */
const moments = [0, 7, 13, 19, 26];

/** A car without delay: only meter, controller and charger have one. */
const prompt = { response: 0, ramp: Infinity, lazyStart: 0 };
const plant = { meter: { period: 1 }, evse: { answerTime: 1 }, chargerPeriod: 5, heartbeat: 1 } as const;

/** W of a household with a step from some A to others. */
function household(
  before: PerPhase<number>,
  after: PerPhase<number> = before,
  from = calm,
): readonly PerPhase<number>[] {
  return Array.from({ length: duration }, (_, second) => {
    const [l1, l2, l3] = second < from ? before : after;
    // Slightly varying, as in any house.
    const flicker = ((second * 7) % 11) / 10;
    return [l1 * voltage + flicker, l2 * voltage + flicker, l3 * voltage];
  });
}

interface Overload {
  /** s, without a break */
  readonly longest: number;
  /** A */
  readonly highest: number;
}

function overloadIn(controller: Controller, settings: ControlSettings, options: Partial<PlantOptions>): Overload {
  let [now, longest, highest] = [0, 0, 0];
  const surroundings = { pv: new Float64Array(duration), household: household([0, 0, 0]) };
  runPlant(controller, { settings, surroundings, ...plant, ...options }, ({ house }) => {
    const current = Math.max(...house.grid.currents);
    now = current > fuse + tolerance ? now + 1 : 0;
    longest = Math.max(longest, now);
    highest = Math.max(highest, current);
  });
  return { longest, highest };
}

export function fuseStepCase(controllers: readonly Controller[]): CaseResult {
  const most = 3;
  const settings = fuseSettings(fuse, [{}]);
  const base = [4, 3, 2] as const;
  const steps: readonly PerPhase<number>[] = [
    [15, 0, 0],
    [0, 15, 0],
    [0, 0, 15],
  ];
  const rows = controllers.map((controller): Row => {
    const times = steps.map(([l1, l2, l3]) => {
      const after = [base[0] + l1, base[1] + l2, base[2] + l3] as const;
      const overloads = moments.map((moment) => {
        const surroundings = { pv: new Float64Array(duration), household: household(base, after, calm + moment) };
        return overloadIn(controller, settings, { surroundings, cars: [prompt] }).longest;
      });
      return Math.max(...overloads);
    });
    return {
      who: controller.name,
      cells: times.map((time) => `${time} s`),
      met: judged(controller, Math.max(...times) <= most),
    };
  });
  return {
    title: "Fuse of 25 A, a car of three times 16 A, +15 A on one phase",
    how: "Seconds above the fuse, the worst of several moments. The meter reports every second, the charger responds in 1 s, the car at once; the house draws 4, 3 and 2 A before.",
    target: `back under within ${most} s`,
    columns: ["on L1", "on L2", "on L3"],
    rows,
  };
}

export function releaseCase(controllers: readonly Controller[]): CaseResult {
  const rotated: PhaseRotation = [1, 2, 0];
  const pairs: readonly { readonly name: string; readonly own: Partial<ChargerSettings> }[] = [
    { name: "both on three phases", own: { phases: 3 } },
    { name: "both on L1", own: { phases: 1 } },
    { name: "three phases, rotated", own: { phases: 3, rotation: rotated } },
  ];
  const periods = [1, 5];
  const runs = pairs.flatMap((pair) => periods.map((period) => ({ ...pair, period })));
  const rows = controllers.map((controller): Row => {
    const overloads = runs.map(({ own, period }) => {
      const settings = fuseSettings(fuse, [
        { ...own, name: "Garage" },
        { phases: own.phases ?? 3, name: "Yard" },
      ]);
      const surroundings = { pv: new Float64Array(duration), household: household([3, 3, 3]) };
      const car = own.phases === 1 ? { ...prompt, phases: 1 as const } : prompt;
      const { longest, highest } = overloadIn(controller, settings, {
        surroundings,
        meter: { period },
        cars: [car, car],
        pluggedAt: calm,
      });
      return { longest, highest, period };
    });
    return {
      who: controller.name,
      cells: overloads.map(({ longest, highest }) => `${highest.toFixed(1)} A, ${longest} s`),
      met: judged(
        controller,
        overloads.every(({ longest, period }) => longest <= period),
      ),
    };
  });
  return {
    title: "Two cars of 16 A, plugged in within the same second behind 25 A",
    how: "Highest current at the fuse, and the longest time above it. The house draws 3 A on each phase; the meter reports every second, or every 5.",
    target: "never above 25 A for longer than one reading",
    columns: runs.map(({ name, period }) => `${name}, ${period} s`),
    rows,
  };
}

export function silenceCase(controllers: readonly Controller[]): CaseResult {
  const most = 15;
  const failsafes = [0, 6];
  const rows = controllers.map((controller): Row => {
    const times = failsafes.map((failsafeCurrent) => {
      const settings = { ...fuseSettings(fuse, [{}]), failsafeCurrent };
      let safeAt: number | null = null;
      runPlant(
        controller,
        {
          settings,
          surroundings: { pv: new Float64Array(duration), household: household([8, 8, 8]) },
          ...plant,
          cars: [prompt],
          meterSilentFrom: calm,
        },
        ({ second, evses: [evse] }) => {
          const current = evse === undefined || !evse.allowed ? 0 : evse.current;
          if (second >= calm && current <= failsafeCurrent) safeAt ??= second;
        },
      );
      return safeAt === null ? null : safeAt - (calm - 1);
    });
    return {
      who: controller.name,
      cells: times.map((time) => (time === null ? "never" : `${time} s`)),
      met: judged(
        controller,
        times.every((time) => time !== null && time <= most),
      ),
    };
  });
  return {
    title: "The grid meter falls silent while the fuse is loaded",
    how: `Seconds from its last reading until the charger is set to the failsafe current, within ${duration - calm} s.`,
    target: `within ${most} s`,
    columns: failsafes.map((current) => (current === 0 ? "failsafe: pause" : `failsafe: ${current} A`)),
    rows,
  };
}
