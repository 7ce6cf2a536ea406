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

const answers: Readonly<Record<string, (box: OpenEvseBox, values: readonly string[]) => string>> = {
  $GS: (box) => `$OK ${hex(box.code, 2)} 0 ${hex(box.evse.car ? 2 : 1, 2)} ${hex(box.flags, 4)}`,
  $GG: (box) => `$OK ${box.milliamperes} ${Math.round(box.voltage * 1_000)}`,
  $GU: ({ evse }) => `$OK ${Math.round(evse.sessionEnergy * 3_600)} ${Math.round(evse.totalEnergy)}`,
  $GC: (box) => `$OK 6 ${box.evse.maxCurrent} ${box.pilot} ${box.maxConfigured}`,
  $GP: ({ evse }) => `$OK ${Math.round(evse.temperature * 10)} ${notThere} ${notThere}`,
  $G0: ({ evse }) => `$OK ${evse.car ? 1 : 0}`,
  $GV: () => "$OK 8.2.1 5.1.4",
  $SC: setCurrent,
  $SV: (box, [millivolts]) => {
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
