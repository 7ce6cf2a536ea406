/** Waits until the charger has taken a command over: by its result, by what it then says of itself, or by being asked. */

import type { Clock } from "../../../model/clock.js";
import { DeviceError } from "../../../model/errors.js";
import type { CommandResponses, Issued, Verdict } from "./commands.js";

/** ms within which a charger takes a command over (evcc: 10 s are exceeded at times; then it is told again). */
export const confirmWithin = 10_000;
/** ms after which a charger is asked first where no stream tells. */
const askAfter = 3_000;

export interface ConfirmationFacts {
  readonly device: string;
  /** What was sent, for people. */
  readonly operation: string;
  readonly clock: Clock;
  readonly responses: CommandResponses;
  /** The charger shows what the command makes, and that it was told after the command. */
  isDone(): boolean;
  /** Calls back after every change of what the charger shows; returns what ends it. */
  onChange(listener: () => void): () => void;
  /** There is a stream that results come by. */
  streaming(): boolean;
  /** Asks the charger; whether it shows what the command makes. Rejects with DeviceError. */
  ask(): Promise<boolean>;
  /** Ends all waiting. */
  readonly closing: AbortSignal;
}

/** Resolves once the command is known to be done. Rejects with DeviceError when it is refused, or nothing comes. */
export async function confirm(issued: Issued, facts: ConfirmationFacts): Promise<void> {
  const verdict = await outcome(issued, facts);
  if (verdict?.accepted) return;
  const { device, operation } = facts;
  if (verdict !== null) {
    const result = verdict.resultCode === null ? "" : ` (result ${verdict.resultCode})`;
    const advice = "Check in the Easee app what limits the charger: a schedule, its owner's lock, or an Equalizer";
    throw new DeviceError({ code: "refused", device, what: `the charger refuses ${operation}${result}`, advice });
  }
  const what = `the Easee cloud took ${operation}, and the charger did not within ${confirmWithin / 1_000} s`;
  const advice = "Check the charger's connection to the Internet in the Easee app";
  throw new DeviceError({ code: "not-taken-over", device, what, advice });
}

/** `null`: nothing came. */
function outcome(issued: Issued, facts: ConfirmationFacts): Promise<Verdict | null> {
  const { clock, responses, closing } = facts;
  return new Promise((resolve) => {
    const done: Verdict = { accepted: true, resultCode: null };
    const ends: (() => void)[] = [];
    const settle = (verdict: Verdict | null): void => {
      for (const end of ends.splice(0)) end();
      resolve(verdict);
    };
    const look = (): void => {
      if (facts.isDone()) settle(done);
    };
    const ask = async (last: boolean): Promise<void> => {
      const shown = !facts.streaming() && (await facts.ask().catch(() => false));
      if (shown) settle(done);
      else if (last) settle(null);
    };
    const giveUp = (): void => settle(null);
    const timers = [clock.after(askAfter, () => void ask(false)), clock.after(confirmWithin, () => void ask(true))];
    closing.addEventListener("abort", giveUp);
    ends.push(
      () => timers.forEach((timer) => timer.cancel()),
      () => closing.removeEventListener("abort", giveUp),
      facts.onChange(look),
    );
    ends.push(responses.wait(issued, settle));
    if (closing.aborted) giveUp();
    else look();
  });
}
