/** The page of all reasons: text, meaning and what ends each. */

import type { Problem, Reason } from "../../src/model/reasons.js";
import { englishCatalogue } from "../../src/texts/en-catalogue.js";
import { reasonText } from "../../src/texts/decision-text.js";
import { code, table } from "./markdown.js";

const morning = { weekday: null, minutes: 7 * 60 };
const night = { weekday: null, minutes: 2 * 60 + 30 };
const some = { surplus: 500, needed: 690 };
const enough = { surplus: 2_300, needed: 690 };
const target = { energy: 20, by: morning };
const late: Problem = {
  code: "measurement-old",
  meter: "Grid",
  quantity: { kind: "current", phase: 0 },
  age: 12_000,
  doubt: { code: "no-answer" },
};
const doubted: Problem = { code: "wiring-doubted", meter: "Grid" };

/** In the order in which they are shown. */
const examples: readonly Reason[] = [
  { code: "no-vehicle" },
  { code: "mode-off" },
  { code: "stopped-by-hand" },
  { code: "stopped-until-start" },
  { code: "timed-start-over", until: morning },
  { code: "nothing-scheduled" },
  { code: "waits-for-schedule", next: { code: "target-upcoming", from: night, ...target } },
  { code: "session-limit-reached", limit: 30 },
  { code: "tag-missing" },
  { code: "tag-unknown" },
  { code: "plug-state-unknown" },

  { code: "surplus-too-low", ...some },
  { code: "surplus-too-new", ...enough },
  { code: "surplus-too-unsteady", ...enough },
  { code: "starts-too-often", surplus: 2_300, starts: 6, left: 1_500_000 },
  { code: "minimum-pause", left: 240_000 },
  { code: "charger-own-limit", current: 16 },
  { code: "charger-holds", hold: "authorization" },
  { code: "surplus-used", surplus: 2_300 },
  { code: "surplus-covers-part", surplus: 900, needed: 690 },
  { code: "surplus-below-need", ...some },
  { code: "surplus-ended", ...some },
  { code: "minimum-above-surplus", surplus: 500, why: { code: "minimum-mode" } },
  { code: "phases-fit-surplus", surplus: 7_000, phases: 3 },
  { code: "vehicle-needs-more", surplus: 1_800, needed: 2_300 },
  { code: "surplus-unknown" },

  { code: "fast-mode" },
  { code: "started-by-hand", until: morning },
  { code: "minimum-mode" },
  { code: "target-due", ...target, possible: null },
  { code: "target-upcoming", from: night, ...target },
  { code: "cheap-energy", until: morning, price: 0.21 },
  { code: "cheap-energy-upcoming", from: night },
  { code: "plug-in-hold", current: 8, left: 90_000 },
  { code: "ready-without-vehicle", current: 8 },

  {
    code: "circuit-limit",
    circuit: "main fuse",
    phase: 1,
    limit: 25,
    baseLoad: 13,
    highestBaseLoad: 15,
    within: 30_000,
    otherChargers: 0,
  },
  { code: "site-power-limit", power: 4_200 },
  { code: "current-cap", current: 10 },
  { code: "power-cap", power: 3_000 },
  { code: "cable-limit", current: 20 },
  { code: "charger-limit", current: 16 },
  { code: "circuit-overdrawn", circuit: "main fuse", charger: "Garage", current: 32, limit: 6 },
  { code: "limit-not-obeyed", current: 32, limit: 6, left: 600_000 },
  { code: "below-minimum", current: 6 },
  { code: "vehicle-idle" },

  { code: "failsafe", problem: late },
  { code: "no-increase", problem: late },
  late,
  { code: "measurement-missing", meter: "Grid", quantity: { kind: "power", role: "battery" }, doubt: null },
  { code: "meter-not-trusted-yet", meter: "Grid", doubt: null },
  { code: "meter-not-heard", meter: "Grid" },
  { code: "no-grid-meter" },
  doubted,
  { code: "wiring-test", problem: doubted, current: 6 },
  { code: "wiring-test-running", problem: doubted },
  { code: "wiring-test-small-increase", problem: doubted },
  { code: "clamps-reversed", meter: "Grid", phases: [1] },
  { code: "clamps-swapped", meter: "Grid", phases: [0, 2] },

  { code: "charger-not-heard" },
  { code: "charger-late" },
  { code: "charger-silent" },
  { code: "charger-fault", error: "no ground" },
  { code: "residual-current-alarm", monitor: "RCM", isActive: true, bands: "dc" },
  { code: "monitor-not-heard", monitor: "RCM" },
  { code: "monitor-silent", monitor: "RCM", age: 90_000 },
  { code: "controller-failed" },
];

export function reasonTable(): string {
  const rows = examples.map((reason) => {
    const { meaning, end } = englishCatalogue[reason.code];
    return [reasonText([reason]), code(reason.code), meaning, end];
  });
  return table([["it says, for example", "code", "which means", "until"], ...rows]);
}
