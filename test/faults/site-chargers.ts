/** Chargers and a grid meter for a whole house: the virtual devices of the roster, and what stands in the configuration. */

import { Car } from "../../src/simulator/house/car.js";
import { Evse } from "../../src/simulator/house/evse.js";
import { startVirtualPac2200 } from "../../src/simulator/devices/siemens-pac2200/device.js";
import { host } from "../../src/simulator/roster/entry.js";
import { driversWith, usualEntry } from "../../src/simulator/roster/roster.js";
import { installed } from "../support/installation.js";
import { closeAfterTest } from "../support/test-bench.js";
import type { TestClock } from "../support/test-clock.js";
import { SiteHouse } from "./site-house.js";

export const boxDrivers = driversWith("charger");

/** Limit of the chargers' circuit, 16 A where nothing else is said. */
export const circuit = "Garage line";

export interface Box {
  readonly evse: Evse;
  readonly block: object;
  pass(seconds: number): void;
}

/** Its own settings are taken over at once. */
export function boxInside(options: object = {}): Evse {
  const evse = new Evse({ current: 16, allowed: true, answerTime: 0, ...options });
  evse.plug(new Car());
  return evse;
}

export async function boxOf(driver: string, clock: TestClock): Promise<Box> {
  const entry = usualEntry(driver);
  if (entry === undefined) throw new RangeError(`There is no box ${driver}`);
  // An OpenEVSE measures one phase.
  const single = driver === "openevse" ? ({ phases: 1 } as const) : {};
  const evse = boxInside(single);
  const device = closeAfterTest(await entry.start(installed({ evse, now: () => clock.now() })));
  return {
    evse,
    block: { driver, ...device.options, ...single },
    pass(seconds) {
      evse.advance(seconds);
      device.advance?.(seconds);
      void device.push?.();
    },
  };
}

/** A meter at the grid that sees a house with 690 W, and the wallboxes. */
export async function gridMeter(evses: () => readonly Evse[] = () => []) {
  const each = (share: (evse: Evse) => number | undefined): number =>
    evses().reduce((sum, evse) => sum + (share(evse) ?? 0), 1);
  const values = () => {
    const currents = [0, 1, 2].map((phase) => each(({ draw }) => draw[phase]));
    const [l1 = 0, l2 = 0, l3 = 0] = currents;
    return {
      powers: [l1 * 230, l2 * 230, l3 * 230] as const,
      currents: [l1, l2, l3] as const,
      voltages: [230, 230, 230] as const,
      importEnergy: 1_500,
      exportEnergy: 10.5,
    };
  };
  const { port } = closeAfterTest(await startVirtualPac2200({ values }));
  return { name: "Grid", driver: "siemens-pac2200", host, port };
}

export async function houseWith(box: Box, more: object, clock: TestClock, block: object = {}): Promise<SiteHouse> {
  const house = new SiteHouse(
    {
      site: { mainFuse: 25, circuits: [{ name: circuit, limit: 16 }] },
      surplus: { minimumPause: 0, minimumRun: 0 },
      meters: [await gridMeter(() => [box.evse])],
      chargers: [{ name: "Garage", mode: "fast", phases: 3, ...box.block, ...more }],
      ...block,
    },
    clock,
    (seconds) => box.pass(seconds),
  );
  await house.start();
  return house;
}
