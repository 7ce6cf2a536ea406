/** go-e's API version 1: one status in which all scalars are texts, and writes that are refused without an error. */

import { z } from "zod";
import { DeviceError } from "../../../model/errors.js";
import type { PhaseIndex } from "../../../model/phases.js";
import { type ChargerReading, noChargerReading } from "../../../model/readings.js";
import type { ChargerWrites } from "../../driver.js";
import { type Answer, answerOf, type Field, readField, readFields, toNumber } from "../../decoding/fields.js";
import { limitCounts, requireCurrent, unsupported } from "../../options/requirements.js";
import { tagV1 } from "./cards.js";
import type { RouteV1 } from "./route.js";
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

const mandatory = z.object({
  car: z.union([z.int(), z.string().regex(/^\d+$/).transform(Number)]),
  nrg: z.array(z.number()).nullish(),
});

/** go-eCharger API v1, "go-eCharger API v1 EN.md" */
const fields = {
  /** `amp` alone in firmware that has no `amx` yet; where both are, they read back what was set last. */
  maxAmpere: { key: "amx", unit: "A", range: [0, 32], or: { key: "amp", unit: "A", range: [0, 32] } },
  currentLimit: currentLimitField,
  /** Deka-watt-seconds. */
  sessionChargeConsumption: { key: "dws", unit: "kWh", scale: 1 / 360_000, range: [0, 10_000] },
  totalConsumption: { key: "eto", unit: "kWh", scale: 0.1, range: [0, 1e8] },
  /** 0: no cable. */
  cableEncoding: { key: "cbl", unit: "A", range: [0, 100] },
  /** Of hardware up to V2; a list of sensors since. */
  temperature: { key: "tmp", unit: "°C", range: [-60, 200] },
  /** A list of one is not valid. */
  temperatureType2: { key: "tma", at: 0, unit: "°C", range: [-60, 200] },
  /** Wraps after 49 days. */
  uptime: { key: "rbt", unit: "ms", range: [0, 2 ** 32] },
} as const satisfies Record<string, Field>;

const measured = {
  ...phaseFields({ current: 0.1, power: 100 }),
  /** Counts of 0.01 kW, unlike the phases' 0.1 kW. */
  power: { key: "nrg", at: 11, unit: "W", scale: 10, range: [-1_000, 100_000] },
} as const satisfies Record<string, Field>;

/** Some firmware of hardware V3 tells A and W here, too, as in version 2. */
const measuredPlainly = {
  ...phaseFields({ current: 1, power: 1 }),
  power: { ...measured.power, scale: 1 },
} as const satisfies Record<string, Field>;

/** 0: none. */
const limitField: Field = { key: "dwo", unit: "kWh", scale: 0.1, range: [0, 6_553.5] };
/** `stp`: the limit is in force. */
const stopsAtLimit = 2;
/** `dwo` is 16 bits wide. */
const mostLimitCounts = 0xffff;

/**
 * Charger HOME+ (V2), firmware 042: `amx` does not exceed `amp`, and a higher value is ignored without an error (go-eCharger-API-v1, issue 114). May go once nobody runs 042.
 */
const amxStaysUnderAmp =
  "Set the highest current that is wanted in the go-e app once: some firmware lets automation only go below it";

/** Firmware before `amx` has only the current that is stored in flash, which automation leaves alone. */
const amxIsMissing =
  "Update the charger's firmware: this one has no current that could be set without wearing its memory";

/** `car` */
const carLabels: Labels = {
  0: "UNKNOWN/ERROR",
  1: "READY_NO_CAR",
  2: "CHARGING",
  3: "WAITING_FOR_CAR",
  4: "CHARGING_DONE_CAR_CONNECTED",
};

/** `err` */
const errorLabels: Labels = { 0: noError, 1: "RCCB", 3: "PHASE", 8: "NO_GROUND", 10: internalError };

/** `ast`; the place is the code. */
const accessStates = ["OPEN", "RFID", "AWATTAR", "TIMER"] as const;

/** @throws DeviceError when the answer is not a charger's status */
export function parseStatusV1(json: unknown, source: AnswerSource): Status {
  return parseStatus(mandatory, 1, json, source);
}

export function readingV1({ car, answer }: Status): ChargerReading {
  const numbers = {
    ...readFields(fields, answer),
    ...readFields(isMeasuredPlainly(answer) ? measuredPlainly : measured, answer),
  };
  const error = errorOf(answer);
  const allowCharging = flagAt(answer, "alw");
  return {
    ...noChargerReading,
    ...numbers,
    temperature: answer.has("tma") ? boardTemperature(answer) : numbers.temperature,
    temperatureType2: hasList(answer, "tma") ? numbers.temperatureType2 : null,
    pwmSignal: car === null ? null : labelOf(carLabels, car),
    error,
    phases: phasesInUse([numbers.currentL1, numbers.currentL2, numbers.currentL3]),
    sessionChargeConsumptionLimit: limitOf(answer),
    allowCharging,
    enabled: allowCharging,
    firmware: textAt(answer, "fwv"),
    accessState: accessOf(answer),
    state: stateOf(car, error),
    tag: tagV1(answer),
    hold: waitsForCard(answer) ? "authorization" : null,
  };
}

/** By U·I, which the power never exceeds: in counts of 0.1 A and 0.01 kW it is a hundred times the power. */
function isMeasuredPlainly(answer: Answer): boolean {
  const list: unknown = answer.get("nrg");
  const counts = Array.isArray(list) ? list.map(toNumber) : [];
  const product = (phase: PhaseIndex) => (counts[phase] ?? 0) * (counts[4 + phase] ?? 0);
  const apparent = product(0) + product(1) + product(2);
  const power = counts[11] ?? 0;
  return apparent > 0 && power > (1.5 * apparent) / 100 + roundingOfPower;
}

/** Counts that the rounding of three currents and four powers adds at most. */
const roundingOfPower = 3;

/** What a status shows for a key that was written. Firmware 040 and 041 show `amx` as `amp` alone. */
export function shownV1(json: unknown, key: string): number | null {
  const answer = answerOf(json);
  const shown = answer?.get(key) ?? (key === "amx" ? answer?.get("amp") : undefined);
  return toNumber(shown);
}

/** Each write is answered with a whole status, whose value for the key shows whether the charger has taken it over. */
export function writesV1(send: RouteV1["set"], source: AnswerSource): Required<Pick<ChargerWrites, WritableV1>> {
  const { device } = source;
  const set = async (key: string, value: number, advice = "Check in the go-e app what limits it"): Promise<Answer> => {
    const json = await send(key, value);
    const { answer } = parseStatusV1(json, source);
    const shown = shownV1(json, key);
    if (shown === value) return answer;
    const missing = key === "amx" && !answer.has("amx");
    const what = `${key}=${value} was not taken over, it is ${missing ? "not reported" : (shown ?? "not reported")}`;
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
      const code = accessStates.findIndex((text) => text === state.toUpperCase());
      if (code < 0) throw unsupported(device, `"${state}" is no access state`, `Choose ${accessStates.join(", ")}`);
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

function errorOf(answer: Answer): string | null {
  const code = toNumber(answer.get("err"));
  return code === null ? null : (errorLabels[code] ?? internalError);
}

function accessOf(answer: Answer): string | null {
  const code = toNumber(answer.get("ast"));
  return code === null ? null : labelOf(accessStates, code);
}

/** Only a card opens it, and none has. */
function waitsForCard(answer: Answer): boolean {
  const [access, card] = [toNumber(answer.get("ast")), toNumber(answer.get("uby"))];
  return access === accessStates.indexOf("RFID") && card === 0 && flagAt(answer, "alw") === false;
}

function flagAt(answer: Answer, key: string): boolean | null {
  const flag = toNumber(answer.get(key));
  return flag === 1 ? true : flag === 0 ? false : null;
}

function limitOf(answer: Answer): number | null {
  const stop = toNumber(answer.get("stp"));
  return stop === null || stop === stopsAtLimit ? readField(limitField, answer) || null : null;
}
