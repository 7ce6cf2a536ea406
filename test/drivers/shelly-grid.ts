/** A house's grid connection as a Shelly measures it, and what has to be read from it: sun on L2. */

export const shellyGrid = {
  powers: [1_150, -2_300, 0] as const,
  currents: [5, 10, 0] as const,
  voltages: [230, 230, 231] as const,
  importEnergies: [1_000, 2_000, 3_000] as const,
  exportEnergies: [0, 500, 0] as const,
};

export const shellyGridReading = {
  grid: {
    power: -1_150,
    powers: [1_150, -2_300, 0],
    currents: [5, -10, 0],
    voltages: [230, 230, 231],
    importEnergy: 6,
    exportEnergy: 0.5,
    soc: null,
  },
};
