/** The status of the WiFi API, and its configuration: one row per value. */

import { z } from "zod";
import { type Answer, answerOf, type Field, readField, someText } from "../../decoding/fields.js";
import type { Claims } from "./claims.js";
import type { Gateway } from "./gateway.js";
import type { Facts } from "./reading.js";

/** OpenEVSE WiFi firmware: "api.yml" and `create_rapi_json`; keys after `or` in older or newer firmware. */
export const numbers = {
  pilot: { key: "pilot", unit: "A", range: [0, 100] },
  /** mA; below 0 without an ammeter. One phase is measured. */
  current: { key: "amp", unit: "A", scale: 1e-3, range: [0, 100] },
  /** Measured, or set by us; 240 from the start. */
  voltage: { key: "voltage", unit: "V", range: [1, 500] },
  /** Of all phases, if it is set up as a box for three; firmware of before 5.0 has none. */
  power: { key: "power", unit: "W", range: [0, 100_000] },
  sessionEnergy: {
    key: "session_energy",
    unit: "kWh",
    scale: 1e-3,
    range: [0, 10_000],
    or: { key: "wattsec", unit: "kWh", scale: 1 / 3.6e6, range: [0, 10_000] },
  },
  totalEnergy: {
    key: "total_energy",
    unit: "kWh",
    range: [0, 1e8],
    or: { key: "watthour", unit: "kWh", scale: 1e-3, range: [0, 1e8] },
  },
  /** s since the gateway started */
  uptime: { key: "uptime", unit: "ms", scale: 1_000, range: [0, 2 ** 42] },
  flags: { key: "flags", unit: "", range: [0, 0xffff_ffff] },
} as const satisfies Record<string, Field>;

/** The sensor that its protection uses first, then whichever there is. -256 °C or `false`: none. */
const temperatures: readonly Field[] = ["temp", "temp1", "temp2", "temp3"].map((key) => ({
  key,
  unit: "°C",
  scale: 0.1,
  range: [-60, 200],
}));

const fields: readonly Field[] = [...Object.values(numbers), ...temperatures];

/** The keys that a reading depends on: a message without any of them is ignored. */
export const readingKeys: ReadonlySet<string> = new Set([
  ...["state", "status", "vehicle", "evse_connected", "manual_override", "rfid_auth"],
  ...["claims_version", "override_version", "limit", "limit_version", "config_version"],
  ...fields.flatMap(({ key, or }) => (or ? [key, or.key] : [key])),
]);

const mandatory = z.object({ state: z.int().min(0).max(255), evse_connected: z.int().nullish() });

/** What rarely changes, and is requested only when it may have. */
export interface Details {
  readonly threePhase: boolean;
  readonly firmware: string | null;
}

const detailsForm = z.object({
  is_threephase: z.boolean().optional().catch(undefined),
  version: someText.optional().catch(undefined),
  firmware: someText.optional().catch(undefined),
});

/** From `/config`. A box without that endpoint has one phase. */
export function detailsOf(json: unknown): Details {
  const { is_threephase, version, firmware } = detailsForm.safeParse(json).data ?? {};
  return { threePhase: is_threephase ?? false, firmware: version ?? firmware ?? null };
}

/** @throws DeviceError when it is not a status, or the gateway does not reach its controller */
export function parseStatus(json: unknown, gateway: Gateway): Answer {
  const answer = answerOf(json);
  const parsed = mandatory.safeParse(json);
  if (!answer || !parsed.success) {
    const wrong = parsed.success ? "its form" : (parsed.error.issues[0]?.path.join(".") ?? "") || "its form";
    throw gateway.protocol(`the answer is not a status of an OpenEVSE: ${wrong} is not as it should be`);
  }
  if (parsed.data.evse_connected !== 0) return answer;
  const advice = "Check the cable between the two, and restart the charger";
  throw gateway.error("unreachable", "its WiFi gateway does not reach the charger's controller", advice);
}

/** @param energyLimit kWh; not part of the status */
export function factsOf(answer: Answer, details: Details, claims: Claims | null, energyLimit: number | null): Facts {
  const at = (field: Field): number | null => readField(field, answer);
  const asked = askedFor(answer.get("status"));
  const tag = answer.get("rfid_auth");
  const uptime = at(numbers.uptime);
  return {
    code: at({ key: "state", unit: "", range: [0, 255] }) ?? 0,
    flags: at(numbers.flags),
    plugged: pluggedOf(answer.get("vehicle")),
    pilot: at(numbers.pilot),
    current: at(numbers.current),
    voltage: at(numbers.voltage),
    power: at(numbers.power),
    threePhase: details.threePhase,
    temperature: temperatures.map(at).find((celsius) => celsius !== null) ?? null,
    sessionEnergy: at(numbers.sessionEnergy),
    totalEnergy: at(numbers.totalEnergy),
    energyLimit,
    firmware: details.firmware,
    uptime,
    tag: typeof tag === "string" && tag !== "" ? tag : null,
    asked,
    switchedOn: switchedOn(claims),
  };
}

/** The manual override takes precedence over our claim, as it does in the box; limits, cards and back ends are no switches. */
function switchedOn(claims: Claims | null): boolean | null {
  const state = claims?.manual?.state ?? claims?.ours?.state ?? null;
  return state === null ? null : state === "active";
}

function askedFor(status: unknown): boolean | null {
  return status === "active" ? true : status === "disabled" ? false : null;
}

function pluggedOf(vehicle: unknown): boolean | null {
  return vehicle === 1 || vehicle === true ? true : vehicle === 0 || vehicle === false ? false : null;
}
