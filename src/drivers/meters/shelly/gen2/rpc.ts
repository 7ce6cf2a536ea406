/** RPC requests to a Shelly over any transport, and what its errors mean. */

import { DeviceError } from "../../../../model/errors.js";
import { type Answer, answerOf, toNumber } from "../../../decoding/fields.js";
import { type Components, componentsOf, type Profile } from "./measurements.js";

export const advice =
  "Check that host and port, or topic, belong to a Shelly Pro 3EM or 3EM Gen3, and that it measures on three phases";

export interface Rpc {
  /** Resolves with the result. Rejects with DeviceError; `unsupported`: the device does not have this. */
  call(method: string, params: { readonly id: number }): Promise<Answer>;
}

/** What a device says when it does not have a method, or no component of this number (Shelly API, Gen 2, common errors). */
const absent: readonly (number | null)[] = [404, -105, -114];

/** The device's error as one of ours. */
export function refusalOf(error: unknown, device: string): DeviceError {
  const fields = answerOf(error);
  const code = toNumber(fields?.get("code"));
  if (code === 401) return loginRefused(device);
  const text = fields?.get("message");
  const message = typeof text === "string" ? `: ${text.replace(/\s+/g, " ").slice(0, 100)}` : "";
  const what = `the Shelly refuses a question (${code ?? "without a code"}${message})`;
  return new DeviceError({ code: absent.includes(code) ? "unsupported" : "protocol", device, what, advice });
}

export function loginRefused(device: string): DeviceError {
  const what = "the Shelly refuses the login";
  return new DeviceError({ code: "login-refused", device, what, advice: "Check password; its user is always admin" });
}

/** @throws DeviceError when a result is no object */
export function resultOf(result: unknown, device: string): Answer {
  const answer = answerOf(result);
  if (answer) return answer;
  throw new DeviceError({ code: "protocol", device, what: "the Shelly's answer is not a status", advice });
}

/**
 * Asks for the whole status.
 * @param profile `null`: it is found out
 * @param energies ask for the counters too; a device without them is none the worse
 */
export async function askStatus(
  rpc: Rpc,
  profile: Profile | null,
  energies: boolean,
  device: string,
): Promise<Components> {
  const known = profile ?? "triphase";
  try {
    return await askProfile(rpc, known, energies);
  } catch (error) {
    if (!isAbsent(error)) throw error;
    return askProfile(rpc, known === "triphase" ? "monophase" : "triphase", energies).catch((second: unknown) => {
      if (!isAbsent(second)) throw second;
      const what = "the Shelly has neither a meter for three phases nor three for one phase";
      throw new DeviceError({ code: "protocol", device, what, advice, cause: second });
    });
  }
}

async function askProfile(rpc: Rpc, profile: Profile, energies: boolean): Promise<Components> {
  const components = new Map<string, Answer>();
  for (const { component, method, id } of componentsOf(profile, "meter"))
    components.set(component, await rpc.call(method, { id }));
  if (!energies) return components;
  for (const { component, method, id } of componentsOf(profile, "data")) {
    try {
      components.set(component, await rpc.call(method, { id }));
    } catch (error) {
      if (!isAbsent(error)) throw error;
    }
  }
  return components;
}

function isAbsent(error: unknown): boolean {
  return error instanceof DeviceError && error.code === "unsupported";
}
