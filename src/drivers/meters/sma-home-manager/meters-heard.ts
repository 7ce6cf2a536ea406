/** Which SMA meters are heard on the network, and which of their datagrams are new ones of the meter that is meant. */

import type { Datagram } from "./datagram.js";

/** ms after which a meter that is not heard any more is no longer thought of. */
const forgottenAfter = 60_000;
/** ms that a datagram may have been overtaken by others; a ticker further behind is one that began anew. */
const overtaken = 5_000;
/** More are not kept in mind. */
const mostMeters = 32;

interface Heard {
  readonly serial: number;
  readonly ticker: number;
  /** ms since 1970 */
  readonly at: number;
}

export class MetersHeard {
  readonly #wanted: number | undefined;
  readonly #heard = new Map<string, Heard>();

  /** @param wanted serial number; `undefined`: the one that there is */
  constructor(wanted: number | undefined) {
    this.#wanted = wanted;
  }

  /** Whether it is a new one of the meter that is meant. Where several could be meant, none is. */
  takes({ susyId, serial, ticker }: Datagram, now: number): boolean {
    const identity = `${susyId}/${serial}`;
    for (const [key, { at }] of this.#heard) if (now - at >= forgottenAfter) this.#heard.delete(key);
    const before = this.#heard.get(identity);
    if (before && isOvertaken(ticker, before.ticker)) return false;
    if (before || this.#heard.size < mostMeters) this.#heard.set(identity, { serial, ticker, at: now });
    return this.#wanted === undefined ? this.#heard.size === 1 && this.#heard.has(identity) : serial === this.#wanted;
  }

  /** Serial numbers, in order. */
  get serials(): readonly number[] {
    return [...new Set([...this.#heard.values()].map(({ serial }) => serial))].sort((a, b) => a - b);
  }
}

function isOvertaken(ticker: number, before: number): boolean {
  const behind = (before - ticker + 2 ** 32) % 2 ** 32;
  return behind > 0 && behind <= overtaken;
}
