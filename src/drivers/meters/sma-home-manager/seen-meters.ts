/** The SMA meters seen on the network, and which datagrams are new ones of the configured meter. */

import type { Datagram } from "./datagram.js";

/** ms without a datagram after which a meter is forgotten. */
const forgottenAfter = 60_000;
/** ms that a datagram may have been overtaken by others; a ticker further behind is one that began anew. */
const overtaken = 5_000;
/** More are not remembered. */
const mostMeters = 32;

interface SeenMeter {
  readonly serial: number;
  readonly ticker: number;
  /** ms since 1970 */
  readonly at: number;
}

export class SeenMeters {
  readonly #wanted: number | undefined;
  readonly #seen = new Map<string, SeenMeter>();

  /** @param wanted serial number; `undefined`: the one that there is */
  constructor(wanted: number | undefined) {
    this.#wanted = wanted;
  }

  /** Whether it is a new datagram of the configured meter. Without a serial number, and with several meters, none is. */
  accepts({ susyId, serial, ticker }: Datagram, now: number): boolean {
    const identity = `${susyId}/${serial}`;
    for (const [key, { at }] of this.#seen) if (now - at >= forgottenAfter) this.#seen.delete(key);
    const before = this.#seen.get(identity);
    if (before && isOvertaken(ticker, before.ticker)) return false;
    if (before || this.#seen.size < mostMeters) this.#seen.set(identity, { serial, ticker, at: now });
    return this.#wanted === undefined ? this.#seen.size === 1 && this.#seen.has(identity) : serial === this.#wanted;
  }

  /** Serial numbers, in order. */
  get serials(): readonly number[] {
    return [...new Set([...this.#seen.values()].map(({ serial }) => serial))].sort((a, b) => a - b);
  }
}

function isOvertaken(ticker: number, before: number): boolean {
  const behind = (before - ticker + 2 ** 32) % 2 ** 32;
  return behind > 0 && behind <= overtaken;
}
