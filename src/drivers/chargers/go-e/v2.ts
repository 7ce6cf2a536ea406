/** go-e's API version 2: typed JSON, asked for by key, and writes that are answered by key. */

import { z } from "zod";
import { forceStates } from "../../../model/channels.js";
import { DeviceError } from "../../../model/errors.js";
import { type ChargerHold, type ChargerReading, noChargerReading } from "../../../model/readings.js";
import type { ChargerWrites } from "../../driver.js";
import { type Answer, type Field, readField, readFields, toNumber } from "../../decoding/fields.js";
import { limitCounts, requireCurrent, unsupported } from "../../options/requirements.js";
import { mostCards } from "./cards.js";
import type { RouteV2 } from "./route.js";
import {
  type AnswerSource,
  boardTemperature,
  currentLimitField,
  currentRange,
  hasList,
  internalError,
  labelOf,
  type Labels,
  noError,
  parseStatus,
  phaseFields,
  phasesInUse,
  stateOf,
  type Status,
  textAt,
} from "./status.js";

const mandatory = z.object({ car: z.int().nullable(), nrg: z.array(z.number()).nullish() });

/** go-eCharger API v2, "apikeys-en.md" */
const fields = {
  maxAmpere: { key: "amp", unit: "A", range: [0, 32] },
  ...phaseFields({ current: 1, power: 1 }),
  power: { key: "nrg", at: 11, unit: "W", range: [-1_000, 100_000] },
  /** Null: none. */
  sessionChargeConsumptionLimit: { key: "dwo", unit: "kWh", scale: 1e-3, range: [0, 1e6] },
  /** `awp`: charges only below it, where the charger is set to follow prices. */
  priceLimit: { key: "awp", unit: "ct/kWh", range: [-1_000, 1_000] },
  sessionChargeConsumption: { key: "wh", unit: "kWh", scale: 1e-3, range: [0, 10_000] },
  totalConsumption: { key: "eto", unit: "kWh", scale: 1e-3, range: [0, 1e8] },
  /** Null: no cable. */
  cableEncoding: { key: "cbl", unit: "A", range: [0, 100] },
  temperatureType2: { key: "tma", at: 0, unit: "°C", range: [-60, 200] },
  /** Null: no transaction · 0: without a card · n: card n. */
  transaction: { key: "trx", unit: "", range: [0, 1_000] },
  uptime: { key: "rbt", unit: "ms", range: [0, Number.MAX_SAFE_INTEGER] },
} as const satisfies Record<string, Field>;

/** The keys that a reading is made of. A whole status has some 200, and the charger takes its time for them. */
export const mainKeysV2: readonly string[] = [
  ...new Set<string>([
    "car",
    "err",
    "sse",
    "alw",
    "frc",
    "psm",
    "pnp",
    "fwv",
    ...Object.values(fields).map(({ key }) => key),
  ]),
];

/** Keys that a reading does without where the charger lacks them or has not sent them yet. */
export const extraKeysV2 = ["modelStatus", "acs", currentLimitField.key] as const;

export const keysV2: readonly string[] = [...mainKeysV2, ...extraKeysV2];

/** `frc`; the index of the text in `forceStates` is the same number. */
const forceState = { neutral: 0, off: 1, on: 2 } as const;
/** `psm` by number of phases; 0 lets the charger choose. */
const phaseMode = { 1: 1, 3: 2 } as const;
/** Wh; more than any car takes. */
const mostLimit = 1e6;
/** `car` */
const carLabels: Labels = {
  0: "UNKNOWN/ERROR",
  1: "IDLE",
  2: "CHARGING",
  3: "WAITING_FOR_CAR",
  4: "COMPLETE",
  5: "ERROR",
  6: "INITIALIZING",
};

/** `err` */
const commonErrorLabels: Labels = {
  0: noError,
  1: "FiAc",
  2: "FiDc",
  3: "Phase",
  4: "Overvolt",
  5: "Overamp",
  6: "Diode",
  7: "PpInvalid",
  8: "GndInvalid",
  9: "ContactorStuck",
  10: "ContactorMiss",
};

/** From 11 on; 20–24 are reserved ("apikeys-en.md"). */
const olderErrorLabels: Labels = {
  11: "FiUnknown",
  12: "Unknown",
  13: "Overtemp",
  14: "NoComm",
  15: "StatusLockStuckOpen",
  16: "StatusLockStuckLocked",
};

/** From 11 on ("API_KEYS_FIRMWARE", 59.4 to 60.4). */
const newerErrorLabels: Labels = {
  12: "StatusLockStuckOpen",
  13: "StatusLockStuckLocked",
  14: "FiUnknown",
  15: "Unknown",
  16: "Overtemp",
  17: "NoComm",
  18: "CpInvalid",
  23: "RdcSelfTestFailed",
};

/** The first firmware whose document numbers errors anew; which one began is not documented. */
const newerErrorsFirmware = 59;

/** `modelStatus`: why it does not charge ("API_KEYS_FIRMWARE", 60.4). Codes of our own stop, of errors and of charging are left out. */
const holds: Readonly<Record<number, ChargerHold>> = {
  0: "starting",
  1: "temperature",
  2: "authorization",
  5: "schedule",
  6: "energy-limit",
  16: "price",
  17: "price",
  18: "schedule",
  22: "simulated-unplug",
  23: "phase-switch",
  24: "minimum-pause",
  27: "load-management",
  28: "backend",
  29: "grid",
  30: "adapter",
  31: "grid",
  32: "grid",
  34: "grid",
  35: "backend",
  37: "backend",
  38: "grid",
  40: "starting",
  41: "failsafe",
};

/** @throws DeviceError when the answer is not a charger's status */
export function parseStatusV2(json: unknown, source: AnswerSource): Status {
  return parseStatus(mandatory, 2, json, source);
}

export function readingV2({ car, answer }: Status): ChargerReading {
  const numbers = { ...readFields(fields, answer), currentLimit: readField(currentLimitField, answer) };
  const error = errorOf(answer);
  const force = toNumber(answer.get("frc"));
  const allowed = answer.get("alw");
  const hold = allowed === true ? null : holdOf(answer);
  return {
    ...noChargerReading,
    ...numbers,
    temperature: boardTemperature(answer),
    temperatureType2: hasList(answer, "tma") ? numbers.temperatureType2 : null,
    pwmSignal: car === null ? internalError : labelOf(carLabels, car),
    error,
    phases: phasesOf(answer, [numbers.currentL1, numbers.currentL2, numbers.currentL3]),
    allowCharging: typeof allowed === "boolean" ? allowed : null,
    enabled: force === null ? null : force !== forceState.off,
    forceState: force === null ? null : (forceStates[force] ?? null),
    firmware: textAt(answer, "fwv"),
    state: stateOf(car === idle && hidesCar(answer) ? waiting : car, error),
    hold,
  };
}

export function writesV2(send: RouteV2["set"], device: string): Required<Pick<ChargerWrites, WritableV2>> {
  const set = async (key: string, value: number | null): Promise<void> => {
    const verdict = await send(key, value);
    if (verdict === true) return;
    const what = `${key}=${value} was refused: ${verdict.replace(/\s+/g, " ").slice(0, 200)}`;
    throw new DeviceError({ code: "refused", device, what, advice: "Check in the go-e app what limits it" });
  };
  return {
    async maxAmpere(amperes) {
      requireCurrent(amperes, currentRange, device);
      await set("amp", amperes);
    },
    allowCharging: (allowed) => set("frc", allowed ? forceState.on : forceState.off),
    phases: (count) => set("psm", phaseMode[count]),
    sessionChargeConsumptionLimit: async (energy) => set("dwo", limitCounts(energy, 1_000, mostLimit, device)),
    async transaction(transaction) {
      if (transaction !== null && !(Number.isInteger(transaction) && transaction >= 0 && transaction <= mostCards))
        throw unsupported(device, `${transaction} is no transaction`, `Choose 0 to ${mostCards}, or none`);
      await set("trx", transaction);
    },
  };
}

export const writableV2 = [
  "maxAmpere",
  "allowCharging",
  "phases",
  "sessionChargeConsumptionLimit",
  "transaction",
] as const satisfies readonly (keyof ChargerWrites)[];

type WritableV2 = (typeof writableV2)[number];

function errorOf(answer: Answer): string | null {
  if (answer.get("err") === null) return internalError;
  const code = toNumber(answer.get("err"));
  if (code === null) return null;
  const firmware = Number.parseFloat(textAt(answer, "fwv") ?? "");
  const labels = firmware >= newerErrorsFirmware ? newerErrorLabels : olderErrorLabels;
  return labelOf({ ...commonErrorLabels, ...labels }, code);
}

/** `car`: no car, and one that waits. */
const idle = 1;
const waiting = 3;

/** While it changes the number of phases, or plays to the car that the plug was pulled, it shows no car. */
function hidesCar(answer: Answer): boolean {
  const hold = holdOf(answer);
  return hold === "phase-switch" || hold === "simulated-unplug";
}

/** `null`: nothing that is known. */
function holdOf(answer: Answer): ChargerHold | null {
  const status = toNumber(answer.get("modelStatus"));
  if (status !== null) return holds[status] ?? null;
  // Older firmware does not say why: it waits for a card, and none has opened it.
  return answer.get("acs") === 1 && answer.get("trx") === null ? "authorization" : null;
}

/** What is set; where the charger chooses (`psm` 0, or none), what it uses. */
function phasesOf(answer: Answer, currents: readonly (number | null)[]): number | null {
  const mode = toNumber(answer.get("psm"));
  if (mode === phaseMode[1]) return 1;
  if (mode === phaseMode[3]) return 3;
  const used = toNumber(answer.get("pnp"));
  if (used !== null && used >= 1 && used <= 3) return used;
  return phasesInUse(currents) || null;
}
