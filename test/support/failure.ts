/** The DeviceError that a promise rejects with; any other outcome throws. */

import { DeviceError } from "../../src/model/errors.js";

export async function failureOf(promise: Promise<unknown>): Promise<DeviceError> {
  const outcome = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ("value" in outcome) throw new Error(`It did not fail, but gave ${JSON.stringify(outcome.value)}`);
  if (outcome.error instanceof DeviceError) return outcome.error;
  throw outcome.error;
}
