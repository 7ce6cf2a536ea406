/** Errors that a person can do something about. Code branches on `code`; the message is for people. */

/**
 * `unreachable`: no connection or no response in time · `login-refused` · `protocol`: the response is not one of this
 * sort of device · `refused`: the device rejects a write · `not-taken-over`: the device accepts a write, but its
 * setting does not change · `wrong-device`: another serial number than configured · `unsupported`: it cannot do that.
 */
export const deviceErrorCodes = [
  "unreachable",
  "login-refused",
  "protocol",
  "refused",
  "not-taken-over",
  "wrong-device",
  "unsupported",
] as const;

export type DeviceErrorCode = (typeof deviceErrorCodes)[number];

interface DeviceErrorParts {
  readonly code: DeviceErrorCode;
  /** Name of the device in the configuration. */
  readonly device: string;
  /** What happened, as half a sentence without a full stop. */
  readonly what: string;
  /** What to do about it, as a whole sentence without a full stop. */
  readonly advice: string;
  /** ms since 1970 from which the same may be tried again. Absent: nobody said. */
  readonly retryAt?: number;
  readonly cause?: unknown;
}

/** A request to a device failed. */
export class DeviceError extends Error {
  override readonly name = "DeviceError";
  readonly code: DeviceErrorCode;
  readonly device: string;
  readonly what: string;
  readonly advice: string;
  /** ms since 1970 from which the same may be tried again; `null`: nobody said. */
  readonly retryAt: number | null;

  constructor({ code, device, what, advice, retryAt, cause }: DeviceErrorParts) {
    super(`${device}: ${what}. ${advice}. (${code})`, { cause });
    this.code = code;
    this.device = device;
    this.what = what;
    this.advice = advice;
    this.retryAt = retryAt ?? null;
  }
}

/** One line for a person, for any thrown value. */
export function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/\s+/g, " ");
}

/** The operating system's error code, like ENOENT; `null`: it is no system error. */
export function systemCodeOf(error: unknown): string | null {
  if (typeof error !== "object" || error === null || !("code" in error)) return null;
  return typeof error.code === "string" ? error.code : null;
}
