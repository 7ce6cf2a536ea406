/** What holds at the fuse as long as the devices tell the truth, and what more load or less fuse may not do. */

import * as fc from "fast-check";
import type { Observation } from "../../../src/control/observation.js";
import type { ControlSettings } from "../../../src/control/settings.js";
import { phaseIndexes } from "../../../src/model/phases.js";
import { reasonText } from "../../../src/texts/decision-text.js";
import { pass } from "../support.js";
import { ensure, holdsInHouses, tellHouses } from "./ensure.js";
import { happenings, houses, World, type Happening } from "./world.js";

/** All devices answer, and do what they are told. */
const healthy: fc.Arbitrary<Happening> = happenings.map((happening) => ({
  ...happening,
  meter: "good",
  chargers: ["obeys", "obeys", "obeys"],
}));
const healthyStories = fc.array(healthy, { minLength: 1, maxLength: 60, size: "max" });

afterAll(tellHouses);

test("nobody is raised above what the fuse has left, on any phase", () => {
  const holds = fc.property(houses, healthyStories, (settings, story) => {
    const world = new World(settings);
    for (const happening of story) {
      world.live(happening);
      const before = world.drawnByAll(world.previous);
      const after = world.drawnByAll(world.decisions);
      const limit = settings.circuits[0]?.limit ?? Infinity;
      for (const i of phaseIndexes.slice(0, settings.phases))
        ensure(
          after[i] <= before[i] + 1e-6 || world.load[i] + after[i] <= limit + 1e-6,
          () => `L${i + 1}: ${world.load[i]} A and ${before[i]} → ${after[i]} A of ${limit} A`,
        );
    }
  });
  holdsInHouses(300, holds);
});

test("a circuit without a meter never gets more than its limit from all chargers on it", () => {
  const holds = fc.property(houses, healthyStories, (settings, story) => {
    const world = new World(settings);
    const barn = settings.circuits[1]?.limit ?? 0;
    const inBarn = settings.chargers.filter(({ circuit }) => circuit === "Barn");
    for (const happening of story) {
      world.live(happening);
      for (const i of phaseIndexes) {
        const sum = inBarn.reduce((total, each) => total + world.drawnBy(each, world.decisions[each.name])[i], 0);
        ensure(sum <= barn + 1e-6, () => `L${i + 1}: ${sum} A of ${barn} A`);
      }
    }
  });
  holdsInHouses(300, holds);
});

interface Twin {
  readonly settings: ControlSettings;
  readonly observation: Observation;
}

/** Decides once more what one charger on a fixed number of phases was told last, with something worse. */
function metamorphic(worse: (twin: Twin) => Twin): void {
  const holds = fc.property(houses, healthyStories, (house, story) => {
    const chargers = house.chargers.slice(0, 1).map((each) => ({
      ...each,
      phases: each.phases === "auto" ? 1 : each.phases,
      canSwitchPhases: false,
    }));
    const settings = { ...house, chargers };
    const world = new World(settings);
    for (const happening of story) {
      world.live({ ...happening, command: null });
      const { previous, decisions, before, observation } = world;
      const twin = worse({ settings, observation });
      const other = pass(twin.settings, before, twin.observation).decisions;
      const name = settings.chargers[0]?.name ?? "";
      const now = other[name]?.current ?? 0;
      const held = twin.observation.meters.Grid === null ? (previous[name]?.current ?? 0) : 0;
      const highest = Math.max(decisions[name]?.current ?? 0, held);
      ensure(now <= highest + 1e-9, () => `${highest} A becomes ${now} A: ${reasonText(other[name]?.reasons ?? [])}`);
    }
  });
  holdsInHouses(300, holds);
}

function moreLoad({ settings, observation }: Twin, phase: number, more: number): Twin {
  const grid = observation.meters.Grid?.grid;
  if (grid === undefined || settings.phases <= phase) return { settings, observation };
  const [l1, l2, l3] = grid.currents.map((current, i) =>
    current === null ? null : current + (i === phase ? more : 0),
  );
  const loaded = {
    ...grid,
    power: (grid.power ?? 0) + more * 230,
    currents: [l1 ?? null, l2 ?? null, l3 ?? null] as const,
  };
  return {
    settings,
    observation: {
      ...observation,
      meters: { ...observation.meters, Grid: { ...observation.meters.Grid, grid: loaded } },
    },
  };
}

test.each([0, 1, 2])("more load on phase %i never gives a charger more", (phase) =>
  metamorphic((twin) => moreLoad(twin, phase, 5)),
);

test("a smaller fuse never gives a charger more", () =>
  metamorphic(({ settings, observation }) => {
    const circuits = settings.circuits.map((each) => ({ ...each, limit: each.limit - 4 }));
    const highest = Math.max(
      ...(observation.meters.Grid?.grid?.currents ?? []).map((current) => Math.abs(current ?? 0)),
    );
    const isBelievable = highest <= 3 * (circuits[0]?.limit ?? 0);
    return { observation, settings: isBelievable ? { ...settings, circuits } : settings };
  }));

test("a limit of the grid operator never gives a charger more", () =>
  metamorphic(({ settings, observation }) => ({ settings, observation: { ...observation, powerLimit: 0 } })));

test("a reading that fails never gives a charger more than it has or would get", () =>
  metamorphic(({ settings, observation }) => ({
    settings,
    observation: { ...observation, meters: { ...observation.meters, Grid: null } },
  })));
