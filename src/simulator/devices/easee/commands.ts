/** What the virtual Easee cloud makes of commands: queued with 202, carried out, and reported over the hub. */

import type { PerPhase } from "../../../model/phases.js";
import type { EaseeBox, EaseeCircuit } from "./box.js";

/**
 * `never`: taken, not carried out, not reported · `late`: not before `releaseLate` · `refuse`: reported as not
 * accepted · `early`: reported before the request is answered · `unreported`: carried out, without a result.
 */
export type CommandFault = "never" | "late" | "refuse" | "early" | "unreported";

export interface Accepted {
  readonly device: string;
  readonly commandId: number;
  readonly ticks: bigint;
}

/** A request that changes something, as it was understood. */
export interface EaseeCommand {
  /** Charger whose subscribers hear the result. */
  readonly device: string;
  readonly commandId: number;
  execute(): void;
}

type Body = ReadonlyMap<string, unknown>;

/** Ids of commands (developer.easee.com, AMQP); a pause and a resume set the dynamic current too. */
const commandIds = { dynamicCharger: 48, dynamicCircuit: 22, reboot: 1 } as const;

/** 1970 on .NET's clock, and 1 ms of it. */
const epochTicks = 621_355_968_000_000_000n;
const ticksPerMs = 10_000n;

/** Every command a little later than the one before, and with digits that no double holds. */
export class Ticks {
  private last = 0n;

  next(now: number): bigint {
    const ticks = epochTicks + BigInt(Math.round(now)) * ticksPerMs + 1_234n;
    this.last = ticks > this.last ? ticks : this.last + ticksPerMs;
    return this.last;
  }
}

/** `POST /api/chargers/{id}/commands/…`; `null`: there is none of this name, its body is wrong, or it is refused. */
export function chargerCommand(box: EaseeBox, name: string, body: Body, now: number): EaseeCommand | null {
  const current = (execute: () => void): EaseeCommand => ({
    device: box.id,
    commandId: commandIds.dynamicCharger,
    execute,
  });
  if (name === "pause_charging" && !box.pausesWithoutCar && box.evse.car === null) return null;
  if (name === "pause_charging") return current(() => box.pause());
  if (name === "resume_charging") return current(() => box.resume());
  if (name === "reboot") return { device: box.id, commandId: commandIds.reboot, execute: () => box.reboot() };
  if (name !== "set_dynamic_charger_current") return null;
  const [amps, minutes] = [body.get("amps"), body.get("minutes") ?? 0];
  if (!isLimit(amps) || !isLimit(minutes)) return null;
  return current(() => box.setDynamic(amps, minutes, now));
}

/** `POST /api/sites/{s}/circuits/{c}/dynamicCurrent`; `null`: its body is wrong. */
export function circuitCommand(circuit: EaseeCircuit, body: Body, now: number): EaseeCommand | null {
  const [p1, p2, p3] = [body.get("phase1"), body.get("phase2"), body.get("phase3")];
  const minutes = body.get("timeToLive") ?? 0;
  const [master] = circuit.chargers;
  if (!isLimit(p1) || !isLimit(p2) || !isLimit(p3) || !isLimit(minutes) || master === undefined) return null;
  const limits: PerPhase<number> = [p1, p2, p3];
  const execute = (): void => circuit.setDynamic(limits, minutes, now);
  return { device: master.id, commandId: commandIds.dynamicCircuit, execute };
}

/** `CommandResponse`, with all digits of its ticks. */
export function responseText({ device, commandId, ticks }: Accepted, accepted: boolean, timestamp: string): string {
  const fields = { serialNumber: device, id: commandId, timestamp, deliveredAt: timestamp, wasAccepted: accepted };
  const rest = JSON.stringify({ ...fields, resultCode: accepted ? 0 : 14, comment: "" });
  return `${rest.slice(0, -1)},"ticks":${ticks}}`;
}

export function acceptedText({ device, commandId, ticks }: Accepted): string {
  return `{"device":"${device}","commandId":${commandId},"ticks":${ticks}}`;
}

function isLimit(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && value <= 1_000;
}
