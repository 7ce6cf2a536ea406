import {
  demandOf,
  followsSurplus,
  type DemandContext,
  type Demand,
  type DemandKind,
} from "../../../src/control/decide/demand.js";
import type { PersistentChargerState } from "../../../src/control/memory.js";
import type { ChargerMode } from "../../../src/model/commands.js";
import type { ChargerReading } from "../../../src/model/readings.js";
import { facts, session, type FactOverrides } from "../facts.js";
import { car, charging, connected, disconnected, start } from "../support.js";

type Manual = PersistentChargerState["manual"];

/** A house without targets, tariff or known cars. */
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

function reasonOf(planned: Demand): string {
  return planned.kind === "solar" ? "" : planned.reason;
}

function laterOf(planned: Demand): string | null {
  return followsSurplus(planned) ? planned.later : null;
}

const hour = 3_600_000;

test.each<[mode: ChargerMode, manual: Manual, kind: DemandKind, reported: string]>([
  ["off", null, "none", "switched off: charges only when started by hand"],
  ["off", "start", "fast", "by hand"],
  ["off", "stop", "none", "by hand"],
  ["fast", null, "fast", "fast"],
  ["fast", "start", "fast", "by hand"],
  ["fast", "stop", "none", "by hand"],
  ["scheduled", null, "none", "waits"],
  ["scheduled", "start", "fast", "by hand"],
  ["scheduled", "stop", "none", "by hand"],
  ["solar", null, "solar", ""],
  ["solar", "start", "solar-with-minimum", "by hand"],
  ["solar", "stop", "none", "by hand"],
  ["solar-min", null, "solar-with-minimum", "minimum"],
  ["solar-min", "start", "solar-with-minimum", "by hand"],
  ["solar-min", "stop", "none", "by hand"],
])("in mode %s with %s by hand the pull is %s", (mode, manual, kind, reported) => {
  const planned = demand({ persistent: { mode, manual } });
  expect(planned.kind).toBe(kind);
  expect(reasonOf(planned)).toContain(reported);
});

test.each<[why: string, mode: ChargerMode, reading: ChargerReading | null, kind: DemandKind, reported: string]>([
  ["a charger that never answered", "fast", null, "none", "not answered"],
  ["a fault", "fast", connected({ state: "fault" }), "none", "fault"],
  ["a fault with a name", "fast", connected({ state: "fault", error: "no ground" }), "none", "no ground"],
  ["no car, fast: ready for the next", "fast", disconnected, "fast", ""],
  ["no car, solar: nothing to follow the sun with", "solar", disconnected, "none", "no car"],
  ["no car, solar-min", "solar-min", disconnected, "none", "no car"],
  ["nobody knows whether there is a car: no start by the sun", "solar", connected({ state: null }), "none", "not tell"],
])("%s", (_why, mode, reading, kind, reported) => {
  const planned = demand({ settings: { mode }, reading });
  expect(planned.kind).toBe(kind);
  expect(reasonOf(planned)).toContain(reported);
});

test("a person's mode goes before the configured one", () => {
  expect(demand({ settings: { mode: "fast" }, persistent: { mode: "off" } }).kind).toBe("none");
});

test("a fault goes before a start by hand", () => {
  expect(demand({ persistent: { manual: "start" }, reading: connected({ state: "fault" }) }).kind).toBe("none");
});

interface Session {
  readonly charged: number | null;
  readonly configured?: number;
  readonly byHand?: number | null;
  readonly inCharger?: number | null;
}

test.each<[why: string, session: Session, kind: DemandKind]>([
  ["no limit", { charged: 50 }, "fast"],
  ["below the configured limit", { charged: 9.9, configured: 10 }, "fast"],
  ["at the configured limit", { charged: 10, configured: 10 }, "none"],
  ["a person's limit replaces the configured one", { charged: 12, configured: 10, byHand: 20 }, "fast"],
  ["a person's limit is reached", { charged: 20, configured: 10, byHand: 20 }, "none"],
  ["a person lifts the limit", { charged: 12, configured: 10, byHand: 0 }, "fast"],
  ["the charger's own limit counts too", { charged: 12, configured: 20, inCharger: 11 }, "none"],
  ["0 in the charger means none", { charged: 12, inCharger: 0 }, "fast"],
  ["what was charged is not told: it goes on", { charged: null, configured: 10 }, "fast"],
])("session: %s", (_why, { charged, configured = 0, byHand = null, inCharger = null }, kind) => {
  const reading = connected({ sessionChargeConsumption: charged, sessionChargeConsumptionLimit: inCharger });
  const settings = { mode: "fast" as const, sessionEnergyLimit: configured };
  expect(demand({ settings, persistent: { energyLimit: byHand }, reading }).kind).toBe(kind);
});

test("where the charger does not count, what it was seen to draw does", () => {
  expect(demand({ settings: { mode: "fast", sessionEnergyLimit: 10 }, charged: 10 }).kind).toBe("none");
  expect(demand({ settings: { mode: "fast", sessionEnergyLimit: 10 }, charged: 9.9 }).kind).toBe("fast");
});

test("a session that is over limits nothing: the charger is ready for the next", () => {
  const reading = { ...disconnected, sessionChargeConsumption: 10 };
  expect(demand({ settings: { mode: "fast", sessionEnergyLimit: 10 }, reading }).kind).toBe("fast");
});

test.each<[why: string, persistent: Partial<PersistentChargerState>, stopOnUnplug: boolean, reported: string]>([
  ["started until a time", { manual: "start", until: start + hour }, false, "started by hand until 16:06"],
  ["which has passed", { manual: "stop", until: start - hour }, false, "started until 14:06: stopped until"],
  ["stopped by unplugging, or by hand", { manual: "stop" }, true, "since a car was unplugged"],
])("by hand: %s", (_why, persistent, stopOnUnplug, reported) => {
  expect(reasonOf(demand({ persistent, settings: { stopOnUnplug } }))).toContain(reported);
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

  test.each<[why: string, facts: FactOverrides, kind: DemandKind, reported: string]>([
    ["a known one", { tag: "04A1B2" }, "solar", ""],
    ["an unknown one", { tag: "04FF" }, "none", "no known car"],
    ["none", {}, "none", "waits for the tag"],
    ["an unknown one in a fast mode", { tag: "04FF", settings: { mode: "fast" } }, "none", "no known car"],
    ["a start by hand is no tag", { tag: "04FF", persistent: { manual: "start" } }, "none", "no known car"],
    ["charging already without one", { reading: charging(6) }, "none", "waits for the tag"],
    [
      "no car: fast is not ready for whoever comes",
      { reading: disconnected, settings: { mode: "fast" } },
      "none",
      "no car",
    ],
    ["no car, ready by wish", { reading: disconnected, settings: { unpluggedCurrent: 8 } }, "fixed", "ready with 8 A"],
  ])("unknown tags are refused: %s", (_why, { settings, ...others }, kind, reported) => {
    const planned = demand({ ...others, settings: { ...settings, refusesUnknownTags: true } }, { vehicles });
    expect(planned.kind).toBe(kind);
    expect(reasonOf(planned)).toContain(reported);
  });

  test("a tag is told to nobody", () => {
    expect(reasonOf(demand({ tag: "04FF", settings: { refusesUnknownTags: true } }, { vehicles }))).not.toContain(
      "04FF",
    );
  });
});

describe("right after plugging in", () => {
  const plugInHold = { current: 8, duration: 180_000 };

  test.each<[why: string, facts: FactOverrides, kind: DemandKind, reported: string]>([
    ["the current is held", { persistent: { session: session(60) } }, "fixed", "8 A after plugging in, for 2 min more"],
    [
      "with the sun and the minimum too",
      { settings: { mode: "solar-min" }, persistent: { session: session(60) } },
      "fixed",
      "",
    ],
    ["until its time is over", { persistent: { session: session(180) } }, "solar", ""],
    ["not for a car that was there before us", { persistent: { session: session(null) } }, "solar", ""],
    ["fast is more", { settings: { mode: "fast" }, persistent: { session: session(60) } }, "fast", "fast"],
    ["off is off", { settings: { mode: "off" }, persistent: { session: session(60) } }, "none", "off"],
    ["a stop is a stop", { persistent: { manual: "stop", session: session(60) } }, "none", "by hand"],
    [
      "an unknown tag is refused first",
      { settings: { refusesUnknownTags: true }, persistent: { session: session(60) } },
      "none",
      "tag",
    ],
    [
      "a reached limit ends it",
      { settings: { sessionEnergyLimit: 5 }, charged: 5, persistent: { session: session(60) } },
      "none",
      "5 kWh",
    ],
  ])("%s", (_why, { settings, ...others }, kind, reported) => {
    const planned = demand({ ...others, settings: { plugInHold, ...settings } });
    expect(planned.kind).toBe(kind);
    expect(reasonOf(planned)).toContain(reported);
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
  const planned = demand({ settings: { mode, unpluggedCurrent: 8 }, persistent: { manual }, reading: disconnected });
  expect(planned.kind).toBe(kind);
  expect(planned.kind === "fixed" ? planned.current : null).toBe(current);
});

describe("a target", () => {
  const by = start + 12 * hour;
  const waiting = { plan: { by, energy: 20, from: start + 8 * hour }, isTime: false, possible: null };
  const due = { plan: { by, energy: 20, from: start }, isTime: true, possible: null };

  test.each<
    [why: string, facts: FactOverrides, activeTarget: DemandContext["activeTarget"], kind: DemandKind, reported: string]
  >([
    ["waits: the sun has its chance", {}, waiting, "solar", ""],
    ["presses: all current", {}, due, "fast", "charges 20 kWh more by 03:06"],
    ["presses, whatever the mode", { settings: { mode: "solar-min" } }, due, "fast", "charges 20 kWh"],
    [
      "is too much for the time",
      {},
      { ...due, possible: 7.42 },
      "fast",
      "20 kWh more by 03:06, of which 7.4 kWh are possible",
    ],
    ["is a full car", {}, { ...due, plan: { ...due.plan, energy: null } }, "fast", "until the car is full, by 03:06"],
    ["starts nothing that is off", { settings: { mode: "off" } }, due, "none", "off"],
    ["starts nothing that was stopped", { persistent: { manual: "stop" } }, due, "none", "by hand"],
    ["breaks no limit", { settings: { sessionEnergyLimit: 5 }, charged: 5 }, due, "none", "5 kWh"],
    ["is as good as fast", { settings: { mode: "fast" } }, due, "fast", "fast charging"],
  ])("%s", (_why, overrides, activeTarget, kind, reported) => {
    const planned = demand(overrides, { activeTarget });
    expect(planned.kind).toBe(kind);
    expect(reasonOf(planned)).toContain(reported);
  });

  test.each<[why: string, activeTarget: DemandContext["activeTarget"], later: string | null]>([
    ["an amount", waiting, "all current from 23:06 for 20 kWh by 03:06"],
    [
      "a full car",
      { ...waiting, plan: { ...waiting.plan, energy: null } },
      "all current from 23:06 to be full by 03:06",
    ],
    ["reached", { ...waiting, plan: { ...waiting.plan, energy: 0 } }, null],
    ["none", null, null],
  ])("that waits is told of: %s", (_why, activeTarget, later) => {
    expect(laterOf(demand({}, { activeTarget }))).toBe(later);
    expect(laterOf(demand({ persistent: { manual: "start" } }, { activeTarget }))).toBe(later);
  });
});

describe("cheap energy", () => {
  const cheap = { cheapUntil: start + hour, cheapFrom: start, price: null };
  const dear = { cheapUntil: null, cheapFrom: start + hour, price: null };

  test.each<[why: string, facts: FactOverrides, tariff: DemandContext["tariff"], kind: DemandKind, reported: string]>([
    ["all current for who wants it", {}, cheap, "fast", "cheap until 16:06"],
    ["with its price, where one is known", {}, { ...cheap, price: 0.21 }, "fast", "(0.21 per kWh)"],
    ["not for who does not", { settings: { cheapHours: false } }, cheap, "solar", ""],
    ["over: the sun again", {}, dear, "solar", ""],
    ["over: the minimum again", { settings: { mode: "solar-min" } }, dear, "solar-with-minimum", ""],
    ["off is off", { settings: { mode: "off" } }, cheap, "none", "off"],
    ["a stop is a stop", { persistent: { manual: "stop" } }, cheap, "none", "by hand"],
    ["no car", { reading: disconnected }, cheap, "none", "no car"],
  ])("%s", (_why, { settings, ...others }, tariff, kind, reported) => {
    const planned = demand({ ...others, settings: { cheapHours: true, ...settings } }, { tariff });
    expect(planned.kind).toBe(kind);
    expect(reasonOf(planned)).toContain(reported);
  });

  test("that is to come is told of, to who waits for it", () => {
    expect(laterOf(demand({ settings: { cheapHours: true } }, { tariff: dear }))).toContain(
      "from 16:06, when energy is cheap",
    );
    expect(laterOf(demand({}, { tariff: dear }))).toBeNull();
    expect(laterOf(demand({ settings: { cheapHours: true } }))).toBeNull();
  });
});
