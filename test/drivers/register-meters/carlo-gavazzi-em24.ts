import type { RegisterMeterFixture } from "./fixture.js";

/** 10 A from the grid on L1, 4.5 A of sun on L2, nothing on L3. The low word comes first. */
export const fixture: RegisterMeterFixture = {
  driver: "carlo-gavazzi-em24",
  words: {
    0x0000: "08fc 0000  090b 0000  08f2 0000", // 230 V, 231.5 V, 229 V
    0x000c: "2710 0000  1194 0000  0000 0000", // 10 A, 4.5 A, 0 A
    0x0012: "59d8 0000  d7bf ffff  0000 0000", // 2300 W, -1030.5 W, 0 W
    0x0028: "3197 0000", // 1269.5 W
    0x0034: "fbd5 0001", // 13 000.5 kWh
    0x004e: "c350 0000", // 5000 kWh
  },
  reading: {
    power: 1_269.5,
    powers: [2_300, -1_030.5, 0],
    currents: [10, -4.5, 0],
    voltages: [230, 231.5, 229],
    importEnergy: 13_000.5,
    exportEnergy: 5_000,
    soc: null,
  },
};
