/** What a device that pushes has reported: the newest of each value, its age, and what the current burst holds. */

/** ms that a power stays good for sums and signs; devices report it, or are asked for it, long before. */
export const powerLifetime = 15_000;

interface Report {
  /** `null`: reported, but as nothing that makes sense. */
  readonly value: number | null;
  /** ms since 1970 */
  readonly at: number;
}

/**
 * The newest report of each value replaces the one before, also when it is `null`: a value that became unreadable is
 * unknown, however good the last one was. A burst is what was reported since `endBurst`.
 */
export class KnownValues<Name> {
  readonly #reports = new Map<Name, Report>();
  readonly #burst = new Set<Name>();

  add(name: Name, value: number | null, now: number): void {
    this.#reports.set(name, { value, at: now });
    this.#burst.add(name);
  }

  /** The newest value if it is younger than `lifetime` ms; `null`: unknown or too old. */
  value(name: Name, now: number, lifetime = Infinity): number | null {
    const report = this.#reports.get(name);
    return report && now - report.at < lifetime ? report.value : null;
  }

  /** Whether the value was reported in the current burst, be it as `null`. */
  isNew(name: Name): boolean {
    return this.#burst.has(name);
  }

  /** The value if it was reported in the current burst. */
  newValue(name: Name): number | null {
    return this.isNew(name) ? (this.#reports.get(name)?.value ?? null) : null;
  }

  /** ms since 1970 of the newest report, be it `null`; `null`: there is none. */
  reportedAt(name: Name): number | null {
    return this.#reports.get(name)?.at ?? null;
  }

  endBurst(): void {
    this.#burst.clear();
  }

  /** Forgets one value, as if it had never been reported. */
  drop(name: Name): void {
    this.#reports.delete(name);
    this.#burst.delete(name);
  }

  forget(): void {
    this.#reports.clear();
    this.#burst.clear();
  }
}
