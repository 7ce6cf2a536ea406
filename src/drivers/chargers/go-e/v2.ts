/** go-e's API version 2: typed JSON, told key by key, and writes that are answered key by key. */

import { forceStates } from "../../../model/channels.js";
import { DeviceError } from "../../../model/errors.js";
import { type ChargerReading, noChargerReading } from "../../../model/readings.js";
import type { ChargerWrites } from "../../driver.js";
import { type Answer, type Field, readFields, toNumber } from "../../decoding/fields.js";
import type { LineV2, Party } from "./line.js";
import { limitCounts, requireCurrent, unsupported } from "../../options/requirements.js";
import { currentRange, hasList, type Status, textAt } from "./status.js";
import { carTextsV2, errorTextsV2, internalError, stateOf, textOf } from "./texts.js";
import { phasesInUse } from "./v1.js";

const voltage = { key: "nrg", unit: "V", range: [0, 500] } as const;
/** A little below zero is how a sensor rests. */
const current = { key: "nrg", unit: "A", range: [-1, 100] } as const;
const power = { key: "nrg", unit: "W", range: [-1_000, 100_000] } as const;

/** go-eCharger API v2, "apikeys-en.md" */
export const numbersV2 = {
  maxAmpere: { key: "amp", unit: "A", range: [0, 32] },
  voltageL1: { ...voltage, at: 0 },
  voltageL2: { ...voltage, at: 1 },
  voltageL3: { ...voltage, at: 2 },
  currentL1: { ...current, at: 4 },
  currentL2: { ...current, at: 5 },
  currentL3: { ...current, at: 6 },
  powerL1: { ...power, at: 7 },
  powerL2: { ...power, at: 8 },
  powerL3: { ...power, at: 9 },
  power: { ...power, at: 11 },
  /** Null: none. */
  sessionChargeConsumptionLimit: { key: "dwo", unit: "kWh", scale: 1e-3, range: [0, 1e6] },
  /** `awp`: charges only below it, where the charger is told to look at prices. */
  priceLimit: { key: "awp", unit: "ct/kWh", range: [-1_000, 1_000] },
  sessionChargeConsumption: { key: "wh", unit: "kWh", scale: 1e-3, range: [0, 10_000] },
  totalConsumption: { key: "eto", unit: "kWh", scale: 1e-3, range: [0, 1e8] },
  /** Null: no cable. */
  cableEncoding: { key: "cbl", unit: "A", range: [0, 100] },
  temperatureType2: { key: "tma", at: 0, unit: "°C", range: [-60, 200] },
  /** The circuit board. */
  temperature: { key: "tma", at: 1, unit: "°C", range: [-60, 200] },
  /** Null: no transaction · 0: without a card · n: card n. */
  transaction: { key: "trx", unit: "", range: [0, 1_000] },
  uptime: { key: "rbt", unit: "ms", range: [0, Number.MAX_SAFE_INTEGER] },
} as const satisfies Record<string, Field>;

/** The keys that a reading is made of. A whole status has some 200, and the charger takes its time for them. */
export const keysV2: readonly string[] = [
  ...new Set<string>([
    "car",
    "err",
    "sse",
    "alw",
    "frc",
    "psm",
    "pnp",
    "fwv",
    ...Object.values(numbersV2).map((f) => f.key),
  ]),
];

/** `frc`; the place of the channel's text is the same number. */
const forceState = { neutral: 0, off: 1, on: 2 } as const;
/** `psm` by number of phases; 0 lets the charger choose. */
const phaseMode = { 1: 1, 3: 2 } as const;
/** Wh; more than any car takes. */
const mostLimit = 1e6;
/** Cards that a charger knows. */
const mostCards = 10;

export function readingV2({ car, answer }: Status): ChargerReading {
  const numbers = readFields(numbersV2, answer);
  const error = errorOf(answer);
  const force = toNumber(answer.get("frc"));
  const allowed = answer.get("alw");
  return {
    ...noChargerReading,
    ...numbers,
    temperatureType2: hasList(answer, "tma") ? numbers.temperatureType2 : null,
    pwmSignal: car === null ? internalError : textOf(carTextsV2, car),
    error,
    phases: phasesOf(answer, [numbers.currentL1, numbers.currentL2, numbers.currentL3]),
    allowCharging: typeof allowed === "boolean" ? allowed : null,
    enabled: force === null ? null : force !== forceState.off,
    forceState: force === null ? null : (forceStates[force] ?? null),
    firmware: textAt(answer, "fwv"),
    state: stateOf(car, error),
  };
}

export function writesV2(line: LineV2, { device }: Party): Required<Pick<ChargerWrites, WritableV2>> {
  const set = async (key: string, value: number | null): Promise<void> => {
    const verdict = await line.set(key, value);
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
  return code === null ? null : textOf(errorTextsV2, code);
}

/** What is set; where the charger chooses (`psm` 0, or none), what it uses. */
function phasesOf(answer: Answer, currents: readonly (number | null)[]): number | null {
  const mode = toNumber(answer.get("psm"));
  if (mode === phaseMode[1]) return 1;
  if (mode === phaseMode[3]) return 3;
  const told = toNumber(answer.get("pnp"));
  if (told !== null && told >= 1 && told <= 3) return told;
  return phasesInUse(currents) || null;
}
