import { allocate, type Request } from "../../../../src/control/decide/load-management/allocate.js";
import { Headrooms, type Headroom } from "../../../../src/control/estimate/headroom.js";
import { mainFuse } from "../../../../src/control/settings.js";
import type { PerPhase, PhaseCount } from "../../../../src/model/phases.js";
import { anyReason, facts, headroom, situation, type FactOverrides } from "../../facts.js";
import { start } from "../../support.js";

interface Case {
  readonly planned?: number;
  readonly phases?: PhaseCount;
  readonly charger?: FactOverrides;
  /** A left on each phase, and what of it may be raised into. */
  readonly stay?: PerPhase<number>;
  readonly raise?: PerPhase<number>;
  readonly powerLimit?: number;
  readonly overloadTolerance?: number;
  readonly overloadedSince?: number;
}

/** A request for 16 A on one phase, on a fuse of 25 A with headroom for all of it. */
function decide({ planned = 16, phases = 1, charger = {}, stay = [25, 25, 25], raise = stay, ...site }: Case) {
  const held = { current: charger.activeSetpoint?.current ?? 0, phases: charger.activeSetpoint?.phases ?? phases };
  const request: Request = {
    charger: facts({ ...charger, activeSetpoint: held }),
    setpoint: { current: planned, phases, reasons: [anyReason] },
  };
  const { overloadTolerance = 0, powerLimit = null, overloadedSince } = site;
  const now = situation({
    settings: { overloadTolerance },
    powerLimit,
    ...(overloadedSince === undefined ? {} : { overloadedSince }),
  });
  const headrooms: readonly Headroom[] = [headroom(stay, { toRaise: raise })];
  return allocate(now, [request], new Headrooms(headrooms))[0];
}

const runs = (current: number, more: FactOverrides = {}): FactOverrides => ({ activeSetpoint: { current }, ...more });

test.each<[why: string, facts: Case, current: number]>([
  ["headroom for all of it", {}, 16],
  ["headroom for a part", { stay: [11.7, 25, 25] }, 11],
  ["headroom on another phase does not help", { stay: [9, 25, 25] }, 9],
  ["a full phase that it does not use is no harm", { stay: [25, 0, 0] }, 16],
  ["three phases: the fullest counts", { phases: 3, stay: [25, 12, 20] }, 12],
  ["one phase on L2", { stay: [25, 9, 25], charger: { settings: { rotation: [1, 2, 0] } } }, 9],
  ["rotated, L1 is free to others", { stay: [0, 25, 25], charger: { settings: { rotation: [1, 2, 0] } } }, 16],
  ["less than the minimum is left: pause", { stay: [5.9, 25, 25] }, 0],
  ["the minimum is left", { stay: [6, 25, 25] }, 6],
  ["an overload: pause", { stay: [-4, 25, 25], charger: runs(16) }, 0],
  ["lowers a running charge at once", { stay: [10, 25, 25], charger: runs(16) }, 10],
  [
    "a running charge may stay, but not rise, in headroom that has not lasted",
    { raise: [8, 8, 8], charger: runs(12) },
    12,
  ],
  ["a start needs headroom that has lasted", { raise: [5, 25, 25] }, 0],
  ["a start takes only what has lasted", { raise: [8, 25, 25] }, 8],
  ["rises into what has lasted", { raise: [14, 25, 25], charger: runs(10) }, 14],
  [
    "the phase that it loads already keeps what has not lasted",
    { phases: 3, raise: [10, 25, 25], charger: runs(16, { activeSetpoint: { current: 16, phases: 1 } }) },
    16,
  ],
  [
    "a second phase that it does not load yet needs headroom that has lasted",
    { phases: 3, raise: [25, 5, 25], charger: runs(16, { activeSetpoint: { current: 16, phases: 1 } }) },
    0,
  ],
  [
    "a car that overdraws is offered less, and draws the headroom",
    { stay: [15, 25, 25], charger: runs(16, { overdrawRatio: 1.25 }) },
    12,
  ],
  [
    "the minimum of a car that overdraws has to fit with its overdraw",
    { stay: [6.2, 25, 25], charger: { overdrawRatio: 1.07 } },
    0,
  ],
  ["steps of 0.6 A", { stay: [11.9, 25, 25], charger: { settings: { step: 0.6 } } }, 11.4],
  ["the grid operator's limit on one phase", { powerLimit: 2_300 }, 10],
  ["the grid operator's limit on three phases", { phases: 3, powerLimit: 4_200 }, 6],
  ["the grid operator's limit leaves less than the minimum", { phases: 3, powerLimit: 4_100 }, 0],
  ["a pause stays a pause", { planned: 0 }, 0],
  [
    "a silent charger is reserved, not commanded",
    { planned: 16, stay: [2, 25, 25], charger: runs(16, { silent: true }) },
    16,
  ],
])("%s", (_why, facts, current) => expect(decide(facts)?.current).toBe(current));

test.each<[why: string, powerLimit: number]>([
  ["nothing", 0],
  ["less than the minimum", 1_379],
])("the grid operator allows %s: a running charger pauses at once", (_why, powerLimit) => {
  expect(decide({ powerLimit, charger: runs(16) })?.current).toBe(0);
});

function onCircuit(values: object): object {
  return { code: "circuit-limit", circuit: mainFuse, phase: 0, limit: 25, within: 30_000, otherChargers: 0, ...values };
}

test.each<[why: string, facts: Case, reasons: readonly object[]]>([
  [
    "the circuit, the load and the phase",
    { phases: 3, stay: [25, 12, 20] },
    [onCircuit({ phase: 1, baseLoad: 13, highestBaseLoad: 13 })],
  ],
  [
    "what was there lately, if that keeps it from being raised",
    { raise: [10, 25, 25] },
    [onCircuit({ baseLoad: 0, highestBaseLoad: 15 })],
  ],
  [
    "what it waits for, if not even the minimum is left",
    { stay: [5, 25, 25] },
    [onCircuit({ baseLoad: 20, highestBaseLoad: 20 }), { code: "below-minimum", current: 6 }],
  ],
  ["the grid operator", { powerLimit: 2_300 }, [{ code: "site-power-limit", power: 2_300 }]],
  ["nothing new where nothing was lowered", {}, [anyReason]],
  ["a request below the minimum keeps its own reason", { planned: 4 }, [anyReason]],
])("names %s", (_why, facts, reasons) => expect(decide(facts)?.reasons).toEqual(reasons));

describe("an overload of at most 13 %, while the minimum runs", () => {
  const tolerance = 60_000;
  test.each<[why: string, facts: Case, current: number]>([
    ["is not tolerated unless configured", { stay: [4, 25, 25], charger: runs(6) }, 0],
    ["is tolerated for a while", { overloadTolerance: tolerance, stay: [4, 25, 25], charger: runs(6) }, 6],
    ["lowers to the minimum at once", { overloadTolerance: tolerance, stay: [4, 25, 25], charger: runs(16) }, 6],
    [
      "until just before the time is over",
      { overloadTolerance: tolerance, overloadedSince: start - 59_999, stay: [4, 25, 25], charger: runs(6) },
      6,
    ],
    [
      "and no longer",
      { overloadTolerance: tolerance, overloadedSince: start - 60_000, stay: [4, 25, 25], charger: runs(6) },
      0,
    ],
    ["13 % of 25 A are 3.2 A", { overloadTolerance: tolerance, stay: [2.8, 25, 25], charger: runs(6) }, 6],
    ["more is never tolerated", { overloadTolerance: tolerance, stay: [2.7, 25, 25], charger: runs(6) }, 0],
    ["nobody starts into it", { overloadTolerance: tolerance, stay: [4, 25, 25] }, 0],
  ])("%s", (_why, facts, current) => expect(decide(facts)?.current).toBe(current));
});

test("without any circuit nothing is limited", () => {
  const request: Request = { charger: facts(), setpoint: { current: 16, phases: 3, reasons: [anyReason] } };
  expect(allocate(situation(), [request], new Headrooms([]))).toEqual([request.setpoint]);
});

describe("a tree of circuits", () => {
  const main = headroom([25, 25, 25], { limit: 63 });
  const barn = headroom([12, 25, 25], { name: "Barn", parent: mainFuse, limit: 16 });
  const stable = headroom([20, 25, 25], { name: "Stable", parent: "Barn", limit: 20 });

  test.each<[why: string, circuit: string | null, headrooms: readonly Headroom[], current: number]>([
    ["on the main fuse only that counts", null, [main, barn, stable], 16],
    ["on a circuit the tightest above it counts", "Stable", [main, barn, stable], 12],
    ["the main fuse counts below as well", "Barn", [headroom([9, 25, 25]), barn], 9],
    ["without a main fuse the circuit counts alone", "Barn", [{ ...barn, parent: null }], 12],
  ])("%s", (_why, circuit, headrooms, current) => {
    const request: Request = {
      charger: facts({ settings: { circuit } }),
      setpoint: { current: 16, phases: 1, reasons: [anyReason] },
    };
    expect(allocate(situation(), [request], new Headrooms(headrooms))[0]?.current).toBe(current);
  });
});
