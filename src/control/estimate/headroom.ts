/** What is left on each circuit for the chargers on it, and how far that can be relied on. */

import { perPhase, type PerPhase, type PhaseIndex } from "../../model/phases.js";
import { measuredPhases, tellsCurrents, type Background, type Backgrounds } from "./base-load.js";
import { roomMemory } from "../parameters.js";
import type { BackgroundSample } from "../memory.js";
import { mainFuse, waysUp, type ChargerSettings, type CircuitSettings } from "../settings.js";
import { allOf, quantitiesOf, trustIn, type Situation, type Trust } from "./situation.js";

export interface Room {
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
export class Rooms {
  readonly #ways: ReadonlyMap<string, readonly Room[]>;
  readonly #trusts = new Map<string, readonly Trust[]>();

  /** @param rooms parents before children */
  constructor(rooms: readonly Room[]) {
    this.#ways = waysUp(rooms);
    for (const [name, way] of this.#ways)
      this.#trusts.set(
        name,
        way.map(({ trust }) => trust),
      );
  }

  /** On the circuits that a charger hangs on, from the innermost to the main fuse. */
  of({ circuit }: ChargerSettings): readonly Room[] {
    return this.#ways.get(circuit ?? mainFuse) ?? [];
  }

  /** How far they can be relied on. */
  trustsIn({ circuit }: ChargerSettings): readonly Trust[] {
    return this.#trusts.get(circuit ?? mainFuse) ?? [];
  }
}

export function roomsOf(situation: Situation, backgrounds: Backgrounds): Rooms {
  const { settings, memory, now } = situation;
  return new Rooms(
    settings.circuits.map((circuit) => {
      const { name, parent, limit } = circuit;
      const lately = (memory.background[name] ?? []).filter(({ at }) => at >= now - roomMemory);
      const { toStay, toRaise } = roomBeside(backgrounds.get(name), lately, limit);
      return { name, parent, limit, toStay, toRaise, trust: circuitTrust(circuit, situation) };
    }),
  );
}

function roomBeside(
  background: Background | undefined,
  lately: readonly BackgroundSample[],
  limit: number,
): Pick<Room, "toStay" | "toRaise"> {
  const toStay = perPhase((i) => limit - (background?.low[i] ?? 0));
  const toRaise = perPhase((i) => {
    const highest = Math.max(background?.high[i] ?? 0, ...lately.map(({ high }) => high[i]));
    return Math.min(toStay[i], limit - highest);
  });
  return { toStay, toRaise };
}

/** The sample to remember of a circuit whose meter spoke in this pass; `null`: it did not. */
export function backgroundSample(
  circuit: CircuitSettings,
  backgrounds: Backgrounds,
  { memory, now }: Situation,
): BackgroundSample | null {
  const background = backgrounds.get(circuit.name);
  if (background === undefined || !circuit.meters.some((name) => memory.meters[name]?.at === now)) return null;
  return { at: now, high: background.high };
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
      quantities && !tellsCurrents(quantities)
        ? [{ what: "the power", sample: quantities.power }]
        : measuredPhases(settings).map((i) => ({ what: `the current of L${i + 1}`, sample: quantities?.currents[i] }));
    return trustIn(name, meter, needed, now);
  });
  if (trusts.length === 0 && circuit === mainFuse)
    return { raise: false, stay: false, problem: "no meter measures the grid" };
  if (trusts.length === 0) return { raise: true, stay: true, problem: "" };
  return allOf(trusts);
}
