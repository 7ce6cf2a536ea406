/** A MENNEKES charger's registers, typed word by word from the vendor's document, and what they say. */

import type { ChargerReading } from "../../../src/model/readings.js";
import { noChargerReading } from "../../../src/model/readings.js";
import { RegisterStore } from "../../../src/simulator/servers/modbus/server.js";

/** "5.22" charges with 10 A on three phases, for the tag "04A1B2C3". */
export function newCharger(): RegisterStore {
  const store = new RegisterStore();
  store.setWords(100, [0x352e, 0x3232]); // "5.22"
  store.setWords(104, [6, 0, 0, 0, 0, 0, 0, 0, 0]); // charging; no errors
  store.setWords(122, [3]); // C
  store.setWords(131, [6, 60]); // 6 A after 60 s
  store.setWords(140, [1]); // three phases
  store.setWords(142, [0x4343, 0x3631, 0x325f, 0x3153, 0x3052, 0x5f43, 0x4300, 0, 0, 0]); // "CC612_1S0R_CC"
  // W: 2311, 2205, 2399
  store.setWords(206, [0, 0x0907, 0, 0x089d, 0, 0x095f]);
  // mA: 10100, 9900, 10300
  store.setWords(212, [0, 0x2774, 0, 0x26ac, 0, 0x283c]);
  // 1 234 567 Wh; 6 915 W
  store.setWords(218, [0x0012, 0xd687, 0, 0x1b03]);
  // V: 231, 229, 233
  store.setWords(222, [0, 0x00e7, 0, 0x00e5, 0, 0x00e9]);
  store.setWords(716, [0x0001, 0x388a]); // 80 010 Wh
  // 12 blanks, then "04A1B2C3"
  store.setWords(720, [0x2020, 0x2020, 0x2020, 0x2020, 0x2020, 0x2020, 0x3034, 0x4131, 0x4232, 0x4333]);
  store.allowWrites(1_000);
  store.setWords(1_000, [10]);
  return store;
}

export const newReading: ChargerReading = {
  ...noChargerReading,
  maxAmpere: 10,
  pwmSignal: "C",
  error: "NONE",
  voltageL1: 231,
  voltageL2: 229,
  voltageL3: 233,
  currentL1: 10.1,
  currentL2: 9.9,
  currentL3: 10.3,
  powerL1: 2_311,
  powerL2: 2_205,
  powerL3: 2_399,
  power: 6_915,
  phases: 3,
  sessionChargeConsumption: 80.01,
  totalConsumption: 1_234.567,
  allowCharging: true,
  firmware: "5.22",
  state: "charging",
  tag: "04A1B2C3",
};

/** "5.12" charges with 6 A on one phase; registers of 5.22 are not there. */
export function oldCharger(): RegisterStore {
  const store = new RegisterStore();
  store.setWords(100, [0x352e, 0x3132]); // "5.12"
  store.setWords(104, [6, 0, 0, 0, 0, 0, 0, 0, 0]);
  store.setWords(122, [3]);
  store.setWords(131, [6, 0]);
  store.setWords(140, [5]); // one phase
  // Wh: 500 000, 1 000, 2 000
  store.setWords(200, [0x0007, 0xa120, 0, 0x03e8, 0, 0x07d0]);
  // W: 1380, 0, 0
  store.setWords(206, [0, 0x0564, 0, 0, 0, 0]);
  // mA: 6000, 0, 0
  store.setWords(212, [0, 0x1770, 0, 0, 0, 0]);
  store.setWords(705, [0x1388]); // 5000 Wh
  store.setWords(
    720,
    Array.from({ length: 10 }, () => 0x2020),
  );
  store.allowWrites(1_000);
  store.setWords(1_000, [6]);
  return store;
}

export const oldReading: ChargerReading = {
  ...noChargerReading,
  maxAmpere: 6,
  pwmSignal: "C",
  error: "NONE",
  currentL1: 6,
  currentL2: 0,
  currentL3: 0,
  powerL1: 1_380,
  powerL2: 0,
  powerL3: 0,
  power: 1_380,
  phases: 1,
  sessionChargeConsumption: 5,
  totalConsumption: 503,
  allowCharging: true,
  firmware: "5.12",
  state: "charging",
};
