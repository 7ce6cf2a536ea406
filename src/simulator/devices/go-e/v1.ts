/** HTTP API v1 of the go-e charger: one status of strings, and writes that are refused in silence. */

import type { EvseFault, EvseState } from "../../house/evse.js";
import type { GoEBox } from "./box.js";
import { firmwareNumber } from "./box.js";

const carCodes = {
  "no car": 1,
  charging: 2,
  waiting: 3,
  complete: 4,
} as const satisfies Record<Exclude<EvseState, "fault">, number>;

const errorCodes = {
  "residual current": 1,
  phase: 3,
  ground: 8,
  overtemperature: 10,
  "contactor stuck": 10,
  internal: 10,
} as const satisfies Record<EvseFault, number>;

/** Hardware V2, firmware 042: `amx` is taken only up to `amp` (go-eCharger-API-v1 issue 114). */
const amxWithinAmpFirmware = 42;

/** Hardware V3 and later, legacy API: `nrg` has decimals (openhab-addons issue 14736), older boxes send whole numbers. */
const nrgDecimals = { v2: 0, v3: 2 } as const;

/** bits 3–5: L1–L3 are there · bits 0–2: L1–L3 behind the contactor, in reverse order. */
const phasesPresent = 0b111000;

/** Settings without consequence here, and what a new box has in them; writable. */
const plainDefaults: Readonly<Record<string, string>> = {
  wss: "home",
  wke: "",
  wen: "1",
  tof: "101",
  tds: "1",
  lbr: "255",
  aho: "2",
  afi: "8",
  al1: "6",
  al2: "10",
  al3: "12",
  al4: "14",
  al5: "16",
  cid: "255",
  cch: "65535",
  cfi: "65280",
  lse: "0",
  ust: "0",
  wak: "",
  r1x: "3",
  dto: "0",
  nmo: "0",
  ...Object.fromEntries(["a", "m", "e", "4", "5", "6", "7", "8", "9", "1"].map((card) => [`rn${card}`, "n/a"])),
};

const nameKeys = ["a", "m", "e", "4", "5", "6", "7", "8", "9", "1"].map((card) => `rn${card}`);

/** What nobody can change; the odd card keys are the vendor's. */
const fixed: Readonly<Record<string, string>> = {
  version: "B",
  adi: "0",
  wst: "3",
  lot: "32",
  lom: "6",
  lop: "50",
  log: "",
  lof: "6",
  loa: "0",
  lch: "0",
  loe: "0",
  mce: "0",
  mcs: "",
  mcp: "1883",
  mcu: "",
  mck: "",
  mcc: "0",
  ...Object.fromEntries(["a", "r", "d", "4", "5", "6", "7", "8", "9", "1"].map((card) => [`ec${card}`, "0"])),
  ...Object.fromEntries(["a", "r", "d", "4", "5", "6", "7", "8", "9", "1"].map((card) => [`rc${card}`, ""])),
};

/** The answer to `/status`. */
export function statusV1(box: GoEBox): Record<string, string | number[]> {
  const { evse } = box;
  const plain: Readonly<Record<string, string>> = Object.fromEntries(
    Object.keys(plainDefaults).map((key) => [key, String(box.plainSettings.get(key) ?? plainDefaults[key])]),
  );
  return {
    ...fixed,
    ...plain,
    rbc: String(evse.reboots),
    rbt: String(Math.floor(evse.uptime * 1000)),
    car: String(evse.state === "fault" ? (evse.car ? carCodes.waiting : carCodes["no car"]) : carCodes[evse.state]),
    amp: String(Math.floor(evse.current)),
    ...(!box.quirks.has("amx-shows-as-amp") && { amx: String(Math.floor(evse.current)) }),
    err: String(evse.fault === null ? 0 : errorCodes[evse.fault]),
    ast: String(box.accessState),
    alw: box.permitted && !evse.limitReached ? "1" : "0",
    stp: box.autoStop ? "2" : "0",
    cbl: String(evse.car ? evse.cable : 0),
    pha: String(phasesPresent | (evse.offer === null ? 0 : evse.offer.phases === 1 ? 0b001 : 0b111)),
    tmp: String(Math.round(evse.temperature)),
    dws: String(Math.floor(evse.sessionEnergy * 360)),
    dwo: String(Math.floor((box.energyLimit ?? 0) / 100)),
    uby: String(box.transaction ?? 0),
    eto: String(Math.floor(evse.totalEnergy / 100)),
    ama: String(box.maxCurrent),
    fwv: box.firmware,
    sse: box.serial,
    ...Object.fromEntries(nameKeys.map((key, i) => [key, box.cards[i]?.name ?? plain[key] ?? "n/a"])),
    nrg: nrgV1(box),
    ...(firmwareNumber(box.firmware) >= 40 && { tma: [-1, 0, 0.5, 1].map((offset) => evse.temperature + offset) }),
  };
}

/** U L1–L3, N in V · I L1–L3 in 0.1 A · P L1–L3, N in 0.1 kW · P total in 0.01 kW · power factors L1–L3, N in %. */
function nrgV1(box: GoEBox): number[] {
  const { voltages, currents, powers, power, powerFactors } = box.measure();
  const scale = 10 ** nrgDecimals[box.hardware];
  const [current, phasePower, wholePower] = box.quirks.has("plain-nrg") ? [1, 1, 1] : [10, 1 / 100, 1 / 10];
  return [
    ...voltages,
    0,
    ...currents.map((ampere) => ampere * current),
    ...powers.map((watts) => watts * phasePower),
    0,
    power * wholePower,
    ...powerFactors,
    0,
  ].map((value) => Math.round(value * scale) / scale);
}

/** A numeric setting: what of it the box takes, and what it then does. */
interface NumberSetting {
  takes(value: number, box: GoEBox): boolean;
  write(box: GoEBox, value: number): void;
}

const numbers: Readonly<Record<string, NumberSetting>> = {
  amp: {
    takes: (value, box) => value >= 6 && value <= box.maxCurrent,
    write: (box, value) => box.setStoredCurrent(value),
  },
  amx: {
    takes: (value, box) => value >= 6 && value <= amxLimit(box),
    write: (box, value) => box.setVolatileCurrent(value),
  },
  ama: {
    takes: (value, box) => value >= 6 && value <= box.evse.maxCurrent,
    write: (box, value) => (box.maxCurrent = value),
  },
  alw: { takes: (value) => value <= 1, write: (box, value) => allow(box, value === 1) },
  ast: {
    takes: (value) => value <= 2,
    write: (box, value) => (box.accessState = value === 1 ? 1 : value === 2 ? 2 : 0),
  },
  // `dwo` counts only while this is 2.
  stp: { takes: (value) => value === 0 || value === 2, write: (box, value) => (box.autoStop = value === 2) },
  dwo: {
    takes: (value) => value <= 65_535,
    write: (box, value) => (box.energyLimit = value === 0 ? null : value * 100),
  },
};

/** The app's start and stop: a start also stands for the card. */
export function allow(box: GoEBox, allowed: boolean): void {
  box.forceState = allowed ? 0 : 1;
  if (allowed && box.locked) box.transaction = 0;
}

function amxLimit(box: GoEBox): number {
  const held = Math.floor(firmwareNumber(box.firmware)) === amxWithinAmpFirmware;
  return held ? Math.min(box.maxCurrent, box.evse.storedCurrent) : box.maxCurrent;
}

/** Takes `key=value` of `/mqtt?payload=` over; a refusal shows only in the status that stays as it was. */
export function writeV1(
  box: GoEBox,
  key: string,
  text: string,
): { readonly taken: boolean; readonly value: number | string } {
  const value = /^\d+$/.test(text) ? Number(text) : text;
  const setting = Object.hasOwn(numbers, key) ? numbers[key] : undefined;
  if (setting) {
    const taken = typeof value === "number" && setting.takes(value, box);
    if (taken) setting.write(box, value);
    return { taken, value };
  }
  const known = Object.hasOwn(plainDefaults, key);
  if (known) box.plainSettings.set(key, text);
  return { taken: known, value };
}
