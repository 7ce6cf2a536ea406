import type { Quantities } from "../../../src/model/readings.js";

/** What a meter holds, and what has to be read from it. */
export interface RegisterMeterFixture {
  /** Its name in the configuration. */
  readonly driver: string;
  /** Words in hex, from this address on. */
  readonly words: Readonly<Record<number, string>>;
  readonly reading: Quantities;
}
