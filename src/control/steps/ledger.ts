/** What has been given to each charger, and what that leaves of every circuit and of the grid operator's limit. */

import type { PhaseIndex } from "../../model/phases.js";
import type { Room } from "../room.js";
import type { ChargerFacts, Situation } from "../situation.js";
import type { Wish } from "./wish.js";

/** A charger that shares in the circuits it hangs on. */
export interface Share {
  readonly charger: ChargerFacts;
  readonly wish: Wish;
  /** Phases of the house that it would load. */
  readonly loads: readonly PhaseIndex[];
  /** Phases that it loads already. */
  readonly held: readonly PhaseIndex[];
  /** The circuits that it hangs on, the innermost first. */
  readonly path: readonly Room[];
}

export class Ledger {
  readonly #capacity: "toStay" | "toRaise";
  readonly #voltage: number;
  readonly #given = new Map<Share, number>();
  readonly #used = new Map<string, [number, number, number]>();
  /** W */
  #budget: number;

  /** @param capacity which room of the circuits counts */
  constructor({ memory, voltage }: Situation, capacity: "toStay" | "toRaise") {
    this.#capacity = capacity;
    this.#voltage = voltage;
    this.#budget = memory.powerLimit ?? Infinity;
  }

  /** A per phase */
  given(share: Share): number {
    return this.#given.get(share) ?? 0;
  }

  /** Gives it this much more, in A per phase. */
  give(share: Share, more: number): void {
    this.#given.set(share, this.given(share) + more);
    this.#budget -= more * this.#wattsPerAmpere(share);
    for (const { name } of share.path) {
      const used = this.#used.get(name) ?? [0, 0, 0];
      for (const phase of share.loads) used[phase] += more * share.charger.greed;
      this.#used.set(name, used);
    }
  }

  /** A per phase that it could have beyond what it was given. */
  room(share: Share): number {
    const onCircuits = share.path.flatMap((circuit) => share.loads.map((phase) => this.leftOn(circuit, phase, share)));
    return Math.min(this.budgetFor(share), ...onCircuits);
  }

  /** A that a circuit has left for it on a phase. On a phase that it does not load yet, all room must have lasted. */
  leftOn(circuit: Room, phase: PhaseIndex, { held, charger }: Share): number {
    const whole = held.includes(phase) || charger.holding.current === 0 ? circuit[this.#capacity] : circuit.toRaise;
    return (whole[phase] - (this.#used.get(circuit.name)?.[phase] ?? 0)) / charger.greed;
  }

  /** A per phase that the grid operator's limit has left for it. */
  budgetFor(share: Share): number {
    return this.#budget / this.#wattsPerAmpere(share);
  }

  #wattsPerAmpere({ charger, wish }: Share): number {
    return this.#voltage * charger.activePhases(wish.phases) * charger.greed;
  }
}
