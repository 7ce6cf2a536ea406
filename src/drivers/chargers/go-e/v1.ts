/** go-e's API version 1: one status in which all scalars are texts, and writes that are refused in silence. */

import { DeviceError } from "../../../model/errors.js";
import { type ChargerReading, noChargerReading } from "../../../model/readings.js";
import type { ChargerWrites } from "../../driver.js";
import { type Answer, type Field, readField, readFields, toNumber } from "../../decoding/fields.js";
import type { LineV1, Party } from "./line.js";
import { limitCounts, requireCurrent, unsupported } from "../../options/requirements.js";
import { currentRange, hasList, parseStatus, type Status, textAt } from "./status.js";
import { accessTextsV1, carTextsV1, errorTextsV1, internalError, stateOf, textOf } from "./texts.js";

const voltage = { key: "nrg", unit: "V", range: [0, 500] } as const;
/** A little below zero is how a sensor rests. */
const current = { key: "nrg", unit: "A", scale: 0.1, range: [-1, 100] } as const;
const phasePower = { key: "nrg", unit: "W", scale: 100, range: [-1_000, 100_000] } as const;

/** go-eCharger API v1, "go-eCharger API v1 EN.md" */
export const numbersV1 = {
  /** `amp` alone in firmware that has no `amx` yet; where both are, they read back what was set last. */
  maxAmpere: { key: "amx", unit: "A", range: [0, 32], or: { key: "amp", unit: "A", range: [0, 32] } },
  voltageL1: { ...voltage, at: 0 },
  voltageL2: { ...voltage, at: 1 },
  voltageL3: { ...voltage, at: 2 },
  currentL1: { ...current, at: 4 },
  currentL2: { ...current, at: 5 },
  currentL3: { ...current, at: 6 },
  powerL1: { ...phasePower, at: 7 },
  powerL2: { ...phasePower, at: 8 },
  powerL3: { ...phasePower, at: 9 },
  /** Counts of 0.01 kW, unlike the phases' 0.1 kW. */
  power: { key: "nrg", at: 11, unit: "W", scale: 10, range: [-1_000, 100_000] },
  /** Deka-watt-seconds. */
  sessionChargeConsumption: { key: "dws", unit: "kWh", scale: 1 / 360_000, range: [0, 10_000] },
  totalConsumption: { key: "eto", unit: "kWh", scale: 0.1, range: [0, 1e8] },
  /** 0: no cable. */
  cableEncoding: { key: "cbl", unit: "A", range: [0, 100] },
  /** A list of sensors since hardware V3, one number before. */
  temperature: { key: "tma", at: 1, unit: "°C", range: [-60, 200], or: { key: "tmp", unit: "°C", range: [-60, 200] } },
  /** A list of one is not valid. */
  temperatureType2: { key: "tma", at: 0, unit: "°C", range: [-60, 200] },
  /** Wraps after 49 days. */
  uptime: { key: "rbt", unit: "ms", range: [0, 2 ** 32] },
} as const satisfies Record<string, Field>;

/** 0: none. */
const limitField: Field = { key: "dwo", unit: "kWh", scale: 0.1, range: [0, 6_553.5] };
/** `stp`: the limit is in force. */
const stopsAtLimit = 2;
/** `dwo` is 16 bits wide. */
const mostLimitCounts = 0xffff;

/**
 * Charger HOME+ (V2), firmware 042: `amx` does not exceed `amp`, a higher value is ignored, and a status that
 * stays as it was is all there is to see (go-eCharger-API-v1, issue 114). May go once nobody runs 042.
 */
const amxStaysUnderAmp =
  "Set the highest current that is wanted in the go-e app once: some firmware lets automation only go below it";

/** Firmware before `amx` has only the current that is stored in flash, which automation leaves alone. */
const amxIsMissing =
  "Update the charger's firmware: this one has no current that could be set without wearing its memory";

export function readingV1({ car, answer }: Status): ChargerReading {
  const numbers = readFields(numbersV1, answer);
  const error = errorOf(answer);
  const allowCharging = flagAt(answer, "alw");
  return {
    ...noChargerReading,
    ...numbers,
    temperatureType2: hasList(answer, "tma") ? numbers.temperatureType2 : null,
    pwmSignal: car === null ? null : textOf(carTextsV1, car),
    error,
    phases: phasesInUse([numbers.currentL1, numbers.currentL2, numbers.currentL3]),
    sessionChargeConsumptionLimit: limitOf(answer),
    allowCharging,
    enabled: allowCharging,
    firmware: textAt(answer, "fwv"),
    accessState: accessOf(answer),
    state: stateOf(car, error),
  };
}

/** Each write is answered with the whole status; what it says of the key is what the charger has made of it. */
export function writesV1(line: LineV1, party: Party): Required<Pick<ChargerWrites, WritableV1>> {
  const { device } = party;
  const set = async (key: string, value: number, advice = "Check in the go-e app what limits it"): Promise<Answer> => {
    const { answer } = parseStatus(1, await line.set(key, value), party);
    if (toNumber(answer.get(key)) === value) return answer;
    const missing = key === "amx" && !answer.has("amx");
    const what = `${key}=${value} was not taken over, it is ${toNumber(answer.get(key)) ?? "not told"}`;
    throw new DeviceError({ code: "not-taken-over", device, what, advice: missing ? amxIsMissing : advice });
  };
  return {
    async maxAmpere(amperes) {
      requireCurrent(amperes, currentRange, device);
      await set("amx", amperes, amxStaysUnderAmp);
    },
    async allowCharging(allowed) {
      await set("alw", allowed ? 1 : 0);
    },
    /** The limit first: the stop that it feeds must not look at an old one. Without a limit, `stp` has no effect. */
    async sessionChargeConsumptionLimit(energy) {
      const counts = limitCounts(energy, 10, mostLimitCounts, device);
      const answer = await set("dwo", counts ?? 0);
      if (counts !== null && toNumber(answer.get("stp")) !== stopsAtLimit) await set("stp", stopsAtLimit);
    },
    async accessState(state) {
      const code = accessTextsV1.findIndex((text) => text === state.toUpperCase());
      if (code < 0) throw unsupported(device, `"${state}" is no access state`, `Choose ${accessTextsV1.join(", ")}`);
      await set("ast", code);
    },
  };
}

export const writableV1 = [
  "maxAmpere",
  "allowCharging",
  "sessionChargeConsumptionLimit",
  "accessState",
] as const satisfies readonly (keyof ChargerWrites)[];

type WritableV1 = (typeof writableV1)[number];

/** How many phases carry current; `null`: not told. */
export function phasesInUse(currents: readonly (number | null)[]): number | null {
  if (currents.every((ampere) => ampere === null)) return null;
  return currents.filter((ampere) => ampere !== null && ampere > 0).length;
}

function errorOf(answer: Answer): string | null {
  const code = toNumber(answer.get("err"));
  return code === null ? null : (errorTextsV1[code] ?? internalError);
}

function accessOf(answer: Answer): string | null {
  const code = toNumber(answer.get("ast"));
  return code === null ? null : textOf(accessTextsV1, code);
}

function flagAt(answer: Answer, key: string): boolean | null {
  const flag = toNumber(answer.get(key));
  return flag === 1 ? true : flag === 0 ? false : null;
}

function limitOf(answer: Answer): number | null {
  const stop = toNumber(answer.get("stp"));
  return stop === null || stop === stopsAtLimit ? readField(limitField, answer) || null : null;
}
