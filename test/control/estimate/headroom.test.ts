import { headroomsOf, overloadedPhases, type Headroom } from "../../../src/control/estimate/headroom.js";
import type { BaseLoad, BaseLoadMemory } from "../../../src/control/estimate/samples.js";
import { noMeterMemory, type Measured, type MeterMemory } from "../../../src/control/observe/meter-memory.js";
import { mainFuse, type CircuitSettings } from "../../../src/control/settings.js";
import { perPhase, type PerPhase } from "../../../src/model/phases.js";
import { situation } from "../facts.js";
import { charger, siteSettings, start } from "../support.js";

const fuse: CircuitSettings = { name: mainFuse, limit: 25, parent: null, meters: ["Grid"] };
const barn: CircuitSettings = { name: "Barn", limit: 16, parent: mainFuse, meters: [] };
const each = (current: number): PerPhase<number> => [current, current, current];
const load = (low: PerPhase<number>, high = low): BaseLoad => ({ low, high });

/** A grid meter with these currents of this moment, and a power; `null`: it does not measure that. */
function meter(currents: PerPhase<number | null>, power: number | null = null): MeterMemory {
  const measured = (value: number | null): Measured | null => (value === null ? null : { value, at: start });
  const grid = {
    power: measured(power),
    currents: perPhase((i) => measured(currents[i])),
    voltages: [null, null, null] as const,
    soc: null,
  };
  return { ...noMeterMemory, at: start, goodReadings: 2, roles: { grid } };
}

interface Site {
  readonly circuits?: readonly CircuitSettings[];
  readonly phases?: 1 | 3;
  readonly meters?: Readonly<Record<string, MeterMemory>>;
}

function headroomIn(baseLoad: Readonly<Record<string, BaseLoadMemory>>, site: Site = {}) {
  const { circuits = [fuse], phases = 3, meters = { Grid: meter(each(0)) } } = site;
  const base = situation();
  const memory = { ...base.memory, baseLoad, meters };
  return headroomsOf({ ...base, settings: siteSettings({ circuits, phases }), memory });
}

function ofMainFuse(newest: BaseLoad | null, samples: BaseLoadMemory["samples"] = []): Headroom | undefined {
  return headroomIn({ [mainFuse]: { newest, samples } }).of(charger())[0];
}

const seen = (secondsAgo: number, high: PerPhase<number>) => ({ at: start - secondsAgo * 1_000, high });

test.each<
  [
    why: string,
    newest: BaseLoad | null,
    samples: BaseLoadMemory["samples"],
    stay: PerPhase<number>,
    raise: PerPhase<number>,
  ]
>([
  ["nothing else draws", load(each(0)), [], each(25), each(25)],
  ["what others draw is taken off, phase by phase", load([5, 10, 0]), [], [20, 15, 25], [20, 15, 25]],
  ["where it is a range, a raise has the least, and to stay the most", load(each(5), each(8)), [], each(20), each(17)],
  ["what others drew within 30 s is not raised into", load(each(5)), [seen(30, [9, 0, 0])], each(20), [16, 20, 20]],
  ["before that it counts no more", load(each(5)), [seen(30.1, each(9))], each(20), each(20)],
  ["of several the highest", load(each(5)), [seen(20, each(7)), seen(10, each(9))], each(20), each(16)],
  ["export on a phase is headroom", load(each(-4)), [], each(29), each(29)],
  ["overload: less than nothing", load(each(30)), [], each(-5), each(-5)],
  ["the meters have not reported yet", null, [], each(25), each(25)],
])("%s", (_why, newest, samples, toStay, toRaise) => {
  expect(ofMainFuse(newest, samples)).toMatchObject({ name: mainFuse, parent: null, limit: 25, toStay, toRaise });
});

describe("the circuits of a charger", () => {
  const headrooms = headroomIn(
    { [mainFuse]: { newest: load(each(5)), samples: [] }, Barn: { newest: load(each(2)), samples: [] } },
    { circuits: [fuse, barn] },
  );

  test("from the innermost to the main fuse", () => {
    const found = headrooms.of(charger({ circuit: "Barn" }));
    expect(found.map(({ name, toStay }) => [name, toStay[0]])).toEqual([
      ["Barn", 14],
      [mainFuse, 20],
    ]);
    expect(headrooms.of(charger()).map(({ name }) => name)).toEqual([mainFuse]);
    expect(headrooms.of(charger({ circuit: "Nowhere" }))).toEqual([]);
  });

  test("have their meters' trusts together; a circuit without a meter needs none", () => {
    expect(headrooms.trustsIn(charger({ circuit: "Barn" }))).toEqual([{ kind: "good" }]);
    expect(headrooms.trustsIn(charger())).toEqual([{ kind: "good" }]);
    expect(headrooms.trustsIn(charger({ circuit: "Nowhere" }))).toEqual([]);
  });
});

describe("trust in a circuit's meter", () => {
  test.each<[why: string, grid: MeterMemory | undefined, phases: 1 | 3, trust: object]>([
    ["all currents", meter(each(1)), 3, { kind: "good" }],
    ["never heard", undefined, 3, { kind: "lost", problem: { code: "meter-not-heard", meter: "Grid" } }],
    [
      "one current is missing",
      meter([1, null, 1]),
      3,
      { kind: "lost", problem: { code: "measurement-missing", quantity: { kind: "current", phase: 1 } } },
    ],
    ["in a one-phase house only L1 is needed", meter([1, null, null]), 1, { kind: "good" }],
    ["no currents at all, but the power", meter([null, null, null], 500), 3, { kind: "good" }],
    [
      "neither",
      meter([null, null, null]),
      3,
      { kind: "lost", problem: { code: "measurement-missing", quantity: { kind: "power", role: null } } },
    ],
  ])("%s", (_why, grid, phases, trust) => {
    const trusts = headroomIn({}, { meters: grid === undefined ? {} : { Grid: grid }, phases }).trustsIn(charger());
    expect(trusts).toHaveLength(1);
    expect(trusts[0]).toMatchObject(trust);
  });

  test("a main fuse without a meter is guarded by nothing", () => {
    const trusts = headroomIn({}, { circuits: [{ ...fuse, meters: [] }] }).trustsIn(charger());
    expect(trusts).toEqual([{ kind: "lost", problem: { code: "no-grid-meter" } }]);
  });
});

test.each<[why: string, currents: PerPhase<number | null>, phases: 1 | 3, overloaded: readonly number[]]>([
  ["none", [25, 25, -25], 3, []],
  ["one", [25, 25.1, 0], 3, [1]],
  ["export is a load, too", [0, 0, -26], 3, [2]],
  ["a phase that is not measured", [null, 30, null], 3, [1]],
  ["phases that a one-phase house has not", [20, 30, 30], 1, []],
])("overloaded phases: %s", (_why, currents, phases, overloaded) => {
  const base = situation();
  const memory = { ...base.memory, meters: { Grid: meter(currents) } };
  expect(overloadedPhases(fuse, { ...base, settings: siteSettings({ phases }), memory })).toEqual(overloaded);
});
