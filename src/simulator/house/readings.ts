/** What a perfect driver would read from the virtual wallbox and the virtual grid, without any protocol between. */

import type { ChargerState } from "../../model/channels.js";
import { noChargerReading, noQuantities, type ChargerReading, type MeterReading } from "../../model/readings.js";
import type { Battery } from "./battery.js";
import type { Evse, EvseState } from "./evse.js";
import type { VirtualHouse } from "./house.js";

const states: Readonly<Record<EvseState, ChargerState>> = {
  "no car": "disconnected",
  waiting: "connected",
  charging: "charging",
  complete: "connected",
  fault: "fault",
};

export function chargerReading(evse: Evse): ChargerReading {
  const [currentL1, currentL2, currentL3] = evse.draw;
  return {
    ...noChargerReading,
    state: states[evse.state],
    allowCharging: evse.allowedNow,
    enabled: evse.allowed,
    maxAmpere: evse.current,
    phases: evse.phases,
    currentL1,
    currentL2,
    currentL3,
    power: evse.power,
    cableEncoding: evse.cable,
    sessionChargeConsumption: evse.sessionEnergy / 1_000,
    totalConsumption: evse.totalEnergy / 1_000,
    temperature: evse.temperature,
    uptime: evse.uptime * 1_000,
  };
}

export function gridReading({ grid }: VirtualHouse): MeterReading {
  const { power, powers, currents, voltages } = grid;
  return { grid: { ...noQuantities, power, powers, currents, voltages } };
}

export function batteryReading({ power, soc }: Battery): MeterReading {
  return { battery: { ...noQuantities, power, soc: 100 * soc } };
}
