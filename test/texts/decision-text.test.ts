/** The wording of every reason. */

import type { ClockTime, MeterDoubt, Part, Problem, Reason, ReasonCode } from "../../src/model/reasons.js";
import { reasonText } from "../../src/texts/decision-text.js";

const seven: ClockTime = { weekday: null, minutes: 7 * 60 };
const tuesday: ClockTime = { weekday: 2, minutes: 65 };

const late: Problem = { code: "charger-late" };
const old: Problem = {
  code: "measurement-old",
  meter: "Grid",
  quantity: { kind: "current", phase: 0 },
  age: 12_400,
  doubt: null,
};
const onMain = { code: "circuit-limit", circuit: "main fuse", phase: 1, limit: 25, within: 30_000 } as const;

/** Every code, in one or more ways. */
const sentences: { readonly [Code in ReasonCode]: readonly (readonly [text: string, reason: Part<Code>])[] } = {
  "no-grid-meter": [["no meter measures the grid", { code: "no-grid-meter" }]],
  "meter-not-heard": [["Grid has not told anything yet", { code: "meter-not-heard", meter: "Grid" }]],
  "measurement-missing": [
    [
      "Grid does not tell the power",
      { code: "measurement-missing", meter: "Grid", quantity: { kind: "power", role: null }, doubt: null },
    ],
    [
      "Home does not tell the battery power: it did not answer",
      {
        code: "measurement-missing",
        meter: "Home",
        quantity: { kind: "power", role: "battery" },
        doubt: { code: "no-answer" },
      },
    ],
  ],
  "measurement-old": [
    ["Grid has not told the current of L1 for 12 s", old],
    [
      "Grid has not told the current of L1 for 12 s: a value is not a number",
      { ...old, doubt: { code: "not-a-number" } },
    ],
  ],
  "meter-not-trusted-yet": [
    ["Grid is not trusted yet", { code: "meter-not-trusted-yet", meter: "Grid", doubt: null }],
    [
      "Grid is not trusted yet: it did not answer",
      { code: "meter-not-trusted-yet", meter: "Grid", doubt: { code: "no-answer" } },
    ],
  ],
  "wiring-doubted": [
    ["Grid did not answer to the last change of our own as it should", { code: "wiring-doubted", meter: "Grid" }],
  ],
  "clamps-reversed": [
    [
      "Grid shows the opposite of what cars draw on L2: turn the clamp on L2 round, then start by hand",
      { code: "clamps-reversed", meter: "Grid", phases: [1] },
    ],
    [
      "Grid shows the opposite of what cars draw on L1 and L3: turn the clamps on L1 and L3 round, then start by hand",
      { code: "clamps-reversed", meter: "Grid", phases: [0, 2] },
    ],
    [
      "Grid shows the opposite of what cars draw: turn it round, then start by hand",
      { code: "clamps-reversed", meter: "Grid", phases: [0, 1, 2] },
    ],
  ],
  "clamps-swapped": [
    [
      "Grid seems to have L1 and L3 swapped: swap the clamps, or correct the charger's phases; then start by hand",
      { code: "clamps-swapped", meter: "Grid", phases: [0, 2] },
    ],
  ],
  "charger-late": [["the charger's last answer is missing", { code: "charger-late" }]],
  "charger-silent": [["the charger does not answer", { code: "charger-silent" }]],

  "target-upcoming": [
    [
      "all current from Tue 01:05 for 7.4 kWh by Tue 01:05",
      { code: "target-upcoming", from: tuesday, energy: 7.36, by: tuesday },
    ],
    [
      "all current from 07:00 to be full by Tue 01:05",
      { code: "target-upcoming", from: seven, energy: null, by: tuesday },
    ],
  ],
  "cheap-energy-upcoming": [
    ["all current from 07:00, when energy is cheap", { code: "cheap-energy-upcoming", from: seven }],
  ],

  "controller-failed": [["the controller failed", { code: "controller-failed" }]],
  "charger-not-heard": [["the charger has not answered yet", { code: "charger-not-heard" }]],
  "charger-fault": [
    ["the charger reports a fault", { code: "charger-fault", error: null }],
    ["the charger reports a fault: no ground", { code: "charger-fault", error: "no ground" }],
  ],
  "stopped-by-hand": [
    ["stopped by hand, until it is started again or the car is unplugged", { code: "stopped-by-hand" }],
  ],
  "stopped-until-start": [
    ["stopped, by hand or since a car was unplugged: until someone starts it", { code: "stopped-until-start" }],
  ],
  "timed-start-over": [
    ["it was started until 07:00: stopped until someone starts it", { code: "timed-start-over", until: seven }],
  ],
  "tag-missing": [["waits for the tag of a known car", { code: "tag-missing" }]],
  "tag-unknown": [["the tag belongs to no known car: refused", { code: "tag-unknown" }]],
  "session-limit-reached": [["the session has its 7.25 kWh", { code: "session-limit-reached", limit: 7.25 }]],
  "mode-off": [["switched off: charges only when started by hand", { code: "mode-off" }]],
  "plug-state-unknown": [["the charger does not tell whether a car is plugged in", { code: "plug-state-unknown" }]],
  "no-vehicle": [["no car is plugged in", { code: "no-vehicle" }]],
  "nothing-scheduled": [["waits for a target or a cheap hour: none is set", { code: "nothing-scheduled" }]],
  "waits-for-schedule": [
    [
      "waits: all current from 07:00, when energy is cheap",
      { code: "waits-for-schedule", next: { code: "cheap-energy-upcoming", from: seven } },
    ],
  ],
  "residual-current-alarm": [
    [
      "RCM raises an alarm: residual current (dc, total); look for the cause, then start by hand",
      { code: "residual-current-alarm", monitor: "RCM", isActive: true, bands: "dc, total" },
    ],
    [
      "RCM raised an alarm: residual current (dc); look for the cause, then start by hand",
      { code: "residual-current-alarm", monitor: "RCM", isActive: false, bands: "dc" },
    ],
  ],
  "monitor-not-heard": [["RCM has not told anything yet", { code: "monitor-not-heard", monitor: "RCM" }]],
  "monitor-silent": [
    ["RCM has been silent for 119 s", { code: "monitor-silent", monitor: "RCM", age: 119_000 }],
    ["RCM has been silent for 2 min", { code: "monitor-silent", monitor: "RCM", age: 120_000 }],
  ],

  "fast-mode": [["fast charging", { code: "fast-mode" }]],
  "started-by-hand": [
    ["started by hand", { code: "started-by-hand", until: null }],
    ["started by hand until Tue 01:05", { code: "started-by-hand", until: tuesday }],
  ],
  "minimum-mode": [["the minimum at least", { code: "minimum-mode" }]],
  "ready-without-vehicle": [["no car is plugged in: ready with 8 A", { code: "ready-without-vehicle", current: 8 }]],
  "plug-in-hold": [["8 A after plugging in, for 90 s more", { code: "plug-in-hold", current: 8, left: 90_000 }]],
  "target-due": [
    ["charges until the car is full, by 07:00", { code: "target-due", energy: null, by: seven, possible: null }],
    ["charges 20 kWh more by 07:00", { code: "target-due", energy: 20, by: seven, possible: null }],
    [
      "charges 59.9 kWh more by 07:00, of which 43.7 kWh are possible",
      { code: "target-due", energy: 59.94, by: seven, possible: 43.66 },
    ],
  ],
  "cheap-energy": [
    ["energy is cheap until 07:00", { code: "cheap-energy", until: seven, price: null }],
    ["energy is cheap until 07:00 (0.21 per kWh)", { code: "cheap-energy", until: seven, price: 0.21 }],
    ["energy is cheap until 07:00 (0 per kWh)", { code: "cheap-energy", until: seven, price: 0 }],
  ],

  "charger-limit": [["16 A at most", { code: "charger-limit", current: 16 }]],
  "charger-own-limit": [["the charger's own settings allow 16 A", { code: "charger-own-limit", current: 16 }]],
  "cable-limit": [["the cable carries 20 A", { code: "cable-limit", current: 20 }]],
  "current-cap": [["capped at 10.9 A by hand", { code: "current-cap", current: 10.86 }]],
  "power-cap": [
    ["capped at 999 W by hand", { code: "power-cap", power: 999 }],
    ["capped at 1.0 kW by hand", { code: "power-cap", power: 1_000 }],
  ],
  "site-power-limit": [
    ["the grid operator allows 4.2 kW for all chargers together", { code: "site-power-limit", power: 4_200 }],
  ],
  "circuit-limit": [
    [
      "main fuse: others draw 13 A of 25 A on L2",
      { ...onMain, baseLoad: 13, highestBaseLoad: 13.04, otherChargers: 0 },
    ],
    [
      "main fuse: others drew up to 15 A of 25 A on L2 in the last 30 s",
      { ...onMain, baseLoad: 13, highestBaseLoad: 15, otherChargers: 0 },
    ],
    [
      "main fuse: others draw 5 A and other chargers have 10 A of 25 A on L2",
      { ...onMain, baseLoad: 5, highestBaseLoad: 5, otherChargers: 10 },
    ],
  ],
  "circuit-overdrawn": [
    [
      "main fuse: Garage draws 32 A although its limit is 6 A",
      { code: "circuit-overdrawn", circuit: "main fuse", charger: "Garage", current: 32, limit: 6 },
    ],
  ],
  "limit-not-obeyed": [
    [
      "the charger drew 32 A although its limit was 6 A: pauses for 15 min more",
      { code: "limit-not-obeyed", current: 32, limit: 6, left: 900_000 },
    ],
  ],
  "below-minimum": [["charging needs at least 6 A", { code: "below-minimum", current: 6 }]],
  "vehicle-idle": [["the car takes nothing", { code: "vehicle-idle" }]],
  "charger-holds": [
    ["the charger waits for a card, or for a release in its app", { code: "charger-holds", hold: "authorization" }],
    ["the charger's own timer does not let it charge now", { code: "charger-holds", hold: "schedule" }],
    ["the charger is too hot", { code: "charger-holds", hold: "temperature" }],
  ],
  "minimum-pause": [["pauses for 5 min more", { code: "minimum-pause", left: 300_000 }]],

  failsafe: [["Grid has not told the current of L1 for 12 s: failsafe", { code: "failsafe", problem: old }]],
  "no-increase": [["the charger's last answer is missing: no increase", { code: "no-increase", problem: late }]],
  "wiring-test": [
    ["no meter measures the grid: tries 6 A", { code: "wiring-test", problem: { code: "no-grid-meter" }, current: 6 }],
  ],
  "wiring-test-running": [
    ["the charger's last answer is missing: waits for its answer", { code: "wiring-test-running", problem: late }],
  ],
  "wiring-test-small-increase": [
    ["the charger's last answer is missing: no small increase", { code: "wiring-test-small-increase", problem: late }],
  ],

  "surplus-unknown": [["no meter tells the surplus", { code: "surplus-unknown" }]],
  "surplus-used": [["2.3 kW of surplus", { code: "surplus-used", surplus: 2_300 }]],
  "surplus-too-low": [["300 W of surplus: waits for 690 W", { code: "surplus-too-low", surplus: 300, needed: 690 }]],
  "surplus-too-new": [
    ["1.1 kW of surplus: starts if it stays above 690 W", { code: "surplus-too-new", surplus: 1_150, needed: 690 }],
  ],
  "surplus-too-unsteady": [
    [
      "1.8 kW of surplus: too many clouds lately, starts once it stays above 690 W for longer",
      { code: "surplus-too-unsteady", surplus: 1_840, needed: 690 },
    ],
  ],
  "starts-too-often": [
    [
      "1.8 kW of surplus: began 6 times within an hour, rests 12 min more",
      { code: "starts-too-often", surplus: 1_840, starts: 6, left: 720_000 },
    ],
  ],
  "surplus-ended": [
    ["0 W of surplus for too long: starts again from 690 W on", { code: "surplus-ended", surplus: 0, needed: 690 }],
  ],
  "surplus-below-need": [
    ["500 W of surplus: pauses if it stays below 690 W", { code: "surplus-below-need", surplus: 500, needed: 690 }],
  ],
  "surplus-covers-part": [
    ["1.0 kW of surplus: goes on down to 690 W", { code: "surplus-covers-part", surplus: 1_000, needed: 690 }],
  ],
  "minimum-above-surplus": [
    [
      "500 W of surplus, the minimum at least",
      { code: "minimum-above-surplus", surplus: 500, why: { code: "minimum-mode" } },
    ],
  ],
  "phases-fit-surplus": [
    ["1.9 kW of surplus suit one phase better", { code: "phases-fit-surplus", surplus: 1_900, phases: 1 }],
    ["7.0 kW of surplus suit three phases better", { code: "phases-fit-surplus", surplus: 7_000, phases: 3 }],
  ],
  "vehicle-needs-more": [
    ["2.1 kW of surplus, this car needs 2.3 kW", { code: "vehicle-needs-more", surplus: 2_070, needed: 2_300 }],
  ],
};

test.each(Object.values(sentences).flatMap((rows): readonly (readonly [string, Reason])[] => rows))(
  "%s",
  (text, reason) => expect(reasonText([reason])).toBe(text),
);

test.each<[text: string, doubt: MeterDoubt]>([
  ["it did not answer", { code: "no-answer" }],
  ["a value is not a number", { code: "not-a-number" }],
  ["75.1 A on one phase can't be", { code: "current-impossible", current: 75.1 }],
  ["-1000000.0 kW can't be", { code: "power-impossible", power: -1e9 }],
  ["10.0 kW does not fit 3 A on all phases together", { code: "power-without-currents", power: 10_000, current: 3 }],
  ["it shows nothing while a car draws 6 A", { code: "shows-nothing", current: 6 }],
  ["its values stand still while a car's current moved", { code: "stands-still" }],
])("a meter is doubted: %s", (text, doubt) => {
  expect(reasonText([{ code: "meter-not-trusted-yet", meter: "Grid", doubt }])).toBe(
    `Grid is not trusted yet: ${text}`,
  );
});

test("several reasons are one sentence, the one that decided first", () => {
  const reasons: readonly Reason[] = [
    { code: "power-cap", power: 1_000 },
    { code: "below-minimum", current: 6 },
  ];
  expect(reasonText(reasons)).toBe("capped at 1.0 kW by hand; charging needs at least 6 A");
  expect(reasonText([])).toBe("");
});
