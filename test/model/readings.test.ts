import { mergedQuantities, noQuantities } from "../../src/model/readings.js";

test("the newer value of each quantity and phase wins, and where there is none the older one stays", () => {
  const older = { ...noQuantities, power: 1, powers: [1, 2, null], voltages: [230, 231, 232], soc: 50 } as const;
  const newer = { ...noQuantities, power: 0, powers: [null, 3, null], importEnergy: 7 } as const;
  expect(mergedQuantities(older, newer)).toEqual({
    ...noQuantities,
    power: 0,
    powers: [1, 3, null],
    voltages: [230, 231, 232],
    importEnergy: 7,
    soc: 50,
  });
});

test("of nothing and nothing nothing is known", () => expect(mergedQuantities(null)).toEqual(noQuantities));
