/** What has been given to each charger, and what that leaves of every circuit and of the grid operator's limit. */

import type { PerPhase, PhaseIndex } from "../../../model/phases.js";
import type { Headroom } from "../../estimate/headroom.js";
import type { ChargerFacts, Situation } from "../../estimate/situation.js";
import type { Setpoint } from "../setpoint.js";

/** A charger that shares in the circuits it hangs on. */
export interface Share {
  readonly charger: ChargerFacts;
  readonly setpoint: Setpoint;
  /** Phases of the house that it would load. */
  readonly loads: readonly PhaseIndex[];
  /** Those that it does not load yet: on them all room must have lasted. */
  readonly newLoads: readonly PhaseIndex[];
  /** The circuits that it hangs on, the innermost first. */
  readonly path: readonly Headroom[];
}

/** A circuit, and what of it has been given away, in A per phase. */
interface Account {
  readonly circuit: Headroom;
  readonly whole: PerPhase<number>;
  readonly used: [number, number, number];
}

export class Ledger {
  readonly #capacity: (circuit: Headroom) => PerPhase<number>;
  readonly #voltage: number;
  readonly #accounts = new Map<Headroom, Account>();
  readonly #paths = new Map<readonly Headroom[], readonly Account[]>();
  /** W that the grid operator's limit leaves. */
  budget: number;

  /** @param capacity A per phase that a circuit has for those that load the phase already */
  constructor({ memory, voltage, chargers }: Situation, capacity: (circuit: Headroom) => PerPhase<number>) {
    this.#capacity = capacity;
    this.#voltage = voltage;
    const { powerLimit } = memory;
    this.budget = powerLimit === null ? Infinity : powerLimit - excessDraw(chargers) * voltage;
  }

  /** Where it is written down what this charger is given. */
  open(share: Share): Entry {
    const wattsPerAmpere =
      this.#voltage * share.charger.activePhases(share.setpoint.phases) * share.charger.overdrawRatio;
    return new Entry(this, share, this.#accountsOf(share.path), wattsPerAmpere);
  }

  /** Keeps so many A of a phase for nobody. */
  reserve(path: readonly Headroom[], phase: PhaseIndex, current: number): void {
    for (const { used } of this.#accountsOf(path)) used[phase] += current;
  }

  /** The same ones for all chargers on one circuit. */
  #accountsOf(path: readonly Headroom[]): readonly Account[] {
    let accounts = this.#paths.get(path);
    if (accounts === undefined) {
      accounts = path.map((circuit) => this.#accountOf(circuit));
      this.#paths.set(path, accounts);
    }
    return accounts;
  }

  #accountOf(circuit: Headroom): Account {
    let account = this.#accounts.get(circuit);
    if (account === undefined) {
      account = { circuit, whole: this.#capacity(circuit), used: [0, 0, 0] };
      this.#accounts.set(circuit, account);
    }
    return account;
  }
}

interface Tightest {
  readonly circuit: Headroom;
  readonly phase: PhaseIndex;
  readonly left: number;
  /** What other chargers have of it. */
  readonly shared: number;
}

/** What one charger has been given, and could have beyond that. */
export class Entry {
  /** A per phase */
  allotted = 0;
  readonly #ledger: Ledger;
  readonly #share: Share;
  readonly #accounts: readonly Account[];
  readonly #wattsPerAmpere: number;

  constructor(ledger: Ledger, share: Share, accounts: readonly Account[], wattsPerAmpere: number) {
    this.#ledger = ledger;
    this.#share = share;
    this.#accounts = accounts;
    this.#wattsPerAmpere = wattsPerAmpere;
  }

  /** Gives it this much more, in A per phase. */
  allot(more: number): void {
    const { loads, charger } = this.#share;
    this.allotted += more;
    this.#ledger.budget -= more * this.#wattsPerAmpere;
    for (const { used } of this.#accounts) for (const phase of loads) used[phase] += more * charger.overdrawRatio;
  }

  /** A per phase that it could have beyond what it was given. */
  get headroom(): number {
    let least = this.ofBudget;
    for (const account of this.#accounts)
      for (const phase of this.#share.loads) least = Math.min(least, this.#leftIn(account, phase));
    return least;
  }

  /** The circuit and phase that have least left for it, in A; `null`: it hangs on none. */
  get tightest(): Tightest | null {
    let tightest: Tightest | null = null;
    for (const account of this.#accounts)
      for (const phase of this.#share.loads) {
        const left = this.#leftIn(account, phase);
        if (tightest !== null && left >= tightest.left) continue;
        const shared = account.used[phase] - this.allotted * this.#share.charger.overdrawRatio;
        tightest = { circuit: account.circuit, phase, left, shared };
      }
    return tightest;
  }

  /** Whether something holds of each of its circuits, by what that has least left for it, in A. */
  everyCircuit(holds: (circuit: Headroom, left: number) => boolean): boolean {
    return this.#accounts.every((account) =>
      holds(account.circuit, Math.min(...this.#share.loads.map((phase) => this.#leftIn(account, phase)))),
    );
  }

  /** A per phase that the grid operator's limit has left for it. */
  get ofBudget(): number {
    return this.#ledger.budget / this.#wattsPerAmpere;
  }

  #leftIn({ circuit, whole, used }: Account, phase: PhaseIndex): number {
    const capacity = this.#share.newLoads.includes(phase) ? circuit.toRaise : whole;
    return (capacity[phase] - used[phase]) / this.#share.charger.overdrawRatio;
  }
}

/** A, on all phases together, that chargers draw beyond what they are told: nobody else may have them. */
function excessDraw(chargers: readonly ChargerFacts[]): number {
  return chargers.reduce((sum, { silent, memory: { beyond } }) => {
    return silent ? sum : sum + beyond[0] + beyond[1] + beyond[2];
  }, 0);
}
