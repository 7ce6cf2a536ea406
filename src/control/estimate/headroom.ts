/** How much current each circuit has left for the chargers on it, and how far that can be trusted. */

import { perPhase, type PerPhase, type PhaseIndex } from "../../model/phases.js";
import { quantitiesOf } from "../observe/meter-memory.js";
import { headroomMemory } from "../parameters.js";
import { mainFuse, pathsUp, type ChargerSettings, type CircuitSettings } from "../settings.js";
import { hasCurrents, measuredPhases } from "./base-load.js";
import type { BaseLoad, BaseLoadSample } from "./samples.js";
import type { Situation } from "./situation.js";
import { trustIn, type NeededMeasurement, type Trust } from "./trust.js";

/** The headroom of one circuit. */
export interface Headroom {
  readonly name: string;
  readonly parent: string | null;
  /** A per phase */
  readonly limit: number;
  /** A per phase for all chargers together, above which they have to be lowered now. */
  readonly toStay: PerPhase<number>;
  /** A per phase for all chargers together, up to which they may be raised: what has lasted. At most `toStay`. */
  readonly toRaise: PerPhase<number>;
  /** Trust in each of its meters; empty for a circuit without any. */
  readonly trusts: readonly Trust[];
}

/** The headroom of all circuits. */
export class Headrooms {
  readonly #paths: ReadonlyMap<string, readonly Headroom[]>;
  readonly #trusts = new Map<string, readonly Trust[]>();

  /** @param headrooms parents before children */
  constructor(headrooms: readonly Headroom[]) {
    this.#paths = pathsUp(headrooms);
    for (const [name, path] of this.#paths)
      this.#trusts.set(
        name,
        path.flatMap(({ trusts }) => trusts),
      );
  }

  /** Of the circuits that feed a charger, from the innermost to the main fuse. */
  of({ circuit }: ChargerSettings): readonly Headroom[] {
    return this.#paths.get(circuit ?? mainFuse) ?? [];
  }

  /** Trust in all meters of the circuits that feed a charger. */
  trustsIn({ circuit }: ChargerSettings): readonly Trust[] {
    return this.#trusts.get(circuit ?? mainFuse) ?? [];
  }
}

export function headroomsOf(situation: Situation): Headrooms {
  const { settings, memory, now } = situation;
  return new Headrooms(
    settings.circuits.map((circuit) => {
      const { name, parent, limit } = circuit;
      const { newest = null, samples = [] } = memory.baseLoad[name] ?? {};
      const lately = samples.filter(({ at }) => at >= now - headroomMemory);
      const { toStay, toRaise } = headroomBeside(newest, lately, limit);
      return { name, parent, limit, toStay, toRaise, trusts: circuitTrusts(circuit, situation) };
    }),
  );
}

function headroomBeside(
  baseLoad: BaseLoad | null,
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

/** Phases on which one of the circuit's meters shows more than its limit. */
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
