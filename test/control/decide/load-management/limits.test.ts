/** Rows at the edges of load management: overdrawing vehicles, nested circuits, tolerance, and what a reason names. */

import { allocate, type Request } from "../../../../src/control/decide/load-management/allocate.js";
import { Headrooms, type Headroom } from "../../../../src/control/estimate/headroom.js";
import { mainFuse } from "../../../../src/control/settings.js";
import type { Reason } from "../../../../src/model/reasons.js";
import { anyReason, facts, headroom, situation, type FactOverrides, type SituationOverrides } from "../../facts.js";
import { start } from "../../support.js";

interface Case {
  readonly chargers?: readonly FactOverrides[];
  readonly circuits?: readonly Headroom[];
  readonly site?: SituationOverrides;
  readonly planned?: number;
}

function decide({ chargers = [{}], circuits = [headroom(25)], site = {}, planned = 16 }: Case) {
  const requests = chargers.map((overrides): Request => {
    const charger = facts({ ...overrides, activeSetpoint: { phases: 1, current: 0, ...overrides.activeSetpoint } });
    return { charger, setpoint: { current: planned, phases: charger.activeSetpoint.phases, reasons: [anyReason] } };
  });
  const all = situation({ ...site, chargers: requests.map(({ charger }) => charger) });
  return allocate(all, requests, new Headrooms(circuits));
}

const currents = (facts: Case) => decide(facts).map(({ current }) => current);
const reason = (facts: Case): Reason | undefined => decide(facts).at(-1)?.reasons[0];

describe("a vehicle that takes a quarter more than it is offered", () => {
  const overdraws = { overdrawRatio: 1.25 };

  test.each<[why: string, facts: Case, expected: readonly number[]]>([
    ["has a fifth less of a circuit", { chargers: [overdraws], circuits: [headroom(15)] }, [12]],
    ["and of the grid operator's limit", { chargers: [overdraws], site: { powerLimit: 2_300 } }, [8]],
    [
      "holds a quarter more of what has not lasted",
      {
        chargers: [{ ...overdraws, activeSetpoint: { current: 12 } }],
        circuits: [headroom(25, { toRaise: [6, 6, 6] })],
      },
      [12],
    ],
    [
      "gives up what it drew beyond its new setpoint, and no more",
      { chargers: [{ ...overdraws, activeSetpoint: { current: 16 }, drawn: [20, 0, 0] }, {}] },
      [11, 0],
    ],
    [
      "which leaves the rest to others",
      {
        chargers: [{ ...overdraws, activeSetpoint: { current: 16 }, drawn: [20, 0, 0] }, {}],
        circuits: [headroom(30)],
      },
      [13, 10],
    ],
  ])("%s", (_why, facts, expected) => expect(currents(facts)).toEqual(expected));

  test("counts with what it takes in what others are told to be left", () => {
    const chargers = [{ ...overdraws, settings: { name: "Garage", priority: 2 } }, { settings: { name: "Yard" } }];
    expect(reason({ chargers, circuits: [headroom(27)] })).toMatchObject({ code: "circuit-limit", otherChargers: 20 });
    const one = { chargers: [{ overdrawRatio: 1.05 }], circuits: [headroom(11)] };
    expect(reason(one)).toMatchObject({ code: "circuit-limit", otherChargers: 0 });
  });
});

describe("what is lowered", () => {
  const held = (current: number, drawn: number): FactOverrides => ({
    activeSetpoint: { current },
    drawn: [drawn, 0, 0],
  });

  test.each<[why: string, facts: Case, expected: readonly number[]]>([
    [
      "is reserved only where something is lowered: what a vehicle draws beyond its setpoint is no share of ours",
      { chargers: [{ ...held(6, 10), settings: { maxCurrent: 6 } }, {}], circuits: [headroom(14)], planned: 6 },
      [6, 6],
    ],
    [
      "leaves nothing to others that was never used: less drawn than the new setpoint is no headroom",
      { chargers: [held(16, 5), {}], circuits: [headroom(25, { toRaise: [14, 14, 14] })] },
      [9, 0],
    ],
  ])("%s", (_why, facts, expected) => expect(currents(facts)).toEqual(expected));
});

describe("an overload that is tolerated for five minutes", () => {
  const runs = { activeSetpoint: { current: 6 } };
  const settings = { overloadTolerance: 300_000 };
  const overloadedSince = start - 60_000;
  const barn = (left: number, limit = 25) => headroom(left, { name: "Barn", parent: mainFuse, limit });
  const inBarn = { ...runs, settings: { circuit: "Barn" } };

  test.each<[why: string, facts: Case, current: number]>([
    ["the minimum goes on", { chargers: [runs], circuits: [headroom(3)], site: { settings, overloadedSince } }, 6],
    ["a paused charger does not start", { circuits: [headroom(3)], site: { settings, overloadedSince } }, 0],
    [
      "the grid operator's limit leaves just the minimum",
      { chargers: [runs], circuits: [headroom(3)], site: { settings, overloadedSince, powerLimit: 6 * 230 } },
      6,
    ],
    [
      "the grid operator's limit does not",
      { chargers: [runs], circuits: [headroom(3)], site: { settings, overloadedSince, powerLimit: 6 * 230 - 1 } },
      0,
    ],
    [
      "one of two circuits is over by more than it holds",
      { chargers: [inBarn], circuits: [headroom(20), barn(1)], site: { settings, overloadedSince } },
      0,
    ],
    [
      "both are over, one of them by more than it holds",
      { chargers: [inBarn], circuits: [headroom(4), barn(1)], site: { settings, overloadedSince } },
      0,
    ],
    [
      "the main fuse is over for too long, but on other phases",
      {
        chargers: [inBarn],
        circuits: [headroom([6, -5, 20]), barn(4)],
        site: { settings, overloadedSince: start - 600_000 },
      },
      6,
    ],
  ])("%s", (_why, facts, current) => expect(currents(facts)).toEqual([current]));
});

describe("the reason", () => {
  test.each<[why: string, facts: Case, expected: object]>([
    [
      "without any circuit: the grid operator's limit",
      { circuits: [], site: { powerLimit: 2_300 } },
      { code: "site-power-limit", power: 2_300 },
    ],
    [
      "both leave as little: the grid operator's limit",
      { circuits: [headroom(10)], site: { powerLimit: 2_300 } },
      { code: "site-power-limit" },
    ],
    [
      "of two phases that leave as little the first",
      { chargers: [{ activeSetpoint: { current: 0, phases: 3 } }], circuits: [headroom([20, 9, 9])] },
      { code: "circuit-limit", phase: 1 },
    ],
  ])("%s", (_why, facts, expected) => expect(reason(facts)).toMatchObject(expected));
});
