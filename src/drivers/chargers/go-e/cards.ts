/** The RFID cards that a go-e charger knows, and the one that opened the session. */

import type { Clock } from "../../../model/clock.js";
import { DeviceError } from "../../../model/errors.js";
import { atMost } from "../../../transport/deadlines.js";
import { type Answer, answerOf, readField } from "../../decoding/fields.js";
import type { RouteV2 } from "./route.js";
import { textAt } from "./status.js";

/** Cards that a charger knows. */
export const mostCards = 10;

/** `cards` up to firmware 059 and since 60.3; a name for each card since 60.0 (API v2, "API_KEYS_FIRMWARE"). */
const listKey = "cards";
const nameKey = (card: number): string => `c${card - 1}n`;

/** Every key that a card's name can stand under. */
export const cardKeys: readonly string[] = [listKey, ...Array.from({ length: mostCards }, (_, i) => nameKey(i + 1))];

/** API v1: `uby` is the card, its name stands under one of these odd keys ("go-eCharger API v1 EN.md"). */
const nameKeysV1 = ["rna", "rnm", "rne", "rn4", "rn5", "rn6", "rn7", "rn8", "rn9", "rn1"] as const;

/** ms until a name is asked for again that did not come. */
const askAgain = 10_000;
/** ms that a reading waits for a name, which else is there with a later one. */
const longestWait = 1_000;

/** The name of the card that opened the session, or its number where it has none; `null`: there is none. */
export function tagV1(answer: Answer): string | null {
  const card = readField({ key: "uby", unit: "", range: [1, mostCards] }, answer);
  if (card === null) return null;
  const name = textAt(answer, nameKeysV1[card - 1] ?? "");
  return name === null || name === "n/a" ? String(card) : name;
}

/** Asks for the name of a card once for each session: names are too many to be asked for with every status. */
export class CardNames {
  readonly #status: RouteV2["status"];
  readonly #clock: Clock;
  #card: number | null = null;
  #name: string | null = null;
  #asking: Promise<void> | null = null;
  #askedAt = -Infinity;

  constructor(status: RouteV2["status"], clock: Clock) {
    this.#status = status;
    this.#clock = clock;
  }

  /** The name of the card that opened the session, or its number where it has none; `null`: none did, or not known yet. */
  async tagOf(transaction: number | null): Promise<string | null> {
    const card = transaction !== null && transaction >= 1 && transaction <= mostCards ? transaction : null;
    if (card !== this.#card) {
      this.#card = card;
      this.#name = null;
      this.#askedAt = -Infinity;
    }
    if (card === null || this.#name !== null) return this.#name;
    const now = this.#clock.now();
    if (this.#asking === null && now - this.#askedAt >= askAgain) {
      this.#askedAt = now;
      this.#asking = this.#ask(card).finally(() => (this.#asking = null));
    }
    if (this.#asking !== null) await atMost(this.#clock, longestWait, this.#asking);
    return this.#card === card ? this.#name : null;
  }

  async #ask(card: number): Promise<void> {
    try {
      const answer = answerOf(await this.#status([listKey, nameKey(card)]));
      if (answer === null || this.#card !== card || ![listKey, nameKey(card)].some((key) => answer.has(key))) return;
      this.#name = nameIn(answer, card) ?? String(card);
    } catch (error) {
      if (!(error instanceof DeviceError)) throw error;
    }
  }
}

function nameIn(answer: Answer, card: number): string | null {
  const list = answer.get(listKey);
  const entry = Array.isArray(list) ? answerOf(list[card - 1]) : null;
  return textAt(answer, nameKey(card)) ?? (entry && textAt(entry, "name"));
}
