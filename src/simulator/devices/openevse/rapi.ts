/** The controller of an OpenEVSE: what it answers in RAPI (open_evse, "rapi_proc.h"). */

import type { OpenEvseBox } from "./box.js";

const notThere = -2_560;

/** Everything but questions is kept from the controller by newer gateways. */
export function isBlocked(command: string): boolean {
  return !(command.startsWith("$G") || command.startsWith("$F0") || command.startsWith("$FB"));
}

/** Replies are whole: with their checksum. */
export function framed(text: string): string {
  const sum = [...text].reduce((xor, char) => xor ^ char.charCodeAt(0), 0);
  return `${text}^${hex(sum, 2)}`;
}

/** @param command as it came, with or without a checksum of its own */
export function reply(box: OpenEvseBox, command: string): string {
  const [name = "", ...values] = command.replace(/\^[0-9A-Fa-f]{2}$/, "").split(" ");
  return framed(answers[name]?.(box, values) ?? "$NK");
}

/** Those that change something. */
export function isWrite(command: string): boolean {
  return /^\$(SC|SV|FE|FS|FD)/.test(command);
}

/** Whether its RAPI is at least this version. */
function speaks({ rapi }: OpenEvseBox, version: readonly number[]): boolean {
  const parts = rapi.split(".").map(Number);
  const differs = version.findIndex((part, place) => part !== parts[place]);
  return differs < 0 || (parts[differs] ?? 0) > (version[differs] ?? 0);
}

const answers: Readonly<Record<string, (box: OpenEvseBox, values: readonly string[]) => string>> = {
  $GS: (box) =>
    speaks(box, [5])
      ? `$OK ${hex(box.code, 2)} 0 ${hex(box.evse.car ? 2 : 1, 2)} ${hex(box.flags, 4)}`
      : `$OK ${box.code} 0`,
  $GG: (box) => `$OK ${box.milliamperes} ${Math.round(box.voltage * 1_000)}`,
  $GU: ({ evse }) => `$OK ${Math.round(evse.sessionEnergy * 3_600)} ${Math.round(evse.totalEnergy)}`,
  $GC: (box) => {
    const range = `$OK 6 ${box.evse.maxCurrent}`;
    if (!speaks(box, [5])) return range;
    return speaks(box, [5, 1]) ? `${range} ${box.pilot} ${box.maxConfigured}` : `${range} ${box.pilot}`;
  },
  $GE: (box) => `$OK ${box.pilot} 0021`,
  $GP: ({ evse }) => `$OK ${Math.round(evse.temperature * 10)} ${notThere} ${notThere}`,
  $G0: ({ evse }) => `$OK ${evse.car ? 1 : 0}`,
  $GV: (box) => `$OK ${speaks(box, [5]) ? "8.2.1" : "4.8.0"} ${box.rapi}`,
  $SC: setCurrent,
  $SV: (box, [millivolts]) => {
    if (!speaks(box, [5, 1, 3])) {
      box.checksVentilation = !millivolts?.startsWith("0");
      return "$OK";
    }
    box.toldVoltage = Number(millivolts) / 1_000;
    return "$OK";
  },
  $FE: (box) => {
    box.wake();
    return "$OK";
  },
  $FS: (box) => {
    box.sleep(254);
    return "$OK";
  },
  $FD: (box) => {
    box.sleep(255);
    return "$OK";
  },
};

/** Beyond its bounds it takes what is nearest, and says so with a no. */
function setCurrent(box: OpenEvseBox, [amperes, how]: readonly string[]): string {
  const wanted = Number(amperes);
  const most = how === "V" ? box.maxConfigured : box.evse.maxCurrent;
  const taken = Math.max(6, Math.min(wanted, most));
  if (how !== "V") {
    box.flashWrites += 1;
    box.maxConfigured = taken;
  }
  box.evse.current = taken;
  return taken === wanted ? `$OK ${taken}` : `$NK ${taken}`;
}

function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, "0");
}
