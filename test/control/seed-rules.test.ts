/**
 * The rules of the five systems that this one grows out of, a row each: ours does what they did, or better, and then
 * the row says how.
 */

import type { ChargerSettings, VehicleSettings } from "../../src/control/settings.js";
import type { Decision } from "../../src/model/commands.js";
import { weekdays } from "../../src/model/weekdays.js";
import { play, type Given, type Stretch } from "./play.js";
import { car } from "./support.js";

type Expected = Partial<Omit<Decision, "reasons">> & { readonly reasons?: readonly object[] };

type Row = readonly [rule: string, given: Given, expected: Expected];

const stopped = { allowCharging: false, current: 0 };
const at = (hours: number, minutes: number) => ({ weekday: null, minutes: 60 * hours + minutes });
const minutes = (count: number) => 60 * count;

function hold(rows: readonly Row[]): void {
  test.each(rows)("%s", (_rule, given, expected) => expect(play(given).at(-1)).toMatchObject(expected));
}

describe("openHAB's rules for go-e: current from PV power, one or three phases by what the sun gives", () => {
  const bright = (others: number, more: Partial<Stretch> = {}): Stretch => ({ for: minutes(30), others, ...more });
  hold([
    ["enough for three phases: three, with all full amperes", { periods: [bright(-5_600)] }, { current: 8, phases: 3 }],
    ["not enough for three: one, with all full amperes", { periods: [bright(-2_400)] }, { current: 10, phases: 1 }],
    [
      "not enough for one, where nothing shall be imported: no charging",
      { site: { importPenalty: 10 }, periods: [bright(-1_000)] },
      stopped,
    ],
    [
      "better: by their own preference, with a little from the grid",
      { periods: [bright(-1_000)] },
      { current: 6, phases: 1 },
    ],
    ["importing while not charging counts as nothing to charge with", { periods: [bright(3_000)] }, stopped],
    [
      "what the car takes itself is available to it",
      { periods: [bright(-2_400), bright(-3_300)] },
      { current: 14, phases: 1 },
    ],
    [
      "no more than 16 A, however much sun (theirs: up to 18 A on one phase)",
      { charger: { phases: 1 }, periods: [bright(-9_000)] },
      { current: 16 },
    ],
    [
      "without the sun's rule: three phases and 16 A",
      { charger: { mode: "fast" }, periods: [bright(500)] },
      { current: 16, phases: 3 },
    ],
    [
      "the energy limit ends the session",
      {
        charger: { mode: "fast" },
        periods: [bright(0, { energy: 10.5, command: { sessionChargeConsumptionLimit: 10.5 } })],
      },
      stopped,
    ],
    [
      "also one with decimals (theirs: cut off to 10 kWh)",
      {
        charger: { mode: "fast" },
        periods: [bright(0, { energy: 10.4, command: { sessionChargeConsumptionLimit: 10.5 } })],
      },
      { current: 16 },
    ],
  ]);

  test("better: clouds of a minute wear out neither contactor nor car (theirs: a start and a switch with each)", () => {
    const clouds = Array.from({ length: 12 }, (_, i): Stretch => ({ for: 60, others: i % 2 === 0 ? -600 : -6_000 }));
    const decisions = play({ periods: [bright(-6_000), ...clouds] }).slice(-12 * 12);
    const turns = (of: (decision: Decision) => unknown) =>
      decisions.filter((decision, i) => i > 0 && of(decision) !== of(decisions[i - 1] ?? decision)).length;
    expect(turns(({ allowCharging }) => allowCharging)).toBeLessThanOrEqual(2);
    expect(turns(({ phases }) => phases)).toBeLessThanOrEqual(2);
  });

  test("what does not change is not commanded again: the same current for the same sun", () => {
    const currents = play({ periods: [bright(-5_600)] })
      .slice(-60)
      .map(({ current }) => current);
    expect(new Set(currents)).toEqual(new Set([8]));
  });
});

describe("Jeedom's rules for OpenEVSE: cheap hours, and the stop on unplugging", () => {
  // It is 15:06:40.
  const tariff = { cheapHours: [{ days: weekdays, from: 15 * 60 + 30, to: 16 * 60 }], prices: [], priceLimit: null };
  const automatic = { charger: { cheapHours: true }, site: { tariff } };
  const dark = (minutesLong: number, more: Partial<Stretch> = {}): Stretch => ({
    for: minutes(minutesLong),
    others: 300,
    ...more,
  });
  hold([
    [
      "dear: stopped",
      { ...automatic, periods: [dark(20)] },
      {
        ...stopped,
        reasons: [{ code: "surplus-too-low" }, { code: "cheap-energy-upcoming", from: at(15, 30) }],
      },
    ],
    [
      "cheap: started, at full current",
      { ...automatic, periods: [dark(30)] },
      { current: 16, reasons: [{ code: "cheap-energy", until: at(16, 0) }] },
    ],
    ["dear again: stopped", { ...automatic, periods: [dark(60)] }, stopped],
    [
      "level, not edge: a car that comes within them is charged",
      { ...automatic, periods: [dark(30, { car: null }), dark(2)] },
      { current: 16 },
    ],
    ["in manual mode the hours start nothing", { site: { tariff }, periods: [dark(40)] }, stopped],
    [
      "better: a stop by hand within them holds (theirs: started again at the next poll)",
      { ...automatic, periods: [dark(30), dark(10, { command: { allowCharging: false } })] },
      stopped,
    ],
    [
      "better: a start by hand outside of them holds (theirs: stopped again at the next poll)",
      { ...automatic, periods: [dark(5), dark(10, { command: { allowCharging: true } })] },
      { current: 6 },
    ],
    [
      "better: outside of them there is still the sun",
      { ...automatic, periods: [dark(10, { others: -5_000 })] },
      { allowCharging: true },
    ],
    [
      "unplugged: stopped",
      { charger: { mode: "fast", stopOnUnplug: true }, periods: [dark(5), dark(1, { car: null })] },
      stopped,
    ],
    [
      "the next car does not start by itself",
      { charger: { mode: "fast", stopOnUnplug: true }, periods: [dark(5), dark(1, { car: null }), dark(20)] },
      { ...stopped, reasons: [{ code: "stopped-until-start" }] },
    ],
    [
      "but when it is started",
      {
        charger: { mode: "fast", stopOnUnplug: true },
        periods: [dark(5), dark(1, { car: null }), dark(1), dark(5, { command: { allowCharging: true } })],
      },
      { current: 16 },
    ],
    [
      "without that setting it does",
      { charger: { mode: "fast" }, periods: [dark(5), dark(1, { car: null }), dark(10)] },
      { current: 16 },
    ],
    [
      "each charger within its own minimum and maximum: minimum",
      { charger: { mode: "solar-min", minCurrent: 8 }, periods: [dark(5)] },
      { current: 8 },
    ],
    ["maximum", { charger: { mode: "fast", maxCurrent: 13 }, periods: [dark(5)] }, { current: 13 }],
    ["start, and stop", { periods: [dark(1, { command: { allowCharging: true } })] }, { allowCharging: true }],
    [
      "stop, after a start",
      { periods: [dark(1, { command: { allowCharging: true } }), dark(1, { command: { allowCharging: false } })] },
      stopped,
    ],
  ]);
});

describe("evecc's rules for Easee: a power limit by one phase or three", () => {
  const limited = (powerLimit: number): Given => ({
    charger: { mode: "fast", step: 0.1 },
    periods: [{ for: 60, command: { powerLimit } }],
  });
  hold([
    ["up to 3680 W: one phase", limited(3_680), { current: 16, phases: 1 }],
    ["half of it", limited(1_840), { current: 8, phases: 1 }],
    ["beyond: three phases", limited(5_520), { current: 8, phases: 3 }],
    ["11 kW", limited(11_040), { current: 16, phases: 3 }],
    [
      "better: 3681 to 4139 W stays on one phase (theirs: below 6 A, so it pauses)",
      limited(4_000),
      { current: 16, phases: 1 },
    ],
    [
      "better: below 1380 W it pauses and says why (theirs: silently)",
      limited(1_000),
      {
        ...stopped,
        reasons: [
          { code: "power-cap", power: 1_000 },
          { code: "below-minimum", current: 6 },
        ],
      },
    ],
    ["better: never more than the charger carries (theirs: unbounded)", limited(30_000), { current: 16, phases: 3 }],
  ]);
});

describe("wallbox's rules: cars by their tag, and one ampere up, down at once", () => {
  const vehicles: readonly VehicleSettings[] = [
    car({
      name: "Zoe",
      tags: ["ABC1"],
      sunOnly: true,
      minCurrent: 8,
      maxCurrent: 13,
      energyLimit: 30,
      minPower: 2_300,
    }),
    car({ name: "Leaf", tags: ["ABC2"], sunOnly: false, minCurrent: 8, maxCurrent: 16 }),
  ];
  const known: Pick<Given, "charger" | "site"> = {
    charger: {
      phases: 1,
      unpluggedCurrent: 8,
      plugInHold: { current: 8, duration: 180_000 },
      refusesUnknownTags: true,
    },
    site: { vehicles },
  };
  const nobody: Stretch = { for: 30, car: null, others: 300 };
  const zoe = (minutesLong: number, others: number, more: Partial<Stretch> = {}): Stretch => ({
    for: minutes(minutesLong),
    others,
    tag: "ABC1",
    ...more,
  });
  const leaf = (minutesLong: number, others: number, more: Partial<Stretch> = {}): Stretch => ({
    ...zoe(minutesLong, others),
    tag: "ABC2",
    ...more,
  });
  const row = (...periods: readonly Stretch[]): Given => ({ ...known, periods });
  hold([
    ["no car: the default current", row(nobody), { current: 8 }],
    [
      "a tag that nobody knows: nothing",
      row(nobody, leaf(1, -9_000, { tag: "FFFF" })),
      { ...stopped, reasons: [{ code: "tag-unknown" }] },
    ],
    ["no tag: nothing", row(nobody, { for: 60, others: -9_000 }), { ...stopped, reasons: [{ code: "tag-missing" }] }],
    [
      "better: a tag that is shown later counts at once (theirs: after a minute)",
      row(nobody, { for: 60 }, leaf(1, 0)),
      { current: 8 },
    ],
    ["a tag in small letters is the same", row(nobody, leaf(1, 0, { tag: " abc2 " })), { allowCharging: true }],
    [
      "right after plugging in: the default current, whatever the sun",
      row(nobody, zoe(2, 300)),
      { current: 8, reasons: [{ code: "plug-in-hold", current: 8 }] },
    ],
    [
      "also with much of it",
      row(nobody, zoe(2, -9_000)),
      { current: 8, reasons: [{ code: "plug-in-hold", current: 8 }] },
    ],
    ["after that the sun decides", row(nobody, zoe(20, 300)), stopped],
    [
      "the energy limit of the car ends its session",
      row(nobody, zoe(1, 0, { energy: 30.1 })),
      { ...stopped, reasons: [{ code: "session-limit-reached", limit: 30 }] },
    ],
    [
      "which another limit replaces",
      row(nobody, leaf(1, 0), zoe(1, 0, { energy: 30.1, command: { sessionChargeConsumptionLimit: 40 } })),
      { allowCharging: true },
    ],
    [
      "and the next session begins anew",
      row(nobody, zoe(1, 0, { energy: 30.1 }), nobody, zoe(1, 0, { energy: 0 })),
      { current: 8 },
    ],
    ["sun only, and too little of it: halted", row(nobody, zoe(4, -5_000), zoe(15, -1_000)), stopped],
    [
      "sun only, and less than the car's minimum power: halted",
      row(nobody, zoe(4, -5_000), zoe(15, -2_200)),
      { ...stopped, reasons: [{ code: "vehicle-needs-more", needed: 2_300 }] },
    ],
    ["not sun only: its minimum goes on", row(nobody, leaf(4, -5_000), leaf(15, 300)), { current: 8 }],
    [
      "less sun than it takes: down at once",
      row(nobody, leaf(15, -3_450), { ...leaf(1, -2_350), for: 5 }),
      { current: 10 },
    ],
    ["with all full amperes that are left", row(nobody, leaf(15, -3_450)), { current: 15 }],
    ["from nothing straight to its minimum", row(nobody, zoe(20, 300), zoe(3, -2_350)), { current: 10 }],
    ["no more than its maximum", row(nobody, zoe(20, -9_000)), { current: 13 }],
    [
      "no more than the charger's (theirs: 16 A, in the code)",
      { ...row(nobody, leaf(20, -9_000)), charger: { ...known.charger, maxCurrent: 10 } },
      { current: 10 },
    ],
    [
      "a car that takes less than it may does not make more of the sun",
      row(nobody, leaf(20, -2_800, { car: { current: 9 } })),
      { current: 12 },
    ],
    [
      "what the battery gives is no sun",
      {
        ...row(nobody, zoe(10, -3_000), zoe(20, 0, { battery: 3_000 })),
        site: { vehicles, meters: [{ name: "Grid", measures: ["grid", "battery"] }] },
      },
      stopped,
    ],
    [
      "better: a meter that is silent ends it (theirs: goes on with what it last said)",
      row(nobody, zoe(10, -5_000), zoe(1, -5_000, { silentMeter: true })),
      stopped,
    ],
  ]);

  test("better: up as far as the sun is sure to reach, and no further (theirs: an ampere in 20 s)", () => {
    const { length } = play(row(nobody, leaf(15, -2_300)));
    const risen = play(row(nobody, leaf(15, -2_300), leaf(2, -3_450)))
      .slice(length)
      .map(({ current }) => current);
    expect(risen.at(-1)).toBe(15);
    expect(Math.max(...risen)).toBe(15);
  });
});

describe("dynloadmgr's rules: the most loaded phase of a main fuse of 25 A", () => {
  const garage = (more: Partial<ChargerSettings> = {}): Partial<ChargerSettings> => ({
    mode: "fast",
    phases: 3,
    ...more,
  });
  const row = (...periods: readonly Stretch[]): Given => ({ charger: garage(), periods });
  const load = (l1: number, l2 = 0, l3 = 0, more: Partial<Stretch> = {}): Stretch => ({
    for: minutes(2),
    currents: [l1, l2, l3],
    ...more,
  });
  const minutesOf = (count: number, period: Stretch): Stretch => ({ ...period, for: minutes(count) });
  hold([
    ["headroom for the maximum: the maximum", row(load(3)), { current: 16 }],
    ["headroom for less: what is left on the most loaded phase", row(load(3, 13, 5)), { current: 12 }],
    ["a maximum of their own choice", { ...row(load(3, 0, 0, { command: { maxAmpere: 10 } })) }, { current: 10 }],
    [
      "lowered at once when the load rises (theirs: a mean of 30 s)",
      row(load(3), { ...load(15), for: 5 }),
      { current: 10 },
    ],
    ["raised once the headroom has lasted", row(load(15), load(3)), { current: 16 }],
    ["but not before", row(load(15), { ...load(3), for: 20 }), { current: 10 }],
    [
      "better: a car on L1 is not cut for L3",
      { ...row(load(3, 3, 20)), charger: garage({ phases: 1 }) },
      { current: 16 },
    ],
    [
      "better: no headroom for 6 A is a pause (theirs: 6 A go on for five minutes of overload)",
      row(load(3), load(20)),
      stopped,
    ],
    [
      "unless that is configured: then 6 A go on for that time",
      { ...row(load(3), minutesOf(4, load(20))), site: { overloadTolerance: 300_000 } },
      { current: 6 },
    ],
    [
      "and pause when it is over",
      { ...row(load(3), minutesOf(6, load(20))), site: { overloadTolerance: 300_000 } },
      stopped,
    ],
    [
      "resumes what it paused itself, when there is headroom again",
      row(load(3), load(20), minutesOf(8, load(3))),
      { current: 16 },
    ],
    [
      "a stop in the charger's own app is respected",
      row(load(3), minutesOf(10, load(3, 0, 0, { enabled: false }))),
      { ...stopped, reasons: [{ code: "stopped-by-hand" }] },
    ],
    [
      "also one that is made while it is paused for an overload",
      row(load(3), load(20), load(20, 0, 0, { command: { allowCharging: false } }), minutesOf(10, load(3))),
      stopped,
    ],
    [
      "better: what it paused is resumed also after a restart (theirs: stays stopped)",
      row(load(3), load(20), minutesOf(8, load(3, 0, 0, { restart: true }))),
      { current: 16 },
    ],
    [
      "better: a car that takes less than it may does not make more headroom",
      row(load(14, 0, 0, { car: { current: 7 } })),
      { current: 11 },
    ],
    [
      "better: a charge starts within the headroom (theirs: at the maximum)",
      row(minutesOf(5, load(15, 0, 0, { car: null })), { ...load(15), for: 5 }),
      { current: 10 },
    ],
    [
      "better: a silent meter is no headroom (theirs: the last current stays)",
      row(load(3), load(3, 0, 0, { silentMeter: true })),
      stopped,
    ],
  ]);
});
