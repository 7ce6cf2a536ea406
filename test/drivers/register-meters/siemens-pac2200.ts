import type { RegisterMeterFixture } from "./fixture.js";

/** 10 A from the grid on L1, 4.5 A of sun on L2, nothing on L3. Words typed from the manual's table. */
export const fixture: RegisterMeterFixture = {
  driver: "siemens-pac2200",
  words: {
    1: "4366 0000  4367 8000  4365 0000", // 230 V, 231.5 V, 229 V
    13: "4120 0000  4090 0000  0000 0000", // 10 A, 4.5 A, 0 A
    25: "450f c000  c480 d000  0000 0000", // 2300 W, -1030.5 W, 0 W
    65: "449e b000", // 1269.5 W
    801: "4132 d450 0000 0000  40f0 1d00 0000 0000", // 1 234 000 Wh, 66 000 Wh
    809: "4153 12d0 0000 0000  0000 0000 0000 0000", // 5 000 000 Wh, 0 Wh
  },
  reading: {
    power: 1_269.5,
    powers: [2_300, -1_030.5, 0],
    currents: [10, -4.5, 0],
    voltages: [230, 231.5, 229],
    importEnergy: 1_300,
    exportEnergy: 5_000,
    soc: null,
  },
};
