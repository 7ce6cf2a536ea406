/** Meters and monitors on the bench that speak Modbus TCP. */

import { connectE3dc } from "../../src/drivers/meters/e3dc/meter.js";
import { connectModbusMeter, modbusMeter } from "../../src/drivers/meters/modbus/index.js";
import { connectRegisterMeter } from "../../src/drivers/meters/modbus/register-meter.js";
import { pac2200Registers } from "../../src/drivers/meters/siemens-pac2200/index.js";
import { connectSunSpec } from "../../src/drivers/meters/sunspec/meter.js";
import { connectDctr } from "../../src/drivers/residual-current/doepke-dctr/index.js";
import { startVirtualDctr } from "../../src/simulator/devices/doepke-dctr/server.js";
import { startVirtualE3dc } from "../../src/simulator/devices/e3dc/server.js";
import { startVirtualModbus } from "../../src/simulator/servers/modbus/server.js";
import { startVirtualPac2200 } from "../../src/simulator/devices/siemens-pac2200/device.js";
import { startVirtualSunSpec } from "../../src/simulator/devices/sunspec/device.js";
import type { Entry } from "./bench-of-devices.js";
import { type Address, modbusLink, modbusStand } from "./stand.js";

const link = (address: Address) => ({ device: "Meter", ...modbusLink(address) });
const at = ({ host, port }: Address) => ({ host, port });
const all = ["grid", "pv", "battery", "house"] as const;

const unsigned = [0xffff] as const;
const signed = [0x8000] as const;
/** The upper half of a float that is no number; as the lower one it does no harm. */
const noNumber = [0x7fc0] as const;

/** 1 W, or none. */
function varying() {
  let more = 0;
  return { more: () => more, vary: () => void (more = more === 0 ? 100 : 0) };
}

export const e3dcEntry: Entry = {
  name: "e3dc",
  driver: "e3dc",
  transport: "modbus",
  identifies: true,
  sentinels: [signed],
  async start() {
    const { more, vary } = varying();
    const flows = () => {
      // Below 0 the upper word is another one, too.
      const grid = 40 - more();
      return {
        grid,
        pv: 1_500,
        battery: 2_260,
        house: 2_300,
        soc: 87,
        gridPowers: [900 - more(), -400, -460] as const,
      };
    };
    const twin = await startVirtualE3dc({ flows });
    return modbusStand(twin.modbus, {
      connect: (address) => connectE3dc({ ...link(address), ...at(address) }, all),
      vary,
    });
  },
};

export const pac2200Entry: Entry = {
  name: "siemens-pac2200",
  driver: "siemens-pac2200",
  transport: "modbus",
  identifies: true,
  sentinels: [noNumber, unsigned],
  async start() {
    const { more, vary } = varying();
    const values = () => ({
      powers: [1_200 + more(), -2_300, 460] as const,
      currents: [5, -10, 2] as const,
      voltages: [230, 231, 229] as const,
      importEnergy: 1_500_000,
      exportEnergy: 10_500,
    });
    const twin = await startVirtualPac2200({ values });
    const options = { unitId: 1, reversed: false, measures: ["grid"] as const };
    return modbusStand(twin.modbus, {
      connect: (address) => connectRegisterMeter(pac2200Registers, { ...at(address), ...options }, link(address)),
      vary,
    });
  },
};

export const modbusMeterEntry: Entry = {
  name: "modbus",
  driver: "modbus",
  transport: "modbus",
  sentinels: [unsigned],
  async start() {
    const twin = await startVirtualModbus();
    const { more, vary } = varying();
    const write = (): void => {
      twin.holding.setFloat32(10, 1_200 + more());
      twin.holding.setWords(20, [2_301, 2_310, 2_299]);
      twin.holding.setU32(30, 123_456);
    };
    write();
    const missing = { missing: 65_535 };
    const options = modbusMeter.options.parse({
      host: "127.0.0.1",
      values: {
        power: { register: 10, type: "float32" },
        voltageL1: { register: 20, type: "u16", scale: 0.1, ...missing },
        voltageL2: { register: 21, type: "u16", scale: 0.1, ...missing },
        voltageL3: { register: 22, type: "u16", scale: 0.1, ...missing },
        importEnergy: { register: 30, type: "u32", scale: 0.001, missing: 0xffff_ffff },
      },
    });
    return modbusStand(twin, {
      connect: (address) => connectModbusMeter({ ...options, ...at(address), measures: ["grid"] }, link(address)),
      vary() {
        vary();
        write();
      },
    });
  },
};

export const sunspecEntry: Entry = {
  name: "sunspec",
  driver: "sunspec",
  transport: "modbus",
  identifies: true,
  sentinels: [unsigned, signed],
  async start() {
    const { more, vary } = varying();
    const inverter = () => ({
      power: 3_450 + more(),
      currents: [5, 5, 5] as const,
      voltages: [230, 231, 229] as const,
      exportEnergy: 1_500_000,
    });
    const twin = await startVirtualSunSpec({ models: [{ id: 103, values: inverter }] });
    const options = { unitId: 1, importPositive: true, blockDischarge: false, measures: ["pv"] as const };
    return modbusStand(twin.modbus, {
      connect: (address) => connectSunSpec({ ...at(address), ...options }, link(address)),
      vary,
    });
  },
};

export const dctrEntry: Entry = {
  name: "doepke-dctr",
  driver: "doepke-dctr",
  transport: "modbus",
  sentinels: [unsigned],
  async start() {
    const twin = await startVirtualDctr();
    return modbusStand(twin.modbus, {
      connect: (address) => connectDctr({ ...link(address), ...at(address) }),
      vary: () => (twin.currents.dc = twin.currents.dc === 2 ? 3 : 2),
    });
  },
};
