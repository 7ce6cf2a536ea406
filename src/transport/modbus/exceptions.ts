/** Modbus exceptions, and the error and advice for each. */

import type { DeviceErrorCode } from "../../model/errors.js";

/** The request that an error message names. */
export interface ModbusRequest {
  readonly functionCode: number;
  readonly writes: boolean;
  readonly address: number;
  readonly count: number;
}

/** The device responded with an exception: the cause of a DeviceError, for callers that need the code. */
export class ModbusException extends Error {
  override readonly name = "ModbusException";
  readonly code: number;

  constructor(code: number) {
    super(`Modbus exception ${code}`);
    this.code = code;
  }
}

interface ExceptionMeaning {
  readonly says: string;
  readonly read: DeviceErrorCode;
  readonly write: DeviceErrorCode;
  readonly advice: string;
}

const model = "Check that this is the right driver for the device and its firmware";
const later = "It is tried again by itself";
const gateway = "Check the unit id, and the wiring of the device behind the gateway";

/** Modbus Application Protocol V1.1b3, 7 */
const meanings: Readonly<Record<number, ExceptionMeaning>> = {
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
  11: {
    says: "is a gateway without an answer of the device behind it",
    read: "unreachable",
    write: "unreachable",
    advice: gateway,
  },
};

/** Acknowledge, and busy: the same request may succeed a moment later. */
const transientCodes: readonly number[] = [5, 6];

export function isBusy(exception: ModbusException): boolean {
  return transientCodes.includes(exception.code);
}

/** The exception in an error of modbus-serial; `null`: another error. */
export function exceptionIn(error: unknown): ModbusException | null {
  if (typeof error !== "object" || error === null || !("modbusCode" in error)) return null;
  return typeof error.modbusCode === "number" ? new ModbusException(error.modbusCode) : null;
}

export function explain(
  { code }: ModbusException,
  request: ModbusRequest,
): { readonly code: DeviceErrorCode; readonly what: string; readonly advice: string } {
  const { says, read, write, advice } = meanings[code] ?? {
    says: "answers with an unknown exception",
    read: "protocol",
    write: "refused",
    advice: model,
  };
  return { code: request.writes ? write : read, what: `it ${says} for ${nameOf(request)} (exception ${code})`, advice };
}

/** Like "register 1000" or "registers 1 to 72". */
export function nameOf({ address, count }: Pick<ModbusRequest, "address" | "count">): string {
  return count === 1 ? `register ${address}` : `registers ${address} to ${address + count - 1}`;
}
