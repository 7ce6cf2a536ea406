/** What holds in every pass, in whatever house and whatever happens. */

import * as fc from "fast-check";
import { pass } from "../../../src/control/pass.js";
import type { ChargerMemory } from "../../../src/control/memory.js";
import type { ChargerSettings } from "../../../src/control/settings.js";
import type { Decision } from "../../../src/model/commands.js";
import { phaseIndexes } from "../../../src/model/phases.js";
import { ensure } from "./ensure.js";
import { houses, stories, type Happening, World } from "./world.js";

/** Lives through random stories and looks at the world after each pass. */
function always(prepare: () => (world: World, happening: Happening) => void): void {
  const lives = fc.property(houses, stories, (settings, story) => {
    const world = new World(settings);
    const look = prepare();
    for (const happening of story) {
      world.live(happening);
      look(world, happening);
    }
  });
  fc.assert(lives, { numRuns: 300, seed: 2_026 });
}

function said(name: string, { current, phases, reason }: Decision): string {
  return `${name}: ${current} A on ${phases}, ${reason}`;
}

/** The most that charger, cable and owner allow. A */
function highest({ maxCurrent }: ChargerSettings, memory: ChargerMemory | undefined, phases: number): number {
  const { cap, powerLimit } = memory?.lasting ?? {};
  const cable = memory?.reading?.cableEncoding ?? 0;
  return Math.min(
    maxCurrent,
    cap ?? Infinity,
    cable >= 6 ? cable : Infinity,
    (powerLimit ?? Infinity) / (230 * phases),
  );
}

test("a set-point is 0 or possible, and says why", () =>
  always(() => ({ settings, decisions, memory }) => {
    for (const charger of settings.chargers) {
      const { name, minCurrent, step } = charger;
      const decision = decisions[name];
      if (decision === undefined) throw new Error(`nothing was decided for ${name}`);
      const { allowCharging, current, phases, reason } = decision;
      const why = () => said(name, decision);
      ensure(Object.keys(decision).sort().join() === "allowCharging,current,phases,reason", why);
      ensure(allowCharging === current > 0 && reason.length > 0, why);
      ensure(!/NaN|Infinity|undefined|null/.test(reason), why);
      ensure(phases === 1 || phases === 3, why);
      if (current === 0) continue;
      ensure(current >= minCurrent && current <= highest(charger, memory.chargers[name], phases) + 1e-9, why);
      ensure(Math.abs(current / step - Math.round(current / step)) < 1e-6, why);
    }
  }));

/** How old the readings are that the fuse is guarded with. */
function watchMeter() {
  const currentsAt = [-Infinity, -Infinity, -Infinity];
  let powerAt = -Infinity;
  let doubted = false;
  return ({ time, settings, observation }: World, { meter }: Happening) => {
    const told = meter === "absurd" ? undefined : observation.meters.Grid?.grid;
    for (const i of phaseIndexes) if (typeof told?.currents[i] === "number") currentsAt[i] = time;
    if (typeof told?.power === "number") powerAt = time;
    if (meter !== "left out") doubted = meter === "failed" || meter === "absurd";
    const tellsPowerOnly = currentsAt.every((at) => at === -Infinity);
    const oldest = tellsPowerOnly ? powerAt : Math.min(...currentsAt.slice(0, settings.phases));
    return { age: time - oldest, doubted };
  };
}

test("without fresh and trusted currents of the grid nothing is raised or started", () =>
  always(() => {
    const watch = watchMeter();
    return (world, happening) => {
      const { age, doubted } = watch(world, happening);
      if (age <= 10_000 && !doubted) return;
      for (const { name } of world.settings.chargers) {
        const before = world.previous[name];
        const after = world.decisions[name];
        if (before === undefined || after === undefined) continue;
        ensure(after.current <= before.current, () => said(name, after));
        ensure(after.current === 0 || after.phases <= before.phases, () => said(name, after));
      }
    };
  }));

test("15 s without the currents of the grid: the failsafe current at most", () =>
  always(() => {
    const watch = watchMeter();
    return (world, happening) => {
      if (watch(world, happening).age <= 15_000) return;
      for (const [name, decision] of Object.entries(world.decisions))
        ensure(decision.current <= world.settings.failsafeCurrent, () => said(name, decision));
    };
  }));

test("after a person's stop nothing starts until a person's start or the plug is pulled", () =>
  always(() => {
    const stopped = new Set<string>();
    return ({ settings, observation, decisions }) => {
      for (const { name } of settings.chargers) {
        const reading = observation.chargers[name];
        const { allowCharging } = observation.commands[name] ?? {};
        const startedThere = (reading?.enabled ?? reading?.allowCharging) === true;
        if (reading?.state === "disconnected" || startedThere || allowCharging === true) stopped.delete(name);
        if (allowCharging === false) stopped.add(name);
        ensure(!stopped.has(name) || decisions[name]?.current === 0, () => `${name} starts`);
      }
    };
  }));

test("the grid operator's limit holds in every pass for all that answer", () =>
  always(() => ({ settings, decisions, memory, time }) => {
    const { powerLimit } = memory;
    if (powerLimit === null) return;
    const answering = settings.chargers.filter(({ name }) => time - (memory.chargers[name]?.at ?? 0) <= 30_000);
    const power = answering.reduce((sum, { name }) => sum + 230 * (decisions[name]?.current ?? 0), 0);
    ensure(power <= powerLimit + 1, () => `${power} W of ${powerLimit} W`);
  }));

test("memory survives JSON: the next decisions are the same", () =>
  always(() => ({ settings, before, observation, decisions }) => {
    const kept: typeof before = JSON.parse(JSON.stringify(before));
    const again = JSON.stringify(pass(settings, kept, observation).decisions);
    ensure(again === JSON.stringify(decisions), () => again);
  }));
