import { Headrooms, type Headroom } from "../../../src/control/estimate/headroom.js";
import type { ChargerFacts } from "../../../src/control/estimate/situation.js";
import {
  activeTargetOf,
  expectedPower,
  vehiclesOn,
  type ActiveTarget,
  type PlanningContext,
} from "../../../src/control/schedule/targets.js";
import { cheapestFirst, tariffPeriodsFrom, type Tariff } from "../../../src/control/schedule/tariff.js";
import type { ChargeTarget } from "../../../src/model/commands.js";
import { weekdays } from "../../../src/model/weekdays.js";
import { facts, headroom, session, situation, type FactOverrides } from "../facts.js";
import { charging, connected, disconnected, start } from "../support.js";

const hour = 3_600_000;
const minute = 60_000;
const none: Tariff = { cheapHours: [], prices: [], priceLimit: null };

/** By so many hours from now, in UTC: `start` is 15:06:40. */
function by(hours: number, energy: number | null = 7.36): ChargeTarget {
  return { days: weekdays, time: (15 * 60 + 60 * hours) % 1_440, energy };
}

/** So late is it at that time. */
const due = (hours: number) => start + hours * hour - 400_000;

interface Case {
  readonly charger?: FactOverrides;
  readonly tariff?: Partial<Tariff>;
  readonly headrooms?: readonly Headroom[];
  readonly powerLimit?: number;
  readonly others?: readonly ChargerFacts[];
}

function prospect(wanted: Case, charger: ChargerFacts): PlanningContext {
  const { tariff, powerLimit, others = [] } = wanted;
  const headrooms = new Headrooms(wanted.headrooms ?? [headroom(25)]);
  const site = situation({
    settings: { timeZone: "UTC" },
    powerLimit: powerLimit ?? null,
    chargers: [charger, ...others],
  });
  const periods = tariffPeriodsFrom(start, { ...none, ...tariff }, "UTC");
  const cost = periods[0]?.cost ?? Infinity;
  return { situation: site, headrooms, vehicles: vehiclesOn(site, headrooms), cheapest: cheapestFirst(periods), cost };
}

/** A car on one phase, which takes 16 A: 3.68 kW, so that 7.36 kWh take two hours, and 2 h 17 min with the reserve. */
function planned(targets: readonly ChargeTarget[], options: Case = {}) {
  const { persistent, ...others } = options.charger ?? {};
  const charger = facts({ ...others, persistent: { targets, session: session(60), ...persistent } });
  return activeTargetOf(charger, prospect(options, charger));
}

function pursuitOf(targets: readonly ChargeTarget[], options: Case = {}): ActiveTarget {
  const active = planned(targets, options);
  if (active === null) throw new Error("there should be a plan");
  return active.activeTarget;
}

/** h from now until it charges for it */
const wait = ({ plan }: ActiveTarget) => (plan.from - start) / hour;

const needed = 2 * 1.1 + 5 / 60;

describe("without any tariff it charges as late as it can", () => {
  test("with all that the charger gives, and some time in reserve", () => {
    const activeTarget = pursuitOf([by(12)]);
    expect(activeTarget).toMatchObject({ plan: { by: due(12), energy: 7.36 }, isTime: false, possible: null });
    expect(wait(activeTarget)).toBeCloseTo((due(12) - start) / hour - needed, 6);
  });

  test.each<[why: string, charger: FactOverrides, hours: number]>([
    ["what was charged is not charged again", { charged: 3.68 }, 1],
    [
      "what came before the last target does not count",
      { charged: 3.68, persistent: { session: session(60, { countsFrom: 3.68 }) } },
      2,
    ],
    ["a car that takes less needs longer", { persistent: { vehicleLimit: { current: 8, phases: null } } }, 4],
    [
      "three phases are quicker",
      { settings: { phases: 3 }, persistent: { vehicleLimit: { current: null, phases: 3 } } },
      2 / 3,
    ],
    ["if the car has shown that it uses them", { settings: { phases: 3 } }, 2],
    [
      "but not for a car that uses one of them",
      { settings: { phases: 3 }, persistent: { vehicleLimit: { current: null, phases: 1 } } },
      2,
    ],
    ["a cap makes it longer", { persistent: { cap: 8 } }, 4],
    ["a cable too", { reading: connected({ cableEncoding: 8 }) }, 4],
  ])("%s", (_why, charger, hours) => {
    expect(wait(pursuitOf([by(12)], { charger }))).toBeCloseTo((due(12) - start) / hour - hours * 1.1 - 5 / 60, 6);
  });

  test.each<[why: string, options: Case, hours: number]>([
    ["the headroom at the fuse", { headrooms: [headroom([8, 25, 25])] }, 4],
    ["headroom that has not lasted: it will have by then", { headrooms: [headroom(25, { toRaise: [8, 8, 8] })] }, 2],
    ["no headroom: the minimum is expected", { headrooms: [headroom(0)] }, (2 * 16) / 6],
    ["the grid operator's limit", { powerLimit: 1_840 }, 4],
    [
      "another car that wants its part",
      { headrooms: [headroom([16, 16, 16])], others: [facts({ settings: { name: "Yard" } })] },
      4,
    ],
    [
      "and one that is full does not",
      { headrooms: [headroom(16)], others: [facts({ settings: { name: "Yard" }, idle: true })] },
      2,
    ],
    ["nor a charger without a car", { headrooms: [headroom(16)], others: [facts({ reading: disconnected })] }, 2],
  ])("it counts with %s", (_why, options, hours) => {
    expect(wait(pursuitOf([by(20)], options))).toBeCloseTo((due(20) - start) / hour - hours * 1.1 - 5 / 60, 6);
  });

  test.each<[why: string, minutesLeft: number, isTime: boolean, possible: number | null]>([
    ["in time", 150, false, null],
    ["the latest moment", 137, true, null],
    ["in the reserve", 125, true, null],
    ["too late for all of it", 60, true, 3.68],
  ])("%s", (_why, minutesLeft, isTime, possible) => {
    const at = start + minutesLeft * minute;
    const time = new Date(at).getUTCHours() * 60 + new Date(at).getUTCMinutes();
    const activeTarget = pursuitOf([{ days: weekdays, time, energy: 7.36 }]);
    expect(activeTarget.isTime).toBe(isTime);
    if (possible === null) expect(activeTarget.possible).toBeNull();
    else expect(activeTarget.possible).toBeCloseTo(possible, 0);
    expect(activeTarget.plan.from).toBeLessThanOrEqual(activeTarget.plan.by);
  });
});

describe("energy that costs more or less", () => {
  const cheapNight = { cheapHours: [{ days: weekdays, from: 22 * 60, to: 4 * 60 }] };

  test("cheap hours come before the latest moment; of them the latest", () => {
    const activeTarget = pursuitOf([by(16)], { tariff: cheapNight });
    expect(activeTarget.plan.from).toBe(due(13) - needed * hour);
  });

  test("where they are too short, the rest is charged outside of them, late", () => {
    const short = { cheapHours: [{ days: weekdays, from: 22 * 60, to: 23 * 60 }] };
    expect(pursuitOf([by(16)], { tariff: short }).plan.from).toBe(due(7));
    const midday = { cheapHours: [{ days: weekdays, from: 12 * 60, to: 16 * 60 }] };
    expect(pursuitOf([by(16)], { tariff: midday })).toMatchObject({ isTime: true });
  });

  const prices = [0.3, 0.1, 0.2, 0.3, 0.1, 0.3].map((price, i) => ({ start: due(1 + i), price }));

  test("the cheapest prices come first", () => {
    const activeTarget = pursuitOf([by(7)], { tariff: { prices } });
    // Two cheap hours, and 17 min of the next cheapest, at its end.
    expect(activeTarget.plan.from).toBe(due(2));
    expect(activeTarget.isTime).toBe(false);
  });

  test("hours without a price are for what nothing else is left", () => {
    expect(pursuitOf([by(12)], { tariff: { prices: prices.slice(0, 3) } }).plan.from).toBe(
      due(1) + (3 - needed) * hour,
    );
  });

  test("now that it is cheap is the time", () => {
    const now = {
      prices: [
        { start: start - minute, price: 0.1 },
        { start: due(5), price: 0.3 },
      ],
    };
    expect(pursuitOf([by(12)], { tariff: now })).toMatchObject({ isTime: false });
    expect(pursuitOf([by(12, 18)], { tariff: now })).toMatchObject({ isTime: true, plan: { from: start } });
  });
});

describe("until the car is full", () => {
  test("a usual battery is planned for, less what it got", () => {
    expect(pursuitOf([by(20, null)]).plan.energy).toBeNull();
    expect(wait(pursuitOf([by(20, null)]))).toBeCloseTo((due(20) - start) / hour - (60 / 3.68) * 1.1 - 5 / 60, 6);
    expect(wait(pursuitOf([by(20, null)], { charger: { charged: 23.2 } }))).toBeCloseTo(
      (due(20) - start) / hour - 10 * 1.1 - 5 / 60,
      6,
    );
  });

  test("however much it got, it may not be full", () => {
    expect(pursuitOf([by(1, null)], { charger: { charged: 80 } })).toMatchObject({ isTime: true, possible: null });
  });
});

describe("which target", () => {
  test.each<[why: string, targets: readonly ChargeTarget[], hours: number, energy: number | null]>([
    ["the next one", [by(12, 5), by(3, 8)], 3, 8],
    ["of two at one time, the one with more energy", [by(3, 5), by(3, 8)], 3, 8],
    ["and full is most", [by(3, 5), by(3, null)], 3, null],
    ["today's has passed: tomorrow's", [by(0, 5)], 24, 5],
    // It is a Sunday.
    ["not on this day", [{ ...by(3, 5), days: [1] }], 27, 5],
  ])("%s", (_why, targets, hours, energy) => {
    expect(pursuitOf(targets).plan).toMatchObject({ by: due(hours), energy });
  });

  test("a person's go before the configured ones, also if they are none", () => {
    const settings = { targets: [by(12, 5)] };
    const charger = facts({ settings, persistent: { session: session(60) } });
    expect(activeTargetOf(charger, prospect({}, charger))?.activeTarget.plan).toMatchObject({ energy: 5 });
    expect(planned([by(12, 8)], { charger: { settings } })?.activeTarget.plan).toMatchObject({ energy: 8 });
    expect(planned([], { charger: { settings } })).toBeNull();
  });

  test.each<[why: string, charger: FactOverrides]>([
    ["no car is plugged in", { reading: disconnected, persistent: { session: null } }],
    ["not known whether there is one", { reading: connected({ state: null }) }],
    ["the charger has a fault", { reading: connected({ state: "fault" }) }],
  ])("there is none while %s", (_why, charger) => expect(planned([by(12)], { charger })).toBeNull());
});

describe("what is noted of it", () => {
  test("when it is due, so that what is charged later counts for the next", () => {
    expect(planned([by(12)])?.session).toMatchObject({ due: due(12), countsFrom: 0, targetActiveSince: null });
    const persistent = { session: session(600, { due: start - 1, targetActiveSince: start - hour }) };
    const active = planned([by(12)], { charger: { charged: 5, persistent } });
    expect(active?.session).toMatchObject({ due: due(12), countsFrom: 5, targetActiveSince: null });
    expect(active?.activeTarget.plan.energy).toBe(7.36);
  });

  test("reached: nothing more to do until it is due", () => {
    const activeTarget = pursuitOf([by(1)], { charger: { charged: 7.36 } });
    expect(activeTarget).toEqual({ plan: { by: due(1), energy: 0, from: due(1) }, isTime: false, possible: null });
  });

  test("since when it charges for it", () => {
    const active = planned([by(2)]);
    expect(active?.session.targetActiveSince).toBe(start);
    expect(active?.activeTarget.plan.from).toBe(start);
    const since = start - hour;
    const charger = {
      reading: charging(16),
      persistent: { session: session(9_999, { due: due(2), targetActiveSince: since }) },
    };
    expect(planned([by(2)], { charger })?.session.targetActiveSince).toBe(since);
    expect(pursuitOf([by(2)], { charger }).plan.from).toBe(since);
  });

  test.each<[why: string, hours: number, tariff: Partial<Tariff>, isTime: boolean]>([
    ["goes on while it is a little ahead", 2.75, {}, true],
    ["leaves the time to the sun when it is far ahead", 3, {}, false],
    [
      "pauses where energy costs more than it has to",
      2.75,
      {
        prices: [
          { start: start - hour, price: 0.3 },
          { start: due(0) + 10 * minute, price: 0.2 },
          { start: due(3), price: 0.2 },
        ],
      },
      false,
    ],
  ])("a charge for it %s", (_why, hours, tariff, isTime) => {
    const persistent = { session: session(9_999, { due: due(hours), targetActiveSince: start - hour }) };
    expect(pursuitOf([by(hours)], { charger: { persistent }, tariff }).isTime).toBe(isTime);
  });
});

test("what it can't charge with is not counted with: three phases without headroom for the minimum", () => {
  const charger = facts({ settings: { phases: "auto" }, persistent: { vehicleLimit: { current: null, phases: 3 } } });
  expect(expectedPower(charger, prospect({ headrooms: [headroom(25)] }, charger))).toBe(3 * 16 * 230);
  expect(expectedPower(charger, prospect({ headrooms: [headroom([25, 5, 25])] }, charger))).toBe(16 * 230);
});
