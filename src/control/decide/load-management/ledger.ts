/** What has been allotted to each charger, and what that leaves of every circuit and of the site's power limit. */

import type { PerPhase, PhaseIndex } from "../../../model/phases.js";
import type { Headroom } from "../../estimate/headroom.js";
import type { ChargerFacts, Situation } from "../../estimate/situation.js";
import type { Setpoint } from "../setpoint.js";

/** A charger and its path of circuits. */
export interface Share {
  readonly charger: ChargerFacts;
  readonly setpoint: Setpoint;
  /** Phases of the site that its setpoint loads. */
  readonly loads: readonly PhaseIndex[];
  /** Those that it does not load yet: on them only headroom that has lasted counts. */
  readonly newLoads: readonly PhaseIndex[];
  /** The circuits that feed it, the innermost first. */
  readonly path: readonly Headroom[];
}

/** A circuit, its capacity, and what of it is used, in A per phase. */
interface Account {
  readonly circuit: Headroom;
  readonly capacity: PerPhase<number>;
  readonly used: [number, number, number];
}

/** The circuit and phase with the least left for a charger. */
interface Tightest {
  readonly circuit: Headroom;
  readonly phase: PhaseIndex;
  /** A per phase of the charger */
  readonly left: number;
  /** A that other chargers have of it. */
  readonly shared: number;
}

/** What has been allotted in one round of load management. */
export class Ledger {
  readonly #capacity: (circuit: Headroom) => PerPhase<number>;
  readonly #voltage: number;
  readonly #accounts = new Map<Headroom, Account>();
  readonly #paths = new Map<readonly Headroom[], readonly Account[]>();
  /** W that the site's power limit leaves; ∞ without one. */
  budget: number;

  /** @param capacity A per phase of a circuit, for chargers that load the phase already */
  constructor({ memory, voltage, chargers }: Situation, capacity: (circuit: Headroom) => PerPhase<number>) {
    this.#capacity = capacity;
    this.#voltage = voltage;
    const { powerLimit } = memory;
    this.budget = powerLimit === null ? Infinity : powerLimit - excessDraw(chargers) * voltage;
  }

  /** The entry of a charger, with nothing allotted. */
  open(share: Share): Entry {
    const wattsPerAmpere =
      this.#voltage * share.charger.activePhases(share.setpoint.phases) * share.charger.overdrawRatio;
    return new Entry(this, share, this.#accountsOf(share.path), wattsPerAmpere);
  }

  /** Reserves A of a phase that no charger may have. */
  reserve(path: readonly Headroom[], phase: PhaseIndex, current: number): void {
    for (const { used } of this.#accountsOf(path)) used[phase] += current;
  }

  /** Cached: chargers on one circuit share their path. */
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
      account = { circuit, capacity: this.#capacity(circuit), used: [0, 0, 0] };
      this.#accounts.set(circuit, account);
    }
    return account;
  }
}

/** What one charger has been allotted, and could have beyond that. */
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

  /** A per phase that it could have beyond what is allotted. */
  get headroom(): number {
    let least = this.ofBudget;
    for (const account of this.#accounts)
      for (const phase of this.#share.loads) least = Math.min(least, this.#leftIn(account, phase));
    return least;
  }

  /** The circuit and phase with the least left for it; `null`: no circuit feeds it. */
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

  /** Whether a condition holds for each of its circuits. `left`: A per phase, the least that the circuit has for it. */
  everyCircuit(holds: (circuit: Headroom, left: number) => boolean): boolean {
    return this.#accounts.every((account) =>
      holds(account.circuit, Math.min(...this.#share.loads.map((phase) => this.#leftIn(account, phase)))),
    );
  }

  /** A per phase that the site's power limit leaves for it. */
  get ofBudget(): number {
    return this.#ledger.budget / this.#wattsPerAmpere;
  }

  #leftIn({ circuit, capacity, used }: Account, phase: PhaseIndex): number {
    const available = this.#share.newLoads.includes(phase) ? circuit.toRaise : capacity;
    return (available[phase] - used[phase]) / this.#share.charger.overdrawRatio;
  }
}

/** A, on all phases together, that chargers draw beyond their commands: no other may have them. */
function excessDraw(chargers: readonly ChargerFacts[]): number {
  return chargers.reduce((sum, { silent, memory: { beyond } }) => {
    return silent ? sum : sum + beyond[0] + beyond[1] + beyond[2];
  }, 0);
}
