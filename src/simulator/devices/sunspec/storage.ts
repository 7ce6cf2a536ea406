/** The controls of a virtual battery (SunSpec model 124), with a timer after which it forgets what was written. */

import type { RegisterStore } from "../../servers/modbus/store.js";

/** Offsets from the model's id. */
const offsets = { mode: 5, outRate: 12, inRate: 13, reversion: 15, rateExponent: 25 } as const;

/** `StorCtl_Mod`: the limit on discharging holds. */
const discharge = 2;

/** %, in hundredths */
const fullRate = 10_000;

export class StorageControls {
  readonly #store: RegisterStore;
  readonly #at: number;
  readonly #now: () => number;
  #writtenAt = 0;

  /** @param at address of the model's id */
  constructor(store: RegisterStore, at: number, now: () => number) {
    this.#store = store;
    this.#at = at;
    this.#now = now;
    for (const offset of Object.values(offsets)) if (offset !== offsets.rateExponent) store.allowWrites(at + offset);
    store.setI16(at + offsets.rateExponent, -2);
    this.#forget();
    store.setU16(at + offsets.reversion, 0);
  }

  /** A write has come through: the timer begins anew. */
  written(address: number): void {
    if (Object.values(offsets).some((offset) => this.#at + offset === address)) this.#writtenAt = this.#now();
  }

  /** Lets the timer run out. */
  refresh(): void {
    const reversion = this.#store.word(this.#at + offsets.reversion);
    if (reversion > 0 && this.#now() - this.#writtenAt >= reversion * 1_000) this.#forget();
  }

  get blocksDischarge(): boolean {
    this.refresh();
    const { mode, outRate } = offsets;
    return (this.#store.word(this.#at + mode) & discharge) !== 0 && this.#store.word(this.#at + outRate) === 0;
  }

  #forget(): void {
    this.#store.setU16(this.#at + offsets.mode, 0);
    this.#store.setU16(this.#at + offsets.outRate, fullRate);
    this.#store.setU16(this.#at + offsets.inRate, fullRate);
  }
}
