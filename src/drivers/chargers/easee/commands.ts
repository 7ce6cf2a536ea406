/** Commands to one charger: sent, confirmed by the charger, and kept for later where they lower its current. */

import { z } from "zod";
import type { Clock, Timer } from "../../../model/clock.js";
import { DeviceError, messageOf } from "../../../model/errors.js";
import type { Log } from "../../../model/log.js";
import { type Answer, toNumber } from "../../decoding/fields.js";
import type { EaseeAccount } from "./account.js";
import type { NumberName, ObservationStore } from "./observations.js";
import { RetryLater } from "./rate-limiter.js";

/** ms within which a charger takes a command over (evcc: 10 s are exceeded at times; then it is sent again). */
const confirmWithin = 10_000;
/** ms after which a charger is first asked where no stream is connected. */
const askAfter = 3_000;

/** Responses that are kept, since they may come before the answer to the request that caused them. */
const keptResponses = 20;

/** 1970 in ticks, and how many ticks make a ms. */
const epochTicks = 621_355_968_000_000_000;
const ticksPerMs = 10_000;

export interface Command {
  /** Last part of its path; its name in messages. */
  readonly operation: string;
  readonly path: string;
  readonly body: object;
  /** It lowers a current, ends it, or repeats it: it is sent first, and may be sent late. */
  readonly lowers: boolean;
  /** What the charger reports once it has taken the command over. */
  readonly expected: Readonly<Partial<Record<NumberName, number>>>;
  /** The lowest value that confirms it too; absent: only exactly the expected value does. */
  readonly atLeast?: number;
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

export class CommandSender {
  readonly #parts: Parts;
  readonly #closing = new AbortController();
  readonly #responses = new CommandResponses();
  readonly #listeners = new Set<() => void>();
  /** What waits for the cloud to take requests again: the newest command, and only if it lowers. */
  #deferred: Timer | null = null;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** To be called when the charger reports a change. */
  changed(): void {
    for (const listener of this.#listeners) listener();
  }

  /** Takes one `CommandResponse` of the stream. */
  response(message: Answer): void {
    this.#responses.take(message);
  }

  /**
   * Resolves once the charger has taken it over; rejects with DeviceError. A command that lowers a current and must not
   * be sent yet is sent as soon as it may be, unless another one comes first. One that raises a current is left to the
   * caller.
   */
  async send(command: Command): Promise<void> {
    this.#dropDeferred();
    try {
      await this.#sendNow(command);
    } catch (error) {
      if (error instanceof RetryLater && command.lowers) this.#defer(command, error.until);
      throw error;
    }
  }

  close(): void {
    this.#dropDeferred();
    this.#closing.abort();
  }

  async #sendNow(command: Command): Promise<void> {
    const { device, account } = this.#parts;
    const { operation, path, body, lowers } = command;
    const answer = await account.cloud.request({ device, operation, path, body, urgency: lowers ? "lower" : "raise" });
    if (answer.status !== 202) return this.#record(command, answer.date ?? 0);
    const issued = issuedIn(answer.json);
    if (issued === null) {
      const what = `the Easee cloud answered ${operation} without saying what became of it`;
      throw new DeviceError({ code: "protocol", device, what, advice: "It is tried again by itself" });
    }
    const [latest = 0] = issued.map(timeOf).sort((a, b) => b - a);
    // Ticks of 0: there was nothing to do.
    const underWay = issued.filter(({ ticks }) => ticks > 0);
    await Promise.all(underWay.map((one) => this.#confirm(command, one)));
    this.#record(command, underWay.length === 0 ? (answer.date ?? 0) : latest);
  }

  /** Resolves once the command is known to be carried out. Rejects with DeviceError when it is refused, or nothing comes. */
  async #confirm(command: Command, issued: IssuedCommand): Promise<void> {
    const result = await this.#resultOf(command, issued);
    if (result?.accepted) return;
    const { device } = this.#parts;
    const { operation } = command;
    if (result !== null) {
      const code = result.resultCode === null ? "" : ` (result ${result.resultCode})`;
      const advice = "Check in the Easee app what limits the charger: a schedule, its owner's lock, or an Equalizer";
      throw new DeviceError({ code: "refused", device, what: `the charger refuses ${operation}${code}`, advice });
    }
    const what = `the Easee cloud took ${operation}, and the charger did not within ${confirmWithin / 1_000} s`;
    const advice = "Check the charger's connection to the Internet in the Easee app";
    throw new DeviceError({ code: "not-taken-over", device, what, advice });
  }

  /** By the charger's response, by what it then reports, or by asking it; `null`: nothing came in time. */
  #resultOf(command: Command, issued: IssuedCommand): Promise<CommandResult | null> {
    const { clock, account, refresh } = this.#parts;
    const closing = this.#closing.signal;
    const accepted: CommandResult = { accepted: true, resultCode: null };
    return new Promise((resolve) => {
      const ends: (() => void)[] = [];
      const settle = (result: CommandResult | null): void => {
        for (const end of ends.splice(0)) end();
        resolve(result);
      };
      const check = (): void => {
        if (this.#shows(command, timeOf(issued))) settle(accepted);
      };
      const ask = async (): Promise<void> => {
        if (account.streaming) return;
        await refresh().then(
          () => this.#shows(command, -Infinity) && settle(accepted),
          () => undefined,
        );
      };
      const giveUp = (): void => settle(null);
      const timers = [
        clock.after(askAfter, () => void ask()),
        clock.after(confirmWithin, () => void ask().then(giveUp)),
      ];
      closing.addEventListener("abort", giveUp);
      this.#listeners.add(check);
      ends.push(
        () => timers.forEach((timer) => timer.cancel()),
        () => closing.removeEventListener("abort", giveUp),
        () => this.#listeners.delete(check),
      );
      ends.push(this.#responses.wait(issued, settle));
      if (closing.aborted) giveUp();
      else check();
    });
  }

  /** @param since ms; what was reported before does not count */
  #shows({ expected, atLeast }: Command, since: number): boolean {
    const { store } = this.#parts;
    const entries = entriesOf(expected).filter(([name]) => store.hasReported(name));
    return (
      entries.length > 0 &&
      entries.every(([name, wanted]) => {
        const shown = store.number(name);
        const fits = shown === wanted || (atLeast !== undefined && shown !== null && shown >= atLeast);
        return fits && store.stampOf(name) >= since;
      })
    );
  }

  #record({ expected }: Command, at: number): void {
    const { store } = this.#parts;
    for (const [name, value] of entriesOf(expected)) store.takeCommanded(name, value, at || store.stampOf(name));
  }

  #defer(command: Command, until: number): void {
    const { clock, log } = this.#parts;
    this.#deferred = clock.after(until - clock.now(), () => {
      this.send(command).catch((error: unknown) => log.debug(messageOf(error)));
    });
  }

  #dropDeferred(): void {
    this.#deferred?.cancel();
    this.#deferred = null;
  }
}

function entriesOf(expected: Command["expected"]): readonly (readonly [NumberName, number])[] {
  const names: readonly NumberName[] = [
    "dynamicChargerCurrent",
    "dynamicCircuitCurrentP1",
    "dynamicCircuitCurrentP2",
    "dynamicCircuitCurrentP3",
  ];
  return names.flatMap((name) => {
    const value = expected[name];
    return value === undefined ? [] : [[name, value] as const];
  });
}

/** A command on its way, as `202 {device, commandId, ticks}` identifies it. */
interface IssuedCommand {
  /** `null`: not given */
  readonly id: number | null;
  /**
   * .NET's clock, 100 ns since the year 1. Beyond what a number holds exactly, by less than 10 µs; both ends are
   * rounded alike.
   */
  readonly ticks: number;
}

interface CommandResult {
  readonly accepted: boolean;
  readonly resultCode: number | null;
}

interface Response extends CommandResult, IssuedCommand {}

const issuedAnswer = z.object({ commandId: z.number().nullish(), ticks: z.number().nonnegative() });

/** The commands in an answer; `null`: none. Some endpoints answer with a list. */
function issuedIn(json: unknown): readonly IssuedCommand[] | null {
  const parsed = z
    .array(issuedAnswer)
    .min(1)
    .max(10)
    .safeParse(Array.isArray(json) ? json : [json]);
  return parsed.success ? parsed.data.map(({ commandId, ticks }) => ({ id: commandId ?? null, ticks })) : null;
}

/** ms since 1970, by the cloud's clock. */
function timeOf({ ticks }: IssuedCommand): number {
  return Math.round((ticks - epochTicks) / ticksPerMs);
}

/** Matches responses to commands. A response to none of ours is somebody else's, or comes too late to matter. */
class CommandResponses {
  readonly #recent: Response[] = [];
  readonly #waiting = new Map<IssuedCommand, (result: CommandResult) => void>();

  /** Takes one `CommandResponse` of the stream. */
  take(message: Answer): void {
    const response = responseOf(message);
    if (response === null) return;
    for (const [issued, resolve] of this.#waiting) if (belongs(response, issued)) return resolve(response);
    this.#recent.push(response);
    if (this.#recent.length > keptResponses) this.#recent.shift();
  }

  /** Calls back once with the result; returns the function that ends the wait. */
  wait(issued: IssuedCommand, onResult: (result: CommandResult) => void): () => void {
    const early = this.#recent.findIndex((response) => belongs(response, issued));
    const [result] = early < 0 ? [] : this.#recent.splice(early, 1);
    if (result) onResult(result);
    else this.#waiting.set(issued, onResult);
    return () => void this.#waiting.delete(issued);
  }
}

function belongs(response: Response, { id, ticks }: IssuedCommand): boolean {
  return response.ticks === ticks && (id === null || response.id === null || response.id === id);
}

function responseOf(message: Answer): Response | null {
  const ticks = toNumber(message.get("ticks"));
  const accepted = message.get("wasAccepted");
  if (ticks === null || typeof accepted !== "boolean") return null;
  return { ticks, accepted, id: toNumber(message.get("id")), resultCode: toNumber(message.get("resultCode")) };
}
