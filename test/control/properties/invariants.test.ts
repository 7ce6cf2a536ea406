/** What holds in every pass, in whatever house and whatever happens. */

import * as fc from "fast-check";
import type { ChargerMemory } from "../../../src/control/observe/charger-memory.js";
import type { ChargerSettings } from "../../../src/control/settings.js";
import type { Decision } from "../../../src/model/commands.js";
import { phaseIndexes } from "../../../src/model/phases.js";
import type { Reason, ReasonCode } from "../../../src/model/reasons.js";
import { reasonText } from "../../../src/texts/decision-text.js";
import { pass } from "../support.js";
import { ensure, holdsInHouses, tellHouses } from "./ensure.js";
import { houses, stories, World, type Happening } from "./world.js";

afterAll(tellHouses);

/** Looks at the world after each pass, and complains. */
type Watch = (world: World, happening: Happening) => void;

/** Lives through random stories, watched by all that is told here. */
function always(...prepare: readonly (() => Watch)[]) {
  return fc.property(houses, stories, (settings, story) => {
    const world = new World(settings);
    const watches = prepare.map((begin) => begin());
    for (const happening of story) {
      world.live(happening);
      for (const watch of watches) watch(world, happening);
    }
  });
}

function reported(name: string, { current, phases, reasons }: Decision): string {
  return `${name}: ${current} A on ${phases}, ${reasonText(reasons)}`;
}

/** The most that charger, cable and owner allow. A */
function highest({ maxCurrent }: ChargerSettings, memory: ChargerMemory | undefined, phases: number): number {
  const { cap, powerLimit } = memory?.persistent ?? {};
  const cable = memory?.reading?.cableEncoding ?? 0;
  return Math.min(
    maxCurrent,
    cap ?? Infinity,
    cable >= 6 ? cable : Infinity,
    (powerLimit ?? Infinity) / (230 * phases),
  );
}

/** A set-point is 0 or possible. */
function possible(): Watch {
  return ({ settings, decisions, memory }) => {
    for (const charger of settings.chargers) {
      const { name, minCurrent, step } = charger;
      const decision = decisions[name];
      if (decision === undefined) throw new Error(`nothing was decided for ${name}`);
      const { allowCharging, current, phases } = decision;
      const why = () => reported(name, decision);
      ensure(Object.keys(decision).sort().join() === "allowCharging,current,phases,reasons", why);
      ensure(allowCharging === current > 0, why);
      ensure(phases === 1 || phases === 3, why);
      if (current === 0) continue;
      ensure(current >= minCurrent && current <= highest(charger, memory.chargers[name], phases) + 1e-9, why);
      ensure(Math.abs(current / step - Math.round(current / step)) < 1e-6, why);
    }
  };
}

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

/** Without fresh and trusted currents of the grid nothing is raised or started; after 15 s failsafe at most. */
function onlyOnFreshData(): Watch {
  const watch = watchMeter();
  return (world, happening) => {
    const { age, doubted } = watch(world, happening);
    for (const { name } of world.settings.chargers) {
      const before = world.previous[name];
      const after = world.decisions[name];
      if (before === undefined || after === undefined) continue;
      ensure(age <= 15_000 || after.current <= world.settings.failsafeCurrent, () => reported(name, after));
      if (age <= 10_000 && !doubted) continue;
      ensure(after.current <= before.current, () => reported(name, after));
      ensure(after.current === 0 || after.phases <= before.phases, () => reported(name, after));
    }
  };
}

/** After a person's stop nothing starts until a person's start or the plug is pulled. */
function stopsStay(): Watch {
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
}

function isOfSurplus(reason: Reason): boolean {
  return "surplus" in reason || reason.code === "surplus-unknown";
}

/** After a person's start no lack of sun ends the charge, until the plug is pulled or a person says otherwise. */
function startsStay(): Watch {
  return ({ settings, decisions, memory, previous }) => {
    for (const { name } of settings.chargers) {
      const after = decisions[name];
      if (memory.chargers[name]?.persistent.manual?.kind !== "start" || after === undefined) continue;
      if ((previous[name]?.current ?? 0) === 0 || after.current > 0) continue;
      ensure(!after.reasons.some(isOfSurplus), () => reported(name, after));
    }
  };
}

/** The grid operator's limit holds in every pass for all that answer. */
function gridLimitHolds(): Watch {
  return ({ settings, decisions, memory, time }) => {
    const { powerLimit } = memory;
    if (powerLimit === null) return;
    const answering = settings.chargers.filter(({ name }) => time - (memory.chargers[name]?.at ?? 0) <= 30_000);
    const power = answering.reduce((sum, { name }) => sum + 230 * (decisions[name]?.current ?? 0), 0);
    ensure(power <= powerLimit + 1, () => `${power} W of ${powerLimit} W`);
  };
}

/** An alarm of a residual-current monitor stops all in the same pass, and until a person starts again. */
function alarmsStop(): Watch {
  let latched = false;
  return ({ settings, observation, decisions }, { monitor }) => {
    if (settings.monitors.length === 0) return;
    const started = Object.values(observation.commands).some(({ allowCharging }) => allowCharging === true);
    if (monitor === "alarm") latched = true;
    else if (started) latched = false;
    for (const [name, decision] of Object.entries(decisions))
      ensure(!latched || decision.current === 0, () => reported(name, decision));
  };
}

function isLoss(reason: Reason): boolean {
  if (reason.code === "no-increase") return ["charger-late", "charger-silent"].includes(reason.problem.code);
  return reason.code === "failsafe" || reason.code === "monitor-silent";
}

/** Nobody who merely looks lowers a current twice: without any news all stays, until a reading is too old. */
function oneDecreasePerReading(): Watch {
  return ({ settings, memory, decisions, time }) => {
    const again = pass(settings, memory, { time: time + 1, meters: {}, chargers: {}, commands: {} }).decisions;
    const currents = settings.chargers.map(({ name }) => [decisions[name]?.current ?? 0, again[name]?.current ?? 0]);
    // Who shares with others gives up what another one gets.
    if (currents.some(([first = 0, second = 0]) => second > first)) return;
    for (const { name } of settings.chargers) {
      const [first, second] = [decisions[name], again[name]];
      if (first === undefined || second === undefined) continue;
      // Time alone ends trust in meters, chargers and monitors.
      const justLost = second.reasons.some(isLoss);
      ensure(
        justLost || second.current >= first.current,
        () => `${reported(name, first)} becomes ${reported(name, second)}`,
      );
    }
  };
}

/** A pause of ours lasts as long as it shall, unless a person ends it. */
function pausesLast(): Watch {
  const pausedAt = new Map<string, number>();
  return ({ settings, previous, decisions, observation, time, memory }) => {
    for (const { name } of settings.chargers) {
      const [before, after] = [previous[name]?.current ?? 0, decisions[name]?.current ?? 0];
      const reading = observation.chargers[name];
      if (observation.commands[name] !== undefined || reading?.state === "disconnected") pausedAt.delete(name);
      const paused = pausedAt.get(name);
      const byHand = memory.chargers[name]?.persistent.manual?.kind === "start";
      if (before === 0 && after > 0 && paused !== undefined && !byHand)
        ensure(time - paused >= settings.minimumPause, () => `${name} starts after ${(time - paused) / 1_000} s`);
      if (before > 0 && after === 0 && memory.chargers[name]?.persistent.pausedAt === time) pausedAt.set(name, time);
    }
  };
}

/** What says what ends a pause, or what a person can do about it. */
const explainsPause: ReadonlySet<ReasonCode> = new Set<ReasonCode>([
  "below-minimum",
  "charger-fault",
  "charger-not-heard",
  "clamps-reversed",
  "clamps-swapped",
  "failsafe",
  "minimum-pause",
  "mode-off",
  "monitor-not-heard",
  "monitor-silent",
  "no-increase",
  "no-vehicle",
  "nothing-scheduled",
  "plug-state-unknown",
  "residual-current-alarm",
  "session-limit-reached",
  "starts-too-often",
  "stopped-by-hand",
  "stopped-until-start",
  "surplus-ended",
  "surplus-too-low",
  "surplus-too-new",
  "surplus-too-unsteady",
  "tag-missing",
  "tag-unknown",
  "timed-start-over",
  "waits-for-schedule",
  "wiring-test",
  "wiring-test-running",
  "wiring-test-small-increase",
]);

/** Every decision has one sentence that a person can read, and a pause says what would end it. */
function reasonsAreClear(): Watch {
  return ({ decisions }) => {
    for (const [name, decision] of Object.entries(decisions)) {
      const { reasons, current } = decision;
      const reason = reasonText(reasons);
      ensure(/^\S.*[^\s.;:,]$/.test(reason) && reason.length <= 160, () => reported(name, decision));
      ensure(!/NaN|Infinity|undefined|null|\[object|-0 /.test(reason), () => reported(name, decision));
      ensure(current > 0 || reasons.some(({ code }) => explainsPause.has(code)), () => reported(name, decision));
    }
  };
}

/** Memory survives JSON: the next decisions are the same. */
function memorySurvives(): Watch {
  return ({ settings, before, observation, decisions }) => {
    const kept: typeof before = JSON.parse(JSON.stringify(before));
    const again = JSON.stringify(pass(settings, kept, observation).decisions);
    ensure(again === JSON.stringify(decisions), () => again);
  };
}

test("whatever happens: set-points, freshness, people's will, limits, alarms, pauses, reasons", () => {
  const watches = [
    possible,
    onlyOnFreshData,
    stopsStay,
    startsStay,
    gridLimitHolds,
    alarmsStop,
    pausesLast,
    reasonsAreClear,
  ];
  holdsInHouses(6_800, always(...watches));
});

test("looking twice changes nothing", () => holdsInHouses(400, always(oneDecreasePerReading)));

test("memory survives JSON", () => holdsInHouses(200, always(memorySurvives)));
