/** Writes decisions to one charger: one write at a time, the newest decision wins, nothing is written twice. */

import type { Charger } from "../drivers/driver.js";
import { overdrawOf, overdrawPatience } from "../control/observe/obedience.js";
import type { Clock } from "../model/clock.js";
import type { Decision } from "../model/commands.js";
import { DeviceError, messageOf } from "../model/errors.js";
import type { Log } from "../model/log.js";
import type { ChargerReading } from "../model/readings.js";

/** ms after a write in which a charger may still show its old setting (go-e: its logic runs once a second). */
const settleTime = 3_000;

/** Writes in a row that fail, or do not last, before a warning. */
const failuresToWarn = 3;

/** What the charger is known to be set to; `null`: not known. */
interface Setting {
  readonly allowed: boolean | null;
  readonly current: number | null;
  readonly phases: number | null;
}

const unknown: Setting = { allowed: null, current: null, phases: null };

/** ms before a refused write is sent again, doubled with each refusal (a cloud that is asked too often blocks us). */
const refusalWaits = { first: 5_000, longest: 300_000, whileCharging: 15_000 } as const;

/** One write that the decision needs. */
interface Write {
  /** Writes of one kind are refused together. */
  readonly kind: string;
  /** A, of a current. */
  readonly current: number | null;
  readonly result: Partial<Setting>;
  send(): Promise<void>;
}

/** A kind of write that the charger refused, or accepted and did not keep to. */
interface Refusal {
  readonly at: number;
  /** ms */
  readonly wait: number;
  /** A; a lower current has not been tried yet. */
  readonly current: number | null;
}

export class Actuator {
  readonly #name: string;
  readonly #charger: Charger;
  readonly #log: Pick<Log, "warn" | "debug">;
  readonly #clock: Clock;
  #decision: Decision | null = null;
  #setting = unknown;
  #writtenAt = -Infinity;
  /** A of the decision that could not be written: until the charger reports again, only less is tried. */
  #failedAt: number | null = null;
  #failures = 0;
  readonly #refusals = new Map<string, Refusal>();
  #reading: ChargerReading | null = null;
  /** Since when it draws far more than its limit. */
  #overdrawnSince: number | null = null;
  #running: Promise<void> | null = null;

  constructor(name: string, charger: Charger, log: Pick<Log, "warn" | "debug">, clock: Clock) {
    this.#name = name;
    this.#charger = charger;
    this.#log = log;
    this.#clock = clock;
  }

  /** What the charger says of its settings. A difference to what was decided is written again. */
  received(reading: ChargerReading): void {
    this.#failedAt = null;
    if (this.#reading === null || isOtherState(this.#reading, reading)) this.#refusals.clear();
    this.#reading = reading;
    const now = this.#clock.now();
    const overdraw = overdrawOf(reading, this.#decision?.current ?? 0);
    this.#overdrawnSince = overdraw === null ? null : (this.#overdrawnSince ?? now);
    if (this.#running !== null || now - this.#writtenAt < settleTime) return;
    // Some boxes heed a current only when it is written once more.
    const isIgnored = now - Math.max(this.#overdrawnSince ?? now, this.#writtenAt) >= overdrawPatience;
    const reported: Setting = {
      allowed: reading.enabled ?? reading.allowCharging ?? this.#setting.allowed,
      current: isIgnored ? null : (reading.maxAmpere ?? this.#setting.current),
      phases: reading.phases ?? this.#setting.phases,
    };
    const written = this.#next() === null;
    this.#setting = reported;
    const missing = this.#next();
    if (missing === null) {
      this.#failures = 0;
      this.#refusals.clear();
    } else if (written) {
      this.#refused(missing, 0);
      this.#fail(
        isIgnored && overdraw !== null
          ? `${this.#name}: it draws ${overdraw.current} A although its limit is ${overdraw.limit} A. ` +
              "The limit is written again; if that does not help, it pauses."
          : `${this.#name}: it accepted the command and does not keep to it. Does another app or controller set it too?`,
      );
    }
  }

  /** What was refused is tried once more with the next decision: there is no time to wait any more. */
  insist(): void {
    this.#failedAt = null;
    this.#refusals.clear();
  }

  /** Writes what is new in this decision, at once. */
  apply(decision: Decision): void {
    this.#decision = decision;
    const { expiry } = this.#charger;
    // Written again in time, a pause too. Nothing but a pass that really decided comes here.
    if (expiry !== undefined && this.#clock.now() - this.#writtenAt >= expiry / 2)
      this.#setting = { ...this.#setting, allowed: null, current: null };
    if (this.#failedAt !== null && decision.current >= this.#failedAt) return;
    if (this.#running !== null || this.#due() === null) return;
    this.#failedAt = null;
    this.#running = this.#work().finally(() => {
      this.#running = null;
      if (this.#decision !== null) this.apply(this.#decision);
    });
  }

  /** Resolves once nothing is being written. */
  async idle(): Promise<void> {
    while (this.#running !== null) await this.#running;
  }

  async #work(): Promise<void> {
    for (let write = this.#due(); write !== null; write = this.#due()) {
      const tried = this.#decision;
      try {
        await write.send();
        this.#setting = { ...this.#setting, ...write.result };
        this.#writtenAt = this.#clock.now();
      } catch (error) {
        this.#setting = unknown;
        this.#failedAt = tried?.current ?? 0;
        if (isRefusal(error)) this.#refused(write, refusalWaits.first);
        // Without a car there is nothing to pause.
        if (write.kind === "pause" && this.#reading?.state === "disconnected") this.#log.debug(messageOf(error));
        else this.#fail(messageOf(error));
        return;
      }
    }
  }

  /** @param first ms to wait the first time */
  #refused({ kind, current }: Write, first: number): void {
    const before = this.#refusals.get(kind);
    const longer = before && Math.max(refusalWaits.first, before.wait * 2);
    const wait = Math.min(longer ?? first, refusalWaits.longest);
    this.#refusals.set(kind, { at: this.#clock.now(), wait, current });
  }

  /** The next write, unless it was refused lately. */
  #due(): Write | null {
    const write = this.#next();
    const refusal = write === null ? undefined : this.#refusals.get(write.kind);
    if (write === null || refusal === undefined) return write;
    if (write.current !== null && refusal.current !== null && write.current < refusal.current) return write;
    const longest = this.#reading?.state === "charging" ? refusalWaits.whileCharging : refusalWaits.longest;
    return this.#clock.now() - refusal.at >= Math.min(refusal.wait, longest) ? write : null;
  }

  #fail(message: string): void {
    this.#failures += 1;
    if (this.#failures === failuresToWarn) this.#log.warn(message);
    else this.#log.debug(message);
  }

  /** The next write that the decision needs: a pause first; current and phases before a start. `null`: none. */
  #next(): Write | null {
    const decision = this.#decision;
    if (decision === null) return null;
    const { writes } = this.#charger;
    const { allowed, current, phases } = this.#setting;
    const write = (kind: string, result: Partial<Setting>, send: () => Promise<void>): Write => ({
      kind,
      current: result.current ?? null,
      result,
      send,
    });
    if (!decision.allowCharging)
      return allowed === false ? null : write("pause", { allowed: false }, () => writes.allowCharging(false));
    if (current !== decision.current)
      return write("current", { current: decision.current }, () => writes.maxAmpere(decision.current));
    const { phases: switchPhases } = writes;
    if (switchPhases !== undefined && phases !== decision.phases)
      return write(`phases ${decision.phases}`, { phases: decision.phases }, () => switchPhases(decision.phases));
    return allowed === true ? null : write("start", { allowed: true }, () => writes.allowCharging(true));
  }
}

/** The device says no, or yes and does not do it: the next time is no better, as long as nothing changes there. */
function isRefusal(error: unknown): boolean {
  return error instanceof DeviceError && error.code !== "unreachable" && error.code !== "protocol";
}

/** What was refused before may be taken now. */
function isOtherState(before: ChargerReading, now: ChargerReading): boolean {
  const { state, enabled, allowCharging, accessState } = before;
  return (
    state !== now.state ||
    enabled !== now.enabled ||
    allowCharging !== now.allowCharging ||
    accessState !== now.accessState
  );
}
