/** What a Modbus device means by the exceptions that it answers with. */

import type { DeviceErrorCode } from "../../model/errors.js";

/** What was asked, for people. */
export interface Asked {
  readonly functionCode: number;
  readonly writes: boolean;
  readonly address: number;
  readonly count: number;
}

/** The device has understood, and says no: the cause of a DeviceError, for who has to know the number. */
export class ModbusException extends Error {
  override readonly name = "ModbusException";
  readonly code: number;

  constructor(code: number) {
    super(`Modbus exception ${code}`);
    this.code = code;
  }
}

interface Meaning {
  readonly says: string;
  readonly read: DeviceErrorCode;
  readonly write: DeviceErrorCode;
  readonly advice: string;
}

const model = "Check that this is the right driver for the device and its firmware";
const later = "It is tried again by itself";
const gateway = "Check the unit id, and the wiring of the device behind the gateway";

/** Modbus Application Protocol V1.1b3, 7 */
const meanings: Readonly<Record<number, Meaning>> = {
  1: { says: "does not know the function", read: "unsupported", write: "unsupported", advice: model },
  2: { says: "has no such register", read: "unsupported", write: "unsupported", advice: model },
  3: {
    says: "does not take the value or number of registers",
    read: "protocol",
    write: "refused",
    advice: "Check at the device what it allows",
  },
  4: { says: "failed to do it", read: "protocol", write: "refused", advice: "Look at the device for a fault" },
  5: { says: "needs more time", read: "unreachable", write: "unreachable", advice: later },
  6: { says: "is busy", read: "unreachable", write: "unreachable", advice: later },
  7: { says: "refuses it", read: "protocol", write: "refused", advice: "Look at the device for a fault" },
  8: { says: "finds its memory damaged", read: "protocol", write: "refused", advice: "Look at the device for a fault" },
  10: { says: "is a gateway without a way to it", read: "unreachable", write: "unreachable", advice: gateway },
  11: { says: "hears nothing from what is behind it", read: "unreachable", write: "unreachable", advice: gateway },
};

/** Acknowledge, and busy: the same question may be answered a moment later. */
const passing: readonly number[] = [5, 6];

export function isBusy(exception: ModbusException): boolean {
  return passing.includes(exception.code);
}

/** What modbus-serial throws for an exception; `null`: it is something else. */
export function exceptionIn(error: unknown): ModbusException | null {
  if (typeof error !== "object" || error === null || !("modbusCode" in error)) return null;
  return typeof error.modbusCode === "number" ? new ModbusException(error.modbusCode) : null;
}

export function explain(
  { code }: ModbusException,
  asked: Asked,
): { readonly code: DeviceErrorCode; readonly what: string; readonly advice: string } {
  const { says, read, write, advice } = meanings[code] ?? {
    says: "answers with an unknown exception",
    read: "protocol",
    write: "refused",
    advice: model,
  };
  return { code: asked.writes ? write : read, what: `it ${says} for ${nameOf(asked)} (exception ${code})`, advice };
}

/** Like "register 1000" or "registers 1 to 72". */
export function nameOf({ address, count }: Pick<Asked, "address" | "count">): string {
  return count === 1 ? `register ${address}` : `registers ${address} to ${address + count - 1}`;
}
