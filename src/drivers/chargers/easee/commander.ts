/** Tells one charger what to do, and keeps what lowers its current until the cloud takes requests again. */

import type { Clock, Timer } from "../../../model/clock.js";
import { DeviceError, messageOf } from "../../../model/errors.js";
import type { Log } from "../../../model/log.js";
import type { EaseeAccount } from "./account.js";
import { CommandResponses, issuedIn, timeOf } from "./commands.js";
import { confirm } from "./confirmation.js";
import { NotNow } from "./gate.js";
import type { NumberName, ObservationStore } from "./observations.js";

export interface Command {
  /** Last part of its path, for people. */
  readonly operation: string;
  readonly path: string;
  readonly body: object;
  /** It lowers a current, ends it, or says the same once more: it goes first, and may come late. */
  readonly lowers: boolean;
  /** What the charger shows once it has done it. */
  readonly makes: Readonly<Partial<Record<NumberName, number>>>;
  /** What already tells that it is done; absent: exactly what it makes. */
  readonly enough?: number;
}

interface Parts {
  readonly device: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly account: EaseeAccount;
  readonly store: ObservationStore;
  /** Reads the charger's state into the store. Rejects with DeviceError. */
  refresh(): Promise<void>;
}

export class Commander {
  readonly responses = new CommandResponses();
  readonly #parts: Parts;
  readonly #closing = new AbortController();
  readonly #listeners = new Set<() => void>();
  /** What waits for the cloud: the newest wish, and only if it lowers. */
  #held: { readonly command: Command; readonly timer: Timer } | null = null;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** What the charger shows has changed. */
  changed(): void {
    for (const listener of this.#listeners) listener();
  }

  /**
   * Resolves once the charger has taken it over; rejects with DeviceError. What lowers a current and must not be sent
   * yet is sent as soon as it may be, unless something else was told meanwhile; what raises one is told anew by those
   * who still want it then.
   */
  async tell(command: Command): Promise<void> {
    this.#forget();
    try {
      await this.#send(command);
    } catch (error) {
      if (error instanceof NotNow && command.lowers) this.#hold(command, error.until);
      throw error;
    }
  }

  close(): void {
    this.#forget();
    this.#closing.abort();
  }

  async #send(command: Command): Promise<void> {
    const { device, account } = this.#parts;
    const { operation, path, body, lowers } = command;
    const answer = await account.request({ device, operation, path, body, urgency: lowers ? "lower" : "raise" });
    if (answer.status !== 202) return this.#done(command, answer.date ?? 0);
    const issued = issuedIn(answer.json);
    if (issued === null) {
      const what = `the Easee cloud answered ${operation} without saying what became of it`;
      throw new DeviceError({ code: "protocol", device, what, advice: "It is tried again by itself" });
    }
    const [latest = 0] = issued.map(timeOf).sort((a, b) => b - a);
    // Ticks of 0: there was nothing to do.
    const underWay = issued.filter(({ ticks }) => ticks > 0);
    await Promise.all(underWay.map((one) => confirm(one, this.#facts(command, timeOf(one)))));
    this.#done(command, underWay.length === 0 ? (answer.date ?? 0) : latest);
  }

  #facts(command: Command, since: number) {
    const { device, clock, account, refresh } = this.#parts;
    const closing = this.#closing.signal;
    return {
      device,
      clock,
      closing,
      operation: command.operation,
      responses: this.responses,
      streaming: () => account.streaming,
      isDone: () => this.#shows(command, since),
      ask: async () => {
        await refresh();
        return this.#shows(command, -Infinity);
      },
      onChange: (listener: () => void) => {
        this.#listeners.add(listener);
        return () => void this.#listeners.delete(listener);
      },
    };
  }

  #shows({ makes, enough }: Command, since: number): boolean {
    const { store } = this.#parts;
    return entriesOf(makes).every(([name, wanted]) => {
      const shown = store.number(name);
      const fits = shown === wanted || (enough !== undefined && shown !== null && shown >= enough);
      return fits && store.stampOf(name) >= since;
    });
  }

  #done({ makes }: Command, at: number): void {
    const { store } = this.#parts;
    for (const [name, value] of entriesOf(makes)) store.takeCommanded(name, value, at || store.stampOf(name));
  }

  #hold(command: Command, until: number): void {
    const { clock, log } = this.#parts;
    const timer = clock.after(until - clock.now(), () => {
      this.tell(command).catch((error: unknown) => log.debug(messageOf(error)));
    });
    this.#held = { command, timer };
  }

  #forget(): void {
    this.#held?.timer.cancel();
    this.#held = null;
  }
}

function entriesOf(makes: Command["makes"]): readonly (readonly [NumberName, number])[] {
  const names: readonly NumberName[] = [
    "dynamicChargerCurrent",
    "dynamicCircuitCurrentP1",
    "dynamicCircuitCurrentP2",
    "dynamicCircuitCurrentP3",
  ];
  return names.flatMap((name) => {
    const value = makes[name];
    return value === undefined ? [] : [[name, value] as const];
  });
}
