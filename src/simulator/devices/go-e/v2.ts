/** HTTP API v2 of the go-e charger: typed JSON by key, filters, and writes that are answered key by key. */

import { parseJson } from "../../../model/json.js";
import type { EvseFault, EvseState } from "../../house/evse.js";
import type { GoEBox, WrittenValue } from "./box.js";
import { firmwareNumber } from "./box.js";

const carCodes = {
  "no car": 1,
  charging: 2,
  waiting: 3,
  complete: 4,
  fault: 5,
} as const satisfies Record<EvseState, number>;

const errorCodes = {
  "residual current": 1,
  phase: 3,
  ground: 8,
  "contactor stuck": 9,
  internal: 12,
  overtemperature: 13,
} as const satisfies Record<EvseFault, number>;

/** Since firmware 59.4 at the latest ("API_KEYS_FIRMWARE"). */
const newerErrorCodes: Readonly<Record<EvseFault, number>> = { ...errorCodes, internal: 15, overtemperature: 16 };
const newerErrorsFirmware = 59;

/** Keys that PRO and CORE lack. */
const lackingKeys = ["cbl", "cus", "ffb", "lck", "ust", "upo"];

/** Between these, a key for each card's name stood in for the list of all cards. */
const cardListReplaced = { from: 60, until: 60.3 };
const mostCards = 10;

/** Why it charges or does not (`modelStatus`). */
const modelStatus = {
  accessWait: 2,
  forceOn: 3,
  forceOff: 4,
  energyLimit: 6,
  charging: 15,
  phaseSwitch: 23,
  error: 26,
} as const;

/** Older firmware wants the filter as a JSON array, and fails beyond some ten keys (go-eCharger-API-v2, http-en). */
const commaFilterFirmware = 51.4;
const oldFilterLength = 10;

type Status = Record<string, unknown>;

/** Settings without consequence here, and what a new box has in them; writable. */
const plainDefaults: Readonly<Status> = {
  mca: 6,
  psmd: 10_000,
  mptwt: 600_000,
  mpwst: 120_000,
  psh: 0,
  spl3: 4_200,
  mci: 0,
  mcpd: 0,
  fmt: 900_000,
  lmo: 3,
  awp: 3,
  fup: false,
  pgt: 0,
  fst: 1_400,
  fzf: false,
  frm: 1,
  po: -300,
  loe: false,
  lot: 32,
  lof: 6,
  lop: 50,
  ust: 0,
  upo: false,
  sua: false,
  ids: null,
};

const fixed: Readonly<Status> = {
  adi: false,
  cus: 1,
  ffb: 0,
  lck: 0,
  typ: "go-eCharger_V4",
  oem: "go-e",
  var: 22,
  mod: 3,
  wst: 3,
  rssi: -58,
  fhz: 50,
  loa: null,
  log: "",
  ppv: null,
  pgrid: null,
  pakku: null,
  hai: true,
  hla: true,
};

/** Every key that this box has. */
export function statusV2(box: GoEBox): Status {
  const status = wholeStatusV2(box);
  if (!box.quirks.has("lacks-keys")) return status;
  return Object.fromEntries(Object.entries(status).filter(([key]) => !lackingKeys.includes(key)));
}

function wholeStatusV2(box: GoEBox): Status {
  const { evse } = box;
  const temperature = Math.round(evse.temperature * 10) / 10;
  const closed = evse.offer?.phases ?? 0;
  const errors = firmwareNumber(box.firmware) >= newerErrorsFirmware ? newerErrorCodes : errorCodes;
  const hidesCar = box.quirks.has("no-car-while-switching") && evse.switchingPhases;
  return {
    ...fixed,
    ...plainDefaults,
    ...Object.fromEntries([...box.plainSettings].filter(([key]) => Object.hasOwn(plainDefaults, key))),
    ...cardsOf(box),
    car: hidesCar ? carCodes["no car"] : carCodes[evse.state],
    err: evse.fault === null ? 0 : errors[evse.fault],
    alw: evse.allowedNow && evse.fault === null && !evse.limitReached,
    frc: box.forceState,
    psm: box.phaseSwitchMode,
    amp: Math.floor(evse.current),
    ama: box.maxCurrent,
    acu: Math.floor(Math.min(evse.currentNow, box.maxCurrent)),
    amt: 32,
    acs: box.accessState,
    trx: box.transaction,
    dwo: box.autoStop ? box.energyLimit : null,
    cbl: evse.car ? evse.cable : null,
    fsp: box.phaseSwitchMode === 1,
    pnp: closed,
    // The order is not documented: behind the contactor first, as seen in published answers.
    pha: [closed > 0, closed > 1, closed > 1, true, true, true],
    nrg: nrgV2(box),
    tpa: round(evse.power),
    wh: evse.sessionEnergy,
    eto: Math.floor(evse.totalEnergy),
    tma: [...(box.quirks.has("lacks-keys") ? [null, null] : []), temperature, temperature + 1.5],
    modelStatus: modelStatusOf(box),
    rbc: evse.reboots,
    rbt: Math.floor(evse.uptime * 1000),
    fwv: box.firmware,
    sse: box.serial,
  };
}

/** U L1–L3, N in V · I L1–L3 in A · P L1–L3, N, total in W · power factors L1–L3, N in %. */
function nrgV2(box: GoEBox): number[] {
  const { voltages, currents, powers, power, powerFactors } = box.measure();
  return [...voltages, 0, ...currents, ...powers, 0, power, ...powerFactors, 0].map(round);
}

function cardsOf({ cards, firmware }: GoEBox): Status {
  const number = firmwareNumber(firmware);
  const names = Array.from({ length: mostCards }, (_, i) => cards[i]?.name ?? "");
  const list = { cards: names.map((name) => ({ name, energy: 0, cardId: name !== "" })) };
  if (number < cardListReplaced.from) return list;
  const keys = Object.fromEntries(names.map((name, i) => [`c${i}n`, name]));
  return number < cardListReplaced.until ? keys : { ...list, ...keys };
}

function modelStatusOf(box: GoEBox): number {
  const { evse } = box;
  if (evse.fault !== null) return modelStatus.error;
  if (box.forceState === 1) return modelStatus.forceOff;
  if (box.locked) return modelStatus.accessWait;
  if (evse.limitReached) return modelStatus.energyLimit;
  if (evse.switchingPhases) return modelStatus.phaseSwitch;
  return box.forceState === 2 ? modelStatus.forceOn : modelStatus.charging;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

/**
 * The answer to `/api/status?filter=`; keys that the box does not have are left out.
 * `null`: this firmware gives no answer to such a question.
 */
export function filteredStatusV2(box: GoEBox, filter: string | null): Status | null {
  const status = statusV2(box);
  if (filter === null) return status;
  const old = firmwareNumber(box.firmware) < commaFilterFirmware;
  const list = keysOfArray(filter);
  if (old && list !== null && list.length > oldFilterLength) return null;
  const keys = list ?? (old ? [filter] : filter.split(","));
  return Object.fromEntries(keys.filter((key) => Object.hasOwn(status, key)).map((key) => [key, status[key]]));
}

/** Whether a key is asked for that the box lacks. */
export function lacksKeys(box: GoEBox, filter: string | null): boolean {
  if (!box.quirks.has("lacks-keys")) return false;
  const status = statusV2(box);
  return (filter ?? "").split(",").some((key) => !Object.hasOwn(status, key));
}

function keysOfArray(filter: string): string[] | null {
  const list = parseJson(filter);
  return Array.isArray(list) ? list.filter((key) => typeof key === "string") : null;
}

/** Takes a value over (true), or says why not. */
type Setter = (box: GoEBox, value: WrittenValue) => true | string;

const setters: Readonly<Record<string, Setter>> = {
  amp(box, value) {
    const highest = box.quirks.has("takes-too-much") ? 32 : box.maxCurrent;
    return whole(value, 6, highest, (current) => box.setStoredCurrent(Math.min(current, box.maxCurrent)));
  },
  ama: (box, value) => whole(value, 6, box.evse.maxCurrent, (current) => (box.maxCurrent = current)),
  frc: (box, value) => oneOf(value, [0, 1, 2], (state) => (box.forceState = state)),
  psm: (box, value) => oneOf(value, [0, 1, 2], (mode) => (box.phaseSwitchMode = mode)),
  acs: (box, value) => oneOf(value, [0, 1], (state) => (box.accessState = state)),
  trx: (box, value) => {
    if (value !== null) return whole(value, 0, 10, (card) => (box.transaction = card));
    box.transaction = null;
    return true;
  },
  // 0 is a limit of nothing; null lifts it.
  dwo: (box, value) => {
    if (value !== null && !(typeof value === "number" && value >= 0)) return "value must be null or a number";
    box.energyLimit = value;
    box.autoStop = value !== null;
    return true;
  },
  rst: (box, value) => {
    if (value !== true) return "value must be true";
    box.evse.reboot();
    return true;
  },
};

function whole(value: WrittenValue, min: number, max: number, take: (value: number) => void): true | string {
  if (typeof value !== "number" || !Number.isInteger(value)) return "value must be an integer";
  if (value < min || value > max) return `value must be between ${min} and ${max}`;
  take(value);
  return true;
}

function oneOf<const V extends number>(
  value: WrittenValue,
  values: readonly V[],
  take: (value: V) => void,
): true | string {
  const match = values.find((one) => one === value);
  if (match === undefined) return `value must be one of ${values.join(", ")}`;
  take(match);
  return true;
}

/** Takes `key=value` of `/api/set` over, or says why not. @param text JSON */
export function writeV2(
  box: GoEBox,
  key: string,
  text: string,
): { readonly answer: true | string; readonly value: WrittenValue } {
  const value = parseJson(text);
  if (value === undefined) return { answer: "value is no valid JSON", value: text };
  const setter = Object.hasOwn(setters, key) ? setters[key] : undefined;
  if (setter) return { answer: setter(box, value), value };
  if (Object.hasOwn(plainDefaults, key)) {
    box.plainSettings.set(key, value);
    return { answer: true, value };
  }
  return { answer: Object.hasOwn(statusV2(box), key) ? "key is read-only" : "unknown key", value };
}
