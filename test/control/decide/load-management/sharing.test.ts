import { allocate, type Request } from "../../../../src/control/decide/load-management/allocate.js";
import { Headrooms } from "../../../../src/control/estimate/headroom.js";
import { mainFuse } from "../../../../src/control/settings.js";
import type { PerPhase, PhaseCount } from "../../../../src/model/phases.js";
import { anyReason as reason, facts, headroom, situation, type FactOverrides } from "../../facts.js";
import { disconnected } from "../../support.js";

type Requester = FactOverrides & { readonly requested?: number; readonly phases?: PhaseCount };

function request({ requested = 16, phases = 1, ...charger }: Requester): Request {
  const activeSetpoint = { phases, current: 0, ...charger.activeSetpoint };
  return {
    charger: facts({ ...charger, activeSetpoint }),
    setpoint: { current: requested, phases, reasons: [reason] },
  };
}

function share(
  askers: readonly Requester[],
  left: number | PerPhase<number>,
  raise = left,
  powerLimit: number | null = null,
) {
  const { toStay } = headroom(left);
  const headrooms = [{ ...headroom(raise), toStay }];
  const requests = askers.map(request);
  const site = situation({ powerLimit, chargers: requests.map(({ charger }) => charger) });
  return allocate(site, requests, new Headrooms(headrooms)).map(({ current }) => current);
}

const held = (current: number): Requester => ({ activeSetpoint: { current } });
const important = { settings: { priority: 2 } };

test.each<[why: string, requests: readonly Requester[], headroom: number, currents: readonly number[]]>([
  ["two share alike, the first takes what is left over", [{}, {}], 25, [13, 12]],
  ["three share alike", [{}, {}, {}], 25, [9, 8, 8]],
  ["who wants less leaves the rest to the other", [{ requested: 8 }, {}], 25, [8, 16]],
  ["the important one is served first, once each has its minimum", [{}, important], 25, [9, 16]],
  ["enough for one: the one with priority", [{}, important], 11, [0, 11]],
  ["enough for one: the one that is charging goes on", [{}, held(8)], 11, [0, 11]],
  ["enough for two of three", [{}, {}, {}], 17, [9, 8, 0]],
  ["two that run, and enough for one: one pauses", [held(6), held(6)], 9, [9, 0]],
  ["nobody below the minimum", [held(12), held(12)], 11.9, [11, 0]],
  ["who joins gets as much as who was there", [held(16), {}], 25, [13, 12]],
  [
    "what a car gives up is not there for who joins before it is seen to be gone",
    [{ activeSetpoint: { current: 16 }, drawn: [16, 0, 0] }, {}],
    25,
    [13, 9],
  ],
  [
    "if that leaves less than the minimum, who joins waits",
    [{ requested: 32, activeSetpoint: { current: 20 }, drawn: [20, 0, 0], settings: { maxCurrent: 32 } }, {}],
    25,
    [13, 0],
  ],
  [
    "what is given up by a car that takes less than offered was never used",
    [{ activeSetpoint: { current: 16 }, drawn: [10, 0, 0] }, {}],
    25,
    [13, 12],
  ],
  [
    "a charger without a car does not keep one with a car waiting",
    [{ requested: 6, reading: disconnected }, {}],
    10,
    [0, 10],
  ],
  [
    "an idle car does not keep a hungry one waiting",
    [{ requested: 6, activeSetpoint: { current: 6 }, idle: true }, held(6)],
    10,
    [0, 10],
  ],
  ["a silent charger keeps what it holds", [{ activeSetpoint: { current: 10 }, silent: true }, {}], 25, [16, 15]],
  [
    "a silent charger keeps what it was seen to draw",
    [{ activeSetpoint: { current: 6 }, silent: true, drawn: [14, 0, 0] }, {}],
    25,
    [16, 11],
  ],
  ["a silent charger without anything to hold takes nothing", [{ silent: true }, {}], 16, [16, 16]],
])("%s", (_why, requests, left, currents) => expect(share(requests, left)).toEqual(currents));

test("one phase each: no need to share", () => {
  expect(share([{}, { settings: { rotation: [1, 2, 0] } }, { settings: { rotation: [2, 0, 1] } }], 16)).toEqual([
    16, 16, 16,
  ]);
});

test("a three-phase and a one-phase charger share L1", () => {
  expect(share([{ phases: 3 }, {}], [20, 25, 25])).toEqual([10, 10]);
});

test("what has not lasted is not taken from who has it", () => {
  expect(share([held(12), held(12)], 25, 14)).toEqual([12, 12]);
});

test("a second charger makes no use of headroom that has not lasted", () => {
  const [garage = 0, yard = 0] = share([held(12), {}], 25, 14);
  expect(yard === 0 || garage + yard <= 14).toBe(true);
});

test.each<[powerLimit: number, currents: readonly number[]]>([
  [4_600, [10, 10]],
  [2_300, [10, 0]],
  [1_379, [0, 0]],
  [0, [0, 0]],
])("the grid operator's %i W are for all together", (powerLimit, currents) => {
  expect(share([{}, {}], 25, 25, powerLimit)).toEqual(currents);
});

test("a silent charger is part of the grid operator's limit", () => {
  expect(share([{ activeSetpoint: { current: 10 }, silent: true }, {}], 25, 25, 4_600)[1]).toBe(10);
});

test("two circuits: each has its own headroom, and both share the main fuse", () => {
  const headrooms = [
    headroom(25, { limit: 35 }),
    headroom(10, { name: "Barn", parent: mainFuse }),
    headroom(20, { name: "Yard", parent: mainFuse }),
  ];
  const askers = [{ settings: { circuit: "Barn" } }, { settings: { circuit: "Yard" } }];
  const currents = allocate(situation(), askers.map(request), new Headrooms(headrooms)).map(({ current }) => current);
  expect(currents).toEqual([10, 15]);
});

test("of a silent charger the phases of its last command count, not those that it should use", () => {
  const silent = { activeSetpoint: { current: 10, phases: 3 as const }, phases: 1 as const, silent: true };
  expect(share([silent, {}], 25, 25, 9_200)[1]).toBe(10);
});

test("what a charger draws in spite of its pause is not there for others under the grid operator's limit", () => {
  const disobeys = { drawn: [6, 6, 6] as const, beyond: [6, 6, 6] as const, requested: 0 };
  expect(share([disobeys, {}], 25, 25, 28 * 230)).toEqual([0, 10]);
});

test("what one charger can't use for the size of its steps, another one has", () => {
  expect(share([{ settings: { minCurrent: 8, step: 4 } }, {}], 19)).toEqual([8, 11]);
  expect(share([{ settings: { step: 0.6 } }, {}], 25)).toEqual([12.6, 12]);
});

test("the reason says what the other chargers have", () => {
  const requests = [request({}), request({})];
  const setpoints = allocate(situation(), requests, new Headrooms([headroom(20)]));
  const reasons = [{ code: "circuit-limit", circuit: "main fuse", baseLoad: 5, otherChargers: 10 }];
  expect(setpoints).toMatchObject([{ reasons }, { reasons }]);
});
