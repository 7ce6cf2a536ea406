/** Problems between devices: names and addresses that are used twice. */

import { parseConfig } from "../../src/config/parse.js";
import { problemLine } from "../../src/config/problems.js";
import { charger, drivers, meter } from "./drivers.js";

describe("several devices", () => {
  test.each<[what: string, block: object, line: string]>([
    [
      "one name in one list",
      { chargers: [charger(), charger({ host: "b" })] },
      'chargers[1].name (Garage): "Garage" is already the name of chargers[0]',
    ],
    [
      "one name in two lists",
      { meters: [meter()], chargers: [charger({ name: "Grid" })] },
      'chargers[0].name (Grid): "Grid" is already the name of meters[0]',
    ],
    [
      "one address",
      { chargers: [charger({ host: "Box.local" }), charger({ name: "Street", host: "box.local", port: 502 })] },
      'chargers[1].host (Street): "box.local:502" is already the address of "Garage"',
    ],
    [
      "no driver for any monitor",
      { residualCurrentMonitors: [{ name: "RCM", driver: "doepke-dctr", host: "192.168.1.40", onAlarm: "stop" }] },
      'residualCurrentMonitors[0].driver (RCM): unknown driver "doepke-dctr": known are "watcher"',
    ],
  ])("%s", (_what, block, line) => {
    const { config, problems } = parseConfig(block, drivers);
    expect(problems.map(problemLine)).toEqual([line]);
    expect(config).not.toBeNull();
  });
});

test("a name that two devices share stays with the first", () => {
  const { config } = parseConfig({ chargers: [charger(), charger({ host: "b" })] }, drivers);
  expect(config?.chargers.map(({ address }) => address)).toEqual(["192.168.1.36:502"]);
});
