/** What is left on each circuit for the chargers on it, and how far that can be relied on. */

import { perPhase, type PerPhase, type PhaseIndex } from "../../model/phases.js";
import { measuredPhases, hasCurrents, type BaseLoad, type BaseLoads } from "./base-load.js";
import { headroomMemory } from "../parameters.js";
import type { BaseLoadSample } from "../memory.js";
import { mainFuse, waysUp, type ChargerSettings, type CircuitSettings } from "../settings.js";
import { quantitiesOf, type Situation } from "./situation.js";
import { trustIn, type NeededMeasurement, type Trust } from "./trust.js";

export interface Headroom {
  readonly name: string;
  readonly parent: string | null;
  /** A per phase */
  readonly limit: number;
  /** A per phase for all chargers together, beyond which they have to be lowered now. */
  readonly toStay: PerPhase<number>;
  /** A per phase for all chargers together, up to which they may be raised. Never more than `toStay`. */
  readonly toRaise: PerPhase<number>;
  /** In each of its meters; none are needed where it has none. */
  readonly trusts: readonly Trust[];
}

/** The rooms on all circuits. */
export class Headrooms {
  readonly #ways: ReadonlyMap<string, readonly Headroom[]>;
  readonly #trusts = new Map<string, readonly Trust[]>();

  /** @param rooms parents before children */
  constructor(headrooms: readonly Headroom[]) {
    this.#ways = waysUp(headrooms);
    for (const [name, way] of this.#ways)
      this.#trusts.set(
        name,
        way.flatMap(({ trusts }) => trusts),
      );
  }

  /** On the circuits that a charger hangs on, from the innermost to the main fuse. */
  of({ circuit }: ChargerSettings): readonly Headroom[] {
    return this.#ways.get(circuit ?? mainFuse) ?? [];
  }

  /** How far they can be relied on. */
  trustsIn({ circuit }: ChargerSettings): readonly Trust[] {
    return this.#trusts.get(circuit ?? mainFuse) ?? [];
  }
}

export function headroomsOf(situation: Situation, baseLoads: BaseLoads): Headrooms {
  const { settings, memory, now } = situation;
  return new Headrooms(
    settings.circuits.map((circuit) => {
      const { name, parent, limit } = circuit;
      const lately = (memory.baseLoad[name] ?? []).filter(({ at }) => at >= now - headroomMemory);
      const { toStay, toRaise } = headroomBeside(baseLoads.get(name), lately, limit);
      return { name, parent, limit, toStay, toRaise, trusts: circuitTrusts(circuit, situation) };
    }),
  );
}

function headroomBeside(
  baseLoad: BaseLoad | undefined,
  lately: readonly BaseLoadSample[],
  limit: number,
): Pick<Headroom, "toStay" | "toRaise"> {
  const toStay = perPhase((i) => limit - (baseLoad?.low[i] ?? 0));
  const toRaise = perPhase((i) => {
    const highest = Math.max(baseLoad?.high[i] ?? 0, ...lately.map(({ high }) => high[i]));
    return Math.min(toStay[i], limit - highest);
  });
  return { toStay, toRaise };
}

/** The sample to remember of a circuit whose meter spoke in this pass; `null`: it did not. */
export function baseLoadSample(
  circuit: CircuitSettings,
  baseLoads: BaseLoads,
  { memory, now }: Situation,
): BaseLoadSample | null {
  const baseLoad = baseLoads.get(circuit.name);
  if (baseLoad === undefined || !circuit.meters.some((name) => memory.meters[name]?.at === now)) return null;
  return { at: now, high: baseLoad.high };
}

/** Phases on which a circuit is above its limit. */
export function overloadedPhases(circuit: CircuitSettings, { memory, settings }: Situation): readonly PhaseIndex[] {
  return measuredPhases(settings).filter((i) =>
    circuit.meters.some((name) => {
      const current = quantitiesOf(memory.meters[name])?.currents[i];
      return current !== null && current !== undefined && Math.abs(current.value) > circuit.limit;
    }),
  );
}

function circuitTrusts(
  { name: circuit, meters }: CircuitSettings,
  { memory, settings, now }: Situation,
): readonly Trust[] {
  if (meters.length === 0 && circuit === mainFuse) return [{ kind: "lost", problem: { code: "no-grid-meter" } }];
  return meters.map((name) => {
    const meter = memory.meters[name];
    const quantities = quantitiesOf(meter);
    const needed: readonly NeededMeasurement[] =
      quantities && !hasCurrents(quantities)
        ? [{ quantity: { kind: "power", role: null }, sample: quantities.power }]
        : measuredPhases(settings).map((phase) => ({
            quantity: { kind: "current", phase },
            sample: quantities?.currents[phase],
          }));
    return trustIn(name, meter, needed, now);
  });
}
