import { demandOf, type Circumstances, type Demand, type Pull } from "../../../src/control/decide/demand.js";
import type { LastingMemory } from "../../../src/control/memory.js";
import type { ChargerMode } from "../../../src/model/commands.js";
import type { ChargerReading } from "../../../src/model/readings.js";
import { facts, session, type FactOverrides } from "../facts.js";
import { car, charging, connected, disconnected, start } from "../support.js";

type Manual = LastingMemory["manual"];

/** A house without targets, tariff or known cars. */
const plain: Circumstances = {
  now: start,
  timeZone: "UTC",
  cars: [],
  pursuit: null,
  tariff: { cheapUntil: null, cheapFrom: null, price: null },
};

function demand(overrides: FactOverrides = {}, circumstances: Partial<Circumstances> = {}): Demand {
  return demandOf(facts(overrides), { ...plain, ...circumstances });
}

const hour = 3_600_000;

test.each<[mode: ChargerMode, manual: Manual, pull: Pull, said: string]>([
  ["off", null, "none", "switched off: charges only when started by hand"],
  ["off", "start", "full", "by hand"],
  ["off", "stop", "none", "by hand"],
  ["fast", null, "full", "fast"],
  ["fast", "start", "full", "by hand"],
  ["fast", "stop", "none", "by hand"],
  ["scheduled", null, "none", "waits"],
  ["scheduled", "start", "full", "by hand"],
  ["scheduled", "stop", "none", "by hand"],
  ["solar", null, "sun", ""],
  ["solar", "start", "sun-and-minimum", "by hand"],
  ["solar", "stop", "none", "by hand"],
  ["solar-min", null, "sun-and-minimum", "minimum"],
  ["solar-min", "start", "sun-and-minimum", "by hand"],
  ["solar-min", "stop", "none", "by hand"],
])("in mode %s with %s by hand the pull is %s", (mode, manual, pull, said) => {
  const asked = demand({ lasting: { mode, manual } });
  expect(asked.pull).toBe(pull);
  expect(asked.reason).toContain(said);
});

test.each<[why: string, mode: ChargerMode, reading: ChargerReading | null, pull: Pull, said: string]>([
  ["a charger that never answered", "fast", null, "none", "not answered"],
  ["a fault", "fast", connected({ state: "fault" }), "none", "fault"],
  ["a fault with a name", "fast", connected({ state: "fault", error: "no ground" }), "none", "no ground"],
  ["no car, fast: ready for the next", "fast", disconnected, "full", ""],
  ["no car, solar: nothing to follow the sun with", "solar", disconnected, "none", "no car"],
  ["no car, solar-min", "solar-min", disconnected, "none", "no car"],
  ["nobody knows whether there is a car: no start by the sun", "solar", connected({ state: null }), "none", "not tell"],
])("%s", (_why, mode, reading, pull, said) => {
  const asked = demand({ settings: { mode }, reading });
  expect(asked.pull).toBe(pull);
  expect(asked.reason).toContain(said);
});

test("a person's mode goes before the configured one", () => {
  expect(demand({ settings: { mode: "fast" }, lasting: { mode: "off" } }).pull).toBe("none");
});

test("a fault goes before a start by hand", () => {
  expect(demand({ lasting: { manual: "start" }, reading: connected({ state: "fault" }) }).pull).toBe("none");
});

interface Session {
  readonly charged: number | null;
  readonly configured?: number;
  readonly byHand?: number | null;
  readonly inCharger?: number | null;
}

test.each<[why: string, session: Session, pull: Pull]>([
  ["no limit", { charged: 50 }, "full"],
  ["below the configured limit", { charged: 9.9, configured: 10 }, "full"],
  ["at the configured limit", { charged: 10, configured: 10 }, "none"],
  ["a person's limit replaces the configured one", { charged: 12, configured: 10, byHand: 20 }, "full"],
  ["a person's limit is reached", { charged: 20, configured: 10, byHand: 20 }, "none"],
  ["a person lifts the limit", { charged: 12, configured: 10, byHand: 0 }, "full"],
  ["the charger's own limit counts too", { charged: 12, configured: 20, inCharger: 11 }, "none"],
  ["0 in the charger means none", { charged: 12, inCharger: 0 }, "full"],
  ["what was charged is not told: it goes on", { charged: null, configured: 10 }, "full"],
])("session: %s", (_why, { charged, configured = 0, byHand = null, inCharger = null }, pull) => {
  const reading = connected({ sessionChargeConsumption: charged, sessionChargeConsumptionLimit: inCharger });
  const settings = { mode: "fast" as const, sessionEnergyLimit: configured };
  expect(demand({ settings, lasting: { energyLimit: byHand }, reading }).pull).toBe(pull);
});

test("where the charger does not count, what it was seen to draw does", () => {
  expect(demand({ settings: { mode: "fast", sessionEnergyLimit: 10 }, charged: 10 }).pull).toBe("none");
  expect(demand({ settings: { mode: "fast", sessionEnergyLimit: 10 }, charged: 9.9 }).pull).toBe("full");
});

test("a session that is over limits nothing: the charger is ready for the next", () => {
  const reading = { ...disconnected, sessionChargeConsumption: 10 };
  expect(demand({ settings: { mode: "fast", sessionEnergyLimit: 10 }, reading }).pull).toBe("full");
});

test.each<[why: string, lasting: Partial<LastingMemory>, stopOnUnplug: boolean, said: string]>([
  ["started until a time", { manual: "start", until: start + hour }, false, "started by hand until 16:06"],
  ["which has passed", { manual: "stop", until: start - hour }, false, "started until 14:06: stopped until"],
  ["stopped by unplugging, or by hand", { manual: "stop" }, true, "since a car was unplugged"],
])("by hand: %s", (_why, lasting, stopOnUnplug, said) => {
  expect(demand({ lasting, settings: { stopOnUnplug } }).reason).toContain(said);
});

describe("cars by their tag", () => {
  const zoe = car({ sunOnly: true, minPower: 2_300 });
  const leaf = car({ name: "Leaf", tags: ["04C3"], sunOnly: false, minPower: 2_300 });
  const bus = car({ name: "Bus", tags: ["04D4"] });
  const cars = [zoe, leaf, bus];

  test.each<[why: string, mode: ChargerMode, tag: string | null, pull: Pull, minPower: number | undefined]>([
    ["the sun only, with the power that it needs", "solar", "04A1B2", "sun", 2_300],
    ["the sun only, also where others get the minimum", "solar-min", "04A1B2", "sun", 2_300],
    ["not the sun only: the minimum without it", "solar", "04C3", "sun-and-minimum", undefined],
    ["nothing of its own: as the charger has it", "solar", "04D4", "sun", undefined],
    ["nothing of its own, with the minimum", "solar-min", "04D4", "sun-and-minimum", undefined],
    ["an unknown one: as the charger has it", "solar", "04FF", "sun", undefined],
    ["none: as the charger has it", "solar", null, "sun", undefined],
    ["fast is fast for all", "fast", "04A1B2", "full", undefined],
    ["off is off for all", "off", "04C3", "none", undefined],
  ])("%s", (_why, mode, tag, pull, minPower) => {
    const asked = demand({ settings: { mode }, tag }, { cars });
    expect(asked).toMatchObject({ pull });
    expect(asked.minPower).toBe(minPower);
  });

  test.each<[why: string, facts: FactOverrides, pull: Pull, said: string]>([
    ["a known one", { tag: "04A1B2" }, "sun", ""],
    ["an unknown one", { tag: "04FF" }, "none", "no known car"],
    ["none", {}, "none", "waits for the tag"],
    ["an unknown one in a fast mode", { tag: "04FF", settings: { mode: "fast" } }, "none", "no known car"],
    ["a start by hand is no tag", { tag: "04FF", lasting: { manual: "start" } }, "none", "no known car"],
    ["charging already without one", { reading: charging(6) }, "none", "waits for the tag"],
    [
      "no car: fast is not ready for whoever comes",
      { reading: disconnected, settings: { mode: "fast" } },
      "none",
      "no car",
    ],
    ["no car, ready by wish", { reading: disconnected, settings: { unpluggedCurrent: 8 } }, "held", "ready with 8 A"],
  ])("unknown tags are refused: %s", (_why, { settings, ...others }, pull, said) => {
    const asked = demand({ ...others, settings: { ...settings, refusesUnknownTags: true } }, { cars });
    expect(asked.pull).toBe(pull);
    expect(asked.reason).toContain(said);
  });

  test("a tag is told to nobody", () => {
    expect(demand({ tag: "04FF", settings: { refusesUnknownTags: true } }, { cars }).reason).not.toContain("04FF");
  });
});

describe("right after plugging in", () => {
  const plugInHold = { current: 8, duration: 180_000 };

  test.each<[why: string, facts: FactOverrides, pull: Pull, said: string]>([
    ["the current is held", { lasting: { session: session(60) } }, "held", "8 A after plugging in, for 2 min more"],
    [
      "with the sun and the minimum too",
      { settings: { mode: "solar-min" }, lasting: { session: session(60) } },
      "held",
      "",
    ],
    ["until its time is over", { lasting: { session: session(180) } }, "sun", ""],
    ["not for a car that was there before us", { lasting: { session: session(null) } }, "sun", ""],
    ["fast is more", { settings: { mode: "fast" }, lasting: { session: session(60) } }, "full", "fast"],
    ["off is off", { settings: { mode: "off" }, lasting: { session: session(60) } }, "none", "off"],
    ["a stop is a stop", { lasting: { manual: "stop", session: session(60) } }, "none", "by hand"],
    [
      "an unknown tag is refused first",
      { settings: { refusesUnknownTags: true }, lasting: { session: session(60) } },
      "none",
      "tag",
    ],
    [
      "a reached limit ends it",
      { settings: { sessionEnergyLimit: 5 }, charged: 5, lasting: { session: session(60) } },
      "none",
      "5 kWh",
    ],
  ])("%s", (_why, { settings, ...others }, pull, said) => {
    const asked = demand({ ...others, settings: { plugInHold, ...settings } });
    expect(asked.pull).toBe(pull);
    expect(asked.reason).toContain(said);
    expect(asked.current).toBe(pull === "held" ? 8 : undefined);
  });
});

test.each<[why: string, mode: ChargerMode, manual: Manual, pull: Pull, current: number | undefined]>([
  ["following the sun: ready with its own current", "solar", null, "held", 8],
  ["also with the minimum", "solar-min", null, "held", 8],
  ["fast: ready for all", "fast", null, "full", undefined],
  ["off", "off", null, "none", undefined],
  ["stopped", "solar", "stop", "none", undefined],
])("no car is plugged in, %s", (_why, mode, manual, pull, current) => {
  const asked = demand({ settings: { mode, unpluggedCurrent: 8 }, lasting: { manual }, reading: disconnected });
  expect(asked).toMatchObject({ pull });
  expect(asked.current).toBe(current);
});

describe("a target", () => {
  const by = start + 12 * hour;
  const waiting = { plan: { by, energy: 20, from: start + 8 * hour }, isTime: false, possible: null };
  const due = { plan: { by, energy: 20, from: start }, isTime: true, possible: null };

  test.each<[why: string, facts: FactOverrides, pursuit: Circumstances["pursuit"], pull: Pull, said: string]>([
    ["waits: the sun has its chance", {}, waiting, "sun", ""],
    ["presses: all current", {}, due, "full", "charges 20 kWh more by 03:06"],
    ["presses, whatever the mode", { settings: { mode: "solar-min" } }, due, "full", "charges 20 kWh"],
    [
      "is too much for the time",
      {},
      { ...due, possible: 7.42 },
      "full",
      "20 kWh more by 03:06, of which 7.4 kWh are possible",
    ],
    ["is a full car", {}, { ...due, plan: { ...due.plan, energy: null } }, "full", "until the car is full, by 03:06"],
    ["starts nothing that is off", { settings: { mode: "off" } }, due, "none", "off"],
    ["starts nothing that was stopped", { lasting: { manual: "stop" } }, due, "none", "by hand"],
    ["breaks no limit", { settings: { sessionEnergyLimit: 5 }, charged: 5 }, due, "none", "5 kWh"],
    ["is as good as fast", { settings: { mode: "fast" } }, due, "full", "fast charging"],
  ])("%s", (_why, overrides, pursuit, pull, said) => {
    const asked = demand(overrides, { pursuit });
    expect(asked.pull).toBe(pull);
    expect(asked.reason).toContain(said);
  });

  test.each<[why: string, pursuit: Circumstances["pursuit"], later: string | undefined]>([
    ["an amount", waiting, "all current from 23:06 for 20 kWh by 03:06"],
    [
      "a full car",
      { ...waiting, plan: { ...waiting.plan, energy: null } },
      "all current from 23:06 to be full by 03:06",
    ],
    ["reached", { ...waiting, plan: { ...waiting.plan, energy: 0 } }, undefined],
    ["none", null, undefined],
  ])("that waits is told of: %s", (_why, pursuit, later) => {
    expect(demand({}, { pursuit }).later).toBe(later);
    expect(demand({ lasting: { manual: "start" } }, { pursuit }).later).toBe(later);
  });
});

describe("cheap energy", () => {
  const cheap = { cheapUntil: start + hour, cheapFrom: start, price: null };
  const dear = { cheapUntil: null, cheapFrom: start + hour, price: null };

  test.each<[why: string, facts: FactOverrides, tariff: Circumstances["tariff"], pull: Pull, said: string]>([
    ["all current for who wants it", {}, cheap, "full", "cheap until 16:06"],
    ["with its price, where one is known", {}, { ...cheap, price: 0.21 }, "full", "(0.21 per kWh)"],
    ["not for who does not", { settings: { cheapHours: false } }, cheap, "sun", ""],
    ["over: the sun again", {}, dear, "sun", ""],
    ["over: the minimum again", { settings: { mode: "solar-min" } }, dear, "sun-and-minimum", ""],
    ["off is off", { settings: { mode: "off" } }, cheap, "none", "off"],
    ["a stop is a stop", { lasting: { manual: "stop" } }, cheap, "none", "by hand"],
    ["no car", { reading: disconnected }, cheap, "none", "no car"],
  ])("%s", (_why, { settings, ...others }, tariff, pull, said) => {
    const asked = demand({ ...others, settings: { cheapHours: true, ...settings } }, { tariff });
    expect(asked.pull).toBe(pull);
    expect(asked.reason).toContain(said);
  });

  test("that is to come is told of, to who waits for it", () => {
    expect(demand({ settings: { cheapHours: true } }, { tariff: dear }).later).toContain(
      "from 16:06, when energy is cheap",
    );
    expect(demand({}, { tariff: dear }).later).toBeUndefined();
    expect(demand({ settings: { cheapHours: true } }).later).toBeUndefined();
  });
});
