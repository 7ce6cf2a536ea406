/** What is left on each circuit for the chargers on it, and how far that can be relied on. */

import { perPhase, type PerPhase, type PhaseIndex } from "../../model/phases.js";
import { measuredPhases, hasCurrents } from "./base-load.js";
import { headroomMemory } from "../parameters.js";
import { mainFuse, waysUp, type ChargerSettings, type CircuitSettings } from "../settings.js";
import { type Situation } from "./situation.js";
import type { Trust } from "./trust.js";
import { allOf, trustIn } from "./trust.js";
import type { BaseLoad, BaseLoadSample } from "./samples.js";
import { quantitiesOf } from "../observe/meter-memory.js";

export interface Headroom {
  readonly name: string;
  readonly parent: string | null;
  /** A per phase */
  readonly limit: number;
  /** A per phase for all chargers together, beyond which they have to be lowered now. */
  readonly toStay: PerPhase<number>;
  /** A per phase for all chargers together, up to which they may be raised. Never more than `toStay`. */
  readonly toRaise: PerPhase<number>;
  readonly trust: Trust;
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
        way.map(({ trust }) => trust),
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

export function headroomsOf(situation: Situation): Headrooms {
  const { settings, memory, now } = situation;
  return new Headrooms(
    settings.circuits.map((circuit) => {
      const { name, parent, limit } = circuit;
      const { newest = null, samples = [] } = memory.baseLoad[name] ?? {};
      const lately = samples.filter(({ at }) => at >= now - headroomMemory);
      const { toStay, toRaise } = headroomBeside(newest, lately, limit);
      return { name, parent, limit, toStay, toRaise, trust: circuitTrust(circuit, situation) };
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

/** Phases on which a circuit is above its limit. */
export function overloadedPhases(circuit: CircuitSettings, { memory, settings }: Situation): readonly PhaseIndex[] {
  return measuredPhases(settings).filter((i) =>
    circuit.meters.some((name) => {
      const current = quantitiesOf(memory.meters[name])?.currents[i];
      return current !== null && current !== undefined && Math.abs(current.value) > circuit.limit;
    }),
  );
}

function circuitTrust({ name: circuit, meters }: CircuitSettings, { memory, settings, now }: Situation): Trust {
  const trusts = meters.map((name) => {
    const meter = memory.meters[name];
    const quantities = quantitiesOf(meter);
    const needed =
      quantities && !hasCurrents(quantities)
        ? [{ what: "the power", sample: quantities.power }]
        : measuredPhases(settings).map((i) => ({ what: `the current of L${i + 1}`, sample: quantities?.currents[i] }));
    return trustIn(name, meter, needed, now);
  });
  if (trusts.length === 0 && circuit === mainFuse)
    return { raise: false, stay: false, problem: "no meter measures the grid" };
  if (trusts.length === 0) return { raise: true, stay: true, problem: "" };
  return allOf(trusts);
}
