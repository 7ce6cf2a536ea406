/**
 * Grid, sun and battery as metered devices, with Matter's signs: + is what is taken, − what is delivered. Homebridge 2.4
 * has neither Solar Power nor Battery Storage. Electrical sensors are the nearest: they have nothing to switch, and a
 * controller that sums up its outlets does not count the sun as consumption.
 */

import type { Quantities } from "../../model/readings.js";
import { energy, power, type DeviceDefinition } from "./definition.js";

const type = "ElectricalSensor";

export const meterDevices: Readonly<Record<"grid" | "pv" | "battery", DeviceDefinition<Quantities>>> = {
  grid: {
    kind: "grid",
    type,
    label: "Grid",
    reports: [
      power((grid) => grid.power),
      energy("cumulativeEnergyImported", (grid) => grid.importEnergy),
      energy("cumulativeEnergyExported", (grid) => grid.exportEnergy),
    ],
  },
  pv: { kind: "pv", type, label: "Sun", reports: [power((sun) => negated(sun.power))] },
  battery: { kind: "battery", type, label: "Battery", reports: [power((battery) => negated(battery.power))] },
};

/** Ours is + for what comes out of them. */
function negated(value: number | null): number | null {
  return value === null ? null : 0 - value;
}
