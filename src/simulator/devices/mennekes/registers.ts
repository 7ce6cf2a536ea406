/** Where a charger with the ECU register set keeps its values, and how it says them. */

import type { Evse, EvseFault } from "../../house/evse.js";
import { RegisterStore } from "../../servers/modbus/server.js";

/** What such a charger can tell beside what the wallbox's inside knows. */
export interface EcuState {
  readonly evse: Evse;
  /** Like "5.22". */
  readonly firmware: string;
  readonly model: string;
  /** A, as written to 1000. */
  readonly limit: number;
  readonly safeCurrent: number;
  readonly timeout: number;
  /** RFID tag; `null`: none, or kept to itself. */
  readonly tag: string | null;
  /** Bits 0 to 31. */
  readonly errorBits: number;
  /** Without one it says 0xFFFFFFFF. */
  readonly hasMeter: boolean;
}

type Generation = Pick<EcuState, "firmware" | "model">;

/** Firmware that knows the registers of version 1.07 of the document. */
export function isSince522({ firmware, model }: Generation): boolean {
  const [major = 0, minor = 0] = firmware.split(".").map(Number);
  return isFourYou(model) || major > 5 || (major === 5 && minor >= 22);
}

/** AMTRON 4You and 4Business, whose versions begin anew at 1. */
function isFourYou(model: string): boolean {
  return model.startsWith("4You") || model.startsWith("4Business");
}

/** Registers that a 4You answers with exception 2, as people found. */
const notIn4You: readonly (readonly [first: number, last: number])[] = [
  [105, 112],
  [130, 140],
  [200, 205],
  [705, 715],
  [720, 745],
];

const noMeter = 0xffff_ffff;

const bitsOfFault: Readonly<Record<EvseFault, number>> = {
  "residual current": 1 << 0,
  ground: 1 << 14,
  phase: 1 << 20,
  "contactor stuck": 1 << 6,
  internal: 1 << 18,
  /** No bit is documented for it: only the status shows it. */
  overtemperature: 0,
};

/** Registers that can be written, beside what `fillStore` sets. */
export const writable = { safeCurrent: 131, timeout: 132, limit: 1_000 } as const;

/** The registers that this firmware has. */
export function newStore(state: Generation): RegisterStore {
  const store = new RegisterStore();
  const ranges: readonly (readonly [first: number, last: number])[] = [
    [100, 101],
    [104, 112],
    [120, 122],
    [124, 124],
    [130, 133],
    [135, 140],
    [152, 152],
    [200, 217],
    [705, 715],
    [720, 729],
    ...(isSince522(state)
      ? ([
          [134, 134],
          [142, 151],
          [218, 227],
          [716, 719],
        ] as const)
      : []),
  ];
  for (const [first, last] of ranges) store.fill(first, last);
  for (const address of Object.values(writable)) store.allowWrites(address);
  if (isFourYou(state.model)) for (const [first, last] of notIn4You) store.remove(first, last);
  return store;
}

/** Brings the registers up to date. */
export function fillStore(store: RegisterStore, state: EcuState): void {
  const { evse, firmware, model, tag } = state;
  store.setText(100, 2, firmware);
  store.setU16(104, ocppStatus(evse));
  const bits = state.errorBits | (evse.fault === null ? 0 : bitsOfFault[evse.fault]);
  store.setWords(111, [swapBytes(bits & 0xffff), swapBytes(bits >>> 16)]);
  store.setText(120, 2, "0.6");
  store.setU16(122, vehicleState(evse));
  store.setU16(124, isSince522(state) ? 1 : 0);
  store.setU16(131, state.safeCurrent);
  store.setU16(132, state.timeout);
  store.setU16(133, evse.maxCurrent);
  store.setU16(140, evse.offer === null ? 0 : evse.offer.phases === 3 ? 1 : 5);
  store.setU16(152, evse.car === null ? 0 : 1);
  store.setU16(705, Math.min(0xffff, Math.round(evse.sessionEnergy)));
  store.setU16(706, Math.floor(evse.offer?.current ?? 0));
  store.setText(720, 10, (tag ?? "").padStart(20));
  store.setU16(1_000, state.limit);
  fillMeter(store, state);
  if (isFourYou(model)) for (const [first, last] of notIn4You) store.remove(first, last);
  if (!isSince522(state)) return;
  store.setText(142, 10, model);
  store.setU32(716, Math.round(evse.sessionEnergy));
}

function fillMeter(store: RegisterStore, state: EcuState): void {
  const { evse, hasMeter } = state;
  const set = (address: number, value: number) => store.setU32(address, hasMeter ? Math.round(value) : noMeter);
  [0, 1, 2].forEach((phase) => {
    set(200 + 2 * phase, evse.totalEnergy / 3);
    set(206 + 2 * phase, evse.powers[phase] ?? 0);
    set(212 + 2 * phase, (evse.draw[phase] ?? 0) * 1_000);
    if (isSince522(state)) set(222 + 2 * phase, evse.voltage);
  });
  if (!isSince522(state)) return;
  set(218, evse.totalEnergy);
  set(220, evse.power);
}

function ocppStatus({ state, offer }: Evse): number {
  if (state === "fault") return 4;
  if (state === "no car") return 0;
  if (state === "charging") return 6;
  return offer === null ? 7 : 8;
}

/** A to E, from 1 on; a fault stands elsewhere. */
function vehicleState({ car, state }: Evse): number {
  if (car === null) return 1;
  return state === "charging" ? 3 : 2;
}

function swapBytes(word: number): number {
  return ((word & 0xff) << 8) | (word >> 8);
}
