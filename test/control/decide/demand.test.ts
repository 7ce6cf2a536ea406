import {
  demandOf,
  followsSurplus,
  type Demand,
  type DemandContext,
  type DemandKind,
} from "../../../src/control/decide/demand.js";
import type { PersistentChargerState } from "../../../src/control/observe/charger-memory.js";
import type { ChargerMode, ManualOverride } from "../../../src/model/commands.js";
import type { ChargerReading } from "../../../src/model/readings.js";
import type { ClockTime, Reason, Upcoming } from "../../../src/model/reasons.js";
import { facts, session, type FactOverrides } from "../facts.js";
import { byHand, car, charging, connected, disconnected, start } from "../support.js";

type Manual = ManualOverride["kind"] | null;

/** A site without targets, tariff or known cars. */
const plain: DemandContext = {
  now: start,
  timeZone: "UTC",
  vehicles: [],
  activeTarget: null,
  tariff: { cheapUntil: null, cheapFrom: null, price: null },
};

function demand(overrides: FactOverrides = {}, circumstances: Partial<DemandContext> = {}): Demand {
  return demandOf(facts(overrides), { ...plain, ...circumstances });
}

/** `null`: the surplus will give it. */
function reasonOf(planned: Demand): Reason | null {
  return planned.kind === "solar" ? null : planned.reason;
}

function laterOf(planned: Demand): Upcoming | null {
  return followsSurplus(planned) ? planned.later : null;
}

const hour = 3_600_000;

function at(hours: number, minutes: number): ClockTime {
  return { weekday: null, minutes: 60 * hours + minutes };
}

const modeOff: Reason = { code: "mode-off" };
const noVehicle: Reason = { code: "no-vehicle" };
const stopped: Reason = { code: "stopped-by-hand" };
const started: Reason = { code: "started-by-hand", until: null };

test.each<[mode: ChargerMode, manual: Manual, kind: DemandKind, reason: Reason | null]>([
  ["off", null, "none", modeOff],
  ["off", "start", "fast", started],
  ["off", "stop", "none", stopped],
  ["fast", null, "fast", { code: "fast-mode" }],
  ["fast", "start", "fast", started],
  ["fast", "stop", "none", stopped],
  ["scheduled", null, "none", { code: "nothing-scheduled" }],
  ["scheduled", "start", "fast", started],
  ["scheduled", "stop", "none", stopped],
  ["solar", null, "solar", null],
  ["solar", "start", "solar-with-minimum", started],
  ["solar", "stop", "none", stopped],
  ["solar-min", null, "solar-with-minimum", { code: "minimum-mode" }],
  ["solar-min", "start", "solar-with-minimum", started],
  ["solar-min", "stop", "none", stopped],
])("in mode %s with %s by hand the demand is %s", (mode, manual, kind, reason) => {
  const planned = demand({ persistent: { mode, manual: byHand(manual) } });
  expect(planned.kind).toBe(kind);
  expect(reasonOf(planned)).toEqual(reason);
});

test.each<[why: string, mode: ChargerMode, reading: ChargerReading | null, kind: DemandKind, reason: Reason | null]>([
  ["a charger that never reported", "fast", null, "none", { code: "charger-not-heard" }],
  ["a fault", "fast", connected({ state: "fault" }), "none", { code: "charger-fault", error: null }],
  [
    "a fault with a name",
    "fast",
    connected({ state: "fault", error: "no ground" }),
    "none",
    { code: "charger-fault", error: "no ground" },
  ],
  ["no car, fast: ready for the next", "fast", disconnected, "fast", { code: "fast-mode" }],
  ["no car, solar: nothing to follow the sun with", "solar", disconnected, "none", noVehicle],
  ["no car, solar-min", "solar-min", disconnected, "none", noVehicle],
  [
    "not known whether there is a car: no start by the sun",
    "solar",
    connected({ state: null }),
    "none",
    { code: "plug-state-unknown" },
  ],
])("%s", (_why, mode, reading, kind, reason) => {
  const planned = demand({ settings: { mode }, reading });
  expect(planned.kind).toBe(kind);
  expect(reasonOf(planned)).toEqual(reason);
});

test("a person's mode goes before the configured one", () => {
  expect(demand({ settings: { mode: "fast" }, persistent: { mode: "off" } }).kind).toBe("none");
});

test("a fault goes before a start by hand", () => {
  expect(demand({ persistent: { manual: byHand("start") }, reading: connected({ state: "fault" }) }).kind).toBe("none");
});

interface Session {
  readonly charged: number | null;
  readonly configured?: number;
  readonly personal?: number | null;
  readonly inCharger?: number | null;
}

test.each<[why: string, session: Session, kind: DemandKind]>([
  ["no limit", { charged: 50 }, "fast"],
  ["below the configured limit", { charged: 9.9, configured: 10 }, "fast"],
  ["at the configured limit", { charged: 10, configured: 10 }, "none"],
  ["a person's limit replaces the configured one", { charged: 12, configured: 10, personal: 20 }, "fast"],
  ["a person's limit is reached", { charged: 20, configured: 10, personal: 20 }, "none"],
  ["a person lifts the limit", { charged: 12, configured: 10, personal: 0 }, "fast"],
  ["the charger's own limit counts too", { charged: 12, configured: 20, inCharger: 11 }, "none"],
  ["0 in the charger means none", { charged: 12, inCharger: 0 }, "fast"],
  ["what was charged is not known: it goes on", { charged: null, configured: 10 }, "fast"],
])("session: %s", (_why, { charged, configured = 0, personal = null, inCharger = null }, kind) => {
  const reading = connected({ sessionChargeConsumption: charged, sessionChargeConsumptionLimit: inCharger });
  const settings = { mode: "fast" as const, sessionEnergyLimit: configured };
  expect(demand({ settings, persistent: { energyLimit: personal }, reading }).kind).toBe(kind);
});

test("where the charger does not count, what it was seen to draw does", () => {
  expect(demand({ settings: { mode: "fast", sessionEnergyLimit: 10 }, charged: 10 }).kind).toBe("none");
  expect(demand({ settings: { mode: "fast", sessionEnergyLimit: 10 }, charged: 9.9 }).kind).toBe("fast");
});

test("a session that is over limits nothing: the charger is ready for the next", () => {
  const reading = { ...disconnected, sessionChargeConsumption: 10 };
  expect(demand({ settings: { mode: "fast", sessionEnergyLimit: 10 }, reading }).kind).toBe("fast");
});

test.each<[why: string, persistent: Partial<PersistentChargerState>, stopOnUnplug: boolean, reason: Reason | null]>([
  [
    "started until a time",
    { manual: { kind: "start", until: start + hour } },
    false,
    { code: "started-by-hand", until: at(16, 6) },
  ],
  [
    "which has passed",
    { manual: { kind: "stop", endedStart: start - hour } },
    false,
    { code: "timed-start-over", until: at(14, 6) },
  ],
  ["stopped by unplugging, or by hand", { manual: byHand("stop") }, true, { code: "stopped-until-start" }],
])("by hand: %s", (_why, persistent, stopOnUnplug, reason) => {
  expect(reasonOf(demand({ persistent, settings: { stopOnUnplug } }))).toEqual(reason);
});

describe("cars by their tag", () => {
  const zoe = car({ sunOnly: true, minPower: 2_300 });
  const leaf = car({ name: "Leaf", tags: ["04C3"], sunOnly: false, minPower: 2_300 });
  const bus = car({ name: "Bus", tags: ["04D4"] });
  const vehicles = [zoe, leaf, bus];

  test.each<[why: string, mode: ChargerMode, tag: string | null, kind: DemandKind, minPower: number | null]>([
    ["the sun only, with the power that it needs", "solar", "04A1B2", "solar", 2_300],
    ["the sun only, also where others get the minimum", "solar-min", "04A1B2", "solar", 2_300],
    ["not the sun only: the minimum without it", "solar", "04C3", "solar-with-minimum", null],
    ["nothing of its own: as the charger has it", "solar", "04D4", "solar", null],
    ["nothing of its own, with the minimum", "solar-min", "04D4", "solar-with-minimum", null],
    ["an unknown one: as the charger has it", "solar", "04FF", "solar", null],
    ["none: as the charger has it", "solar", null, "solar", null],
    ["fast is fast for all", "fast", "04A1B2", "fast", null],
    ["off is off for all", "off", "04C3", "none", null],
  ])("%s", (_why, mode, tag, kind, minPower) => {
    const planned = demand({ settings: { mode }, tag }, { vehicles });
    expect(planned.kind).toBe(kind);
    expect(planned.kind === "solar" ? planned.minPower : null).toBe(minPower);
  });

  test.each<[why: string, facts: FactOverrides, kind: DemandKind, reason: Reason | null]>([
    ["a known one", { tag: "04A1B2" }, "solar", null],
    ["an unknown one", { tag: "04FF" }, "none", { code: "tag-unknown" }],
    ["none", {}, "none", { code: "tag-missing" }],
    ["an unknown one in a fast mode", { tag: "04FF", settings: { mode: "fast" } }, "none", { code: "tag-unknown" }],
    [
      "a start by hand is no tag",
      { tag: "04FF", persistent: { manual: byHand("start") } },
      "none",
      { code: "tag-unknown" },
    ],
    ["charging already without one", { reading: charging(6) }, "none", { code: "tag-missing" }],
    [
      "no car: fast is not ready for whoever comes",
      { reading: disconnected, settings: { mode: "fast" } },
      "none",
      noVehicle,
    ],
    [
      "no car, ready by configuration",
      { reading: disconnected, settings: { unpluggedCurrent: 8 } },
      "fixed",
      { code: "ready-without-vehicle", current: 8 },
    ],
  ])("unknown tags are refused: %s", (_why, { settings, ...others }, kind, reason) => {
    const planned = demand({ ...others, settings: { ...settings, refusesUnknownTags: true } }, { vehicles });
    expect(planned.kind).toBe(kind);
    expect(reasonOf(planned)).toEqual(reason);
  });

  test("no reason shows a tag", () => {
    expect(JSON.stringify(demand({ tag: "04FF", settings: { refusesUnknownTags: true } }, { vehicles }))).not.toContain(
      "04FF",
    );
  });
});

describe("right after plugging in", () => {
  const plugInHold = { current: 8, duration: 180_000 };
  const hold: Reason = { code: "plug-in-hold", current: 8, left: 120_000 };

  test.each<[why: string, facts: FactOverrides, kind: DemandKind, reason: Reason | null]>([
    ["the current is held", { persistent: { session: session(60) } }, "fixed", hold],
    [
      "with the sun and the minimum too",
      { settings: { mode: "solar-min" }, persistent: { session: session(60) } },
      "fixed",
      hold,
    ],
    ["until its time is over", { persistent: { session: session(180) } }, "solar", null],
    ["not for a car that was there before us", { persistent: { session: session(null) } }, "solar", null],
    [
      "fast is more",
      { settings: { mode: "fast" }, persistent: { session: session(60) } },
      "fast",
      { code: "fast-mode" },
    ],
    ["off is off", { settings: { mode: "off" }, persistent: { session: session(60) } }, "none", modeOff],
    ["a stop is a stop", { persistent: { manual: byHand("stop"), session: session(60) } }, "none", stopped],
    [
      "an unknown tag is refused first",
      { settings: { refusesUnknownTags: true }, persistent: { session: session(60) } },
      "none",
      { code: "tag-missing" },
    ],
    [
      "a reached limit ends it",
      { settings: { sessionEnergyLimit: 5 }, charged: 5, persistent: { session: session(60) } },
      "none",
      { code: "session-limit-reached", limit: 5 },
    ],
  ])("%s", (_why, { settings, ...others }, kind, reason) => {
    const planned = demand({ ...others, settings: { plugInHold, ...settings } });
    expect(planned.kind).toBe(kind);
    expect(reasonOf(planned)).toEqual(reason);
    expect(planned.kind === "fixed" ? planned.current : 8).toBe(8);
  });
});

test.each<[why: string, mode: ChargerMode, manual: Manual, kind: DemandKind, current: number | null]>([
  ["following the sun: ready with its own current", "solar", null, "fixed", 8],
  ["also with the minimum", "solar-min", null, "fixed", 8],
  ["fast: ready for all", "fast", null, "fast", null],
  ["off", "off", null, "none", null],
  ["stopped", "solar", "stop", "none", null],
])("no car is plugged in, %s", (_why, mode, manual, kind, current) => {
  const planned = demand({
    settings: { mode, unpluggedCurrent: 8 },
    persistent: { manual: byHand(manual) },
    reading: disconnected,
  });
  expect(planned.kind).toBe(kind);
  expect(planned.kind === "fixed" ? planned.current : null).toBe(current);
});

describe("a target", () => {
  const by = start + 12 * hour;
  const waiting = { plan: { by, energy: 20, from: start + 8 * hour }, isTime: false, possible: null };
  const due = { plan: { by, energy: 20, from: start }, isTime: true, possible: null };
  const target = { code: "target-due", energy: 20, by: at(3, 6), possible: null } as const;

  test.each<
    [
      why: string,
      facts: FactOverrides,
      activeTarget: DemandContext["activeTarget"],
      kind: DemandKind,
      reason: Reason | null,
    ]
  >([
    ["waits: the sun has its chance", {}, waiting, "solar", null],
    ["presses: all current", {}, due, "fast", target],
    ["presses, whatever the mode", { settings: { mode: "solar-min" } }, due, "fast", target],
    ["is too much for the time", {}, { ...due, possible: 7.42 }, "fast", { ...target, possible: 7.42 }],
    ["is a full car", {}, { ...due, plan: { ...due.plan, energy: null } }, "fast", { ...target, energy: null }],
    ["starts nothing that is off", { settings: { mode: "off" } }, due, "none", modeOff],
    ["starts nothing that was stopped", { persistent: { manual: byHand("stop") } }, due, "none", stopped],
    [
      "breaks no limit",
      { settings: { sessionEnergyLimit: 5 }, charged: 5 },
      due,
      "none",
      { code: "session-limit-reached", limit: 5 },
    ],
    ["is as good as fast", { settings: { mode: "fast" } }, due, "fast", { code: "fast-mode" }],
  ])("%s", (_why, overrides, activeTarget, kind, reason) => {
    const planned = demand(overrides, { activeTarget });
    expect(planned.kind).toBe(kind);
    expect(reasonOf(planned)).toEqual(reason);
  });

  test.each<[why: string, activeTarget: DemandContext["activeTarget"], later: Upcoming | null]>([
    ["an amount", waiting, { code: "target-upcoming", from: at(23, 6), energy: 20, by: at(3, 6) }],
    [
      "a full car",
      { ...waiting, plan: { ...waiting.plan, energy: null } },
      { code: "target-upcoming", from: at(23, 6), energy: null, by: at(3, 6) },
    ],
    ["reached", { ...waiting, plan: { ...waiting.plan, energy: 0 } }, null],
    ["none", null, null],
  ])("that waits is mentioned: %s", (_why, activeTarget, later) => {
    expect(laterOf(demand({}, { activeTarget }))).toEqual(later);
    expect(laterOf(demand({ persistent: { manual: byHand("start") } }, { activeTarget }))).toEqual(later);
  });
});

describe("cheap energy", () => {
  const cheap = { cheapUntil: start + hour, cheapFrom: start, price: null };
  const dear = { cheapUntil: null, cheapFrom: start + hour, price: null };

  test.each<
    [why: string, facts: FactOverrides, tariff: DemandContext["tariff"], kind: DemandKind, reason: Reason | null]
  >([
    ["all current where configured", {}, cheap, "fast", { code: "cheap-energy", until: at(16, 6), price: null }],
    [
      "with its price, where one is known",
      {},
      { ...cheap, price: 0.21 },
      "fast",
      { code: "cheap-energy", until: at(16, 6), price: 0.21 },
    ],
    ["not elsewhere", { settings: { cheapHours: false } }, cheap, "solar", null],
    ["over: the sun again", {}, dear, "solar", null],
    [
      "over: the minimum again",
      { settings: { mode: "solar-min" } },
      dear,
      "solar-with-minimum",
      { code: "minimum-mode" },
    ],
    ["off is off", { settings: { mode: "off" } }, cheap, "none", modeOff],
    ["a stop is a stop", { persistent: { manual: byHand("stop") } }, cheap, "none", stopped],
    ["no car", { reading: disconnected }, cheap, "none", noVehicle],
  ])("%s", (_why, { settings, ...others }, tariff, kind, reason) => {
    const planned = demand({ ...others, settings: { cheapHours: true, ...settings } }, { tariff });
    expect(planned.kind).toBe(kind);
    expect(reasonOf(planned)).toEqual(reason);
  });

  test("that is to come is mentioned to chargers that wait for it", () => {
    expect(laterOf(demand({ settings: { cheapHours: true } }, { tariff: dear }))).toEqual({
      code: "cheap-energy-upcoming",
      from: at(16, 6),
    });
    expect(laterOf(demand({}, { tariff: dear }))).toBeNull();
    expect(laterOf(demand({ settings: { cheapHours: true } }))).toBeNull();
  });
});
