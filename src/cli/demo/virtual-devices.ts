/** The chargers and meters that the demo can show, each with the configuration that reaches it. */

import { smaGroup } from "../../drivers/meters/sma-home-manager/meter.js";
import type { PhaseCount } from "../../model/phases.js";
import type { Broker } from "../../simulator/servers/broker.js";
import { startVirtualE3dc } from "../../simulator/devices/e3dc/server.js";
import { startVirtualEasee } from "../../simulator/devices/easee/cloud.js";
import type { Evse } from "../../simulator/house/evse.js";
import { startVirtualGoE } from "../../simulator/devices/go-e/server.js";
import type { VirtualHouse } from "../../simulator/house/house.js";
import { startVirtualMennekes } from "../../simulator/devices/mennekes/server.js";
import { startVirtualOpenEvse } from "../../simulator/devices/openevse/server.js";
import { startVirtualP1Gateway } from "../../simulator/devices/p1/gateway.js";
import { startVirtualShelly3em } from "../../simulator/devices/shelly-gen1/device.js";
import { startVirtualShellyPro3em } from "../../simulator/devices/shelly-gen2/device.js";
import { startVirtualPac2200 } from "../../simulator/devices/siemens-pac2200/device.js";
import { startVirtualSmaMeter } from "../../simulator/devices/sma-home-manager/device.js";
import { startVirtualSunSpec } from "../../simulator/devices/sunspec/device.js";

/** A running virtual device. */
export interface VirtualDevice {
  /** Its block in the plugin's configuration, but for the name. */
  readonly block: object;
  /** Speaks by itself, every few seconds of the house. */
  speak?(): void;
  /** Lets time pass in it, in s. */
  advance?(seconds: number): void;
  /** It can't be reached for a while; absent: this one always can. */
  away?(away: boolean): void;
  close(): Promise<void>;
}

interface VirtualCharger {
  /** Phases that the wallbox has, or begins with where it can switch. */
  readonly phases: PhaseCount;
  start(evse: Evse): Promise<VirtualDevice>;
}

type StartMeter = (house: VirtualHouse, broker: Broker) => Promise<VirtualDevice>;

const host = "127.0.0.1";

export const virtualChargers: Readonly<Record<string, VirtualCharger>> = {
  "go-e": {
    phases: 1,
    async start(evse) {
      const device = await startVirtualGoE({ evse, apiVersion: 2 });
      return {
        block: { driver: "go-e", host, port: device.port, apiVersion: 2 },
        away: (away) => (device.fault = away ? "refuse" : null),
        close: () => device.close(),
      };
    },
  },
  openevse: {
    phases: 1,
    async start(evse) {
      // Else it would be asleep, as if someone had pressed its button.
      evse.allowed = true;
      const device = await startVirtualOpenEvse({ evse });
      return {
        block: { driver: "openevse", host, port: device.port, phases: 1 },
        speak: () => device.push(),
        close: () => device.close(),
      };
    },
  },
  easee: {
    phases: 3,
    async start(evse) {
      const id = "EHDEMO01";
      const [username, password] = ["demo@example.com", "demo"];
      const cloud = await startVirtualEasee({ chargers: [{ id, evse }], username, password });
      const { apiUrl, streamUrl } = cloud;
      return {
        block: { driver: "easee", chargerId: id, username, password, apiUrl, streamUrl, phases: 3 },
        speak: () => cloud.update(),
        close: () => cloud.close(),
      };
    },
  },
  mennekes: {
    phases: 3,
    async start(evse) {
      const device = await startVirtualMennekes({ evse, timeout: 60 });
      return {
        block: { driver: "mennekes", host, port: device.port, phases: 3 },
        advance: (seconds) => device.advance(seconds),
        close: () => device.close(),
      };
    },
  },
};

export const virtualMeters: Readonly<Record<string, StartMeter>> = {
  async "shelly-3em"(house, broker) {
    const device = await startVirtualShelly3em({ grid: () => house.grid, mqtt: { url: broker.url } });
    return {
      block: { driver: "shelly-3em", transport: "mqtt", topic: `shellies/${device.name}` },
      speak: () => device.publish(),
      close: () => device.close(),
    };
  },
  async e3dc(house) {
    const device = await startVirtualE3dc({
      flows: () => ({
        grid: house.grid.power,
        pv: house.pv.power,
        battery: 0,
        house: house.house.power + house.car.power,
        soc: 100,
        gridPowers: house.grid.powers,
      }),
    });
    return { block: { driver: "e3dc", host, port: device.port }, close: () => device.close() };
  },
  async "siemens-pac2200"(house) {
    const device = await startVirtualPac2200({ values: () => house.grid });
    return { block: { driver: "siemens-pac2200", host, port: device.port }, close: () => device.close() };
  },
  async modbus(house) {
    const device = await startVirtualPac2200({ values: () => house.grid });
    const value = (register: number) => ({ register, type: "float32" });
    const values = {
      power: value(65),
      powerL1: value(25),
      powerL2: value(27),
      powerL3: value(29),
      currentL1: value(13),
      currentL2: value(15),
      currentL3: value(17),
    };
    return { block: { driver: "modbus", host, port: device.port, values }, close: () => device.close() };
  },
  async sunspec(house) {
    const device = await startVirtualSunSpec({ models: [{ id: 203, values: () => house.grid }] });
    return { block: { driver: "sunspec", host, port: device.port }, close: () => device.close() };
  },
  async "shelly-pro-3em"(house) {
    const device = await startVirtualShellyPro3em({ grid: () => house.grid });
    return {
      block: { driver: "shelly-pro-3em", host, port: device.port },
      speak: () => void device.publish(),
      close: () => device.close(),
    };
  },
  async p1(house) {
    const device = await startVirtualP1Gateway({ values: () => counted(house), now: () => Date.now() });
    return {
      block: { driver: "p1", host, port: device.port },
      speak: () => device.send(),
      close: () => device.close(),
    };
  },
  async "sma-home-manager"(house) {
    const device = await startVirtualSmaMeter({
      values: () => counted(house),
      address: smaGroup,
      port: smaPort,
      interface: host,
    });
    return {
      block: { driver: "sma-home-manager", interface: host },
      speak: () => void device.send(),
      close: () => device.close(),
    };
  },
  async mqtt(house, broker) {
    const device = await startVirtualShelly3em({ grid: () => house.grid, mqtt: { url: broker.url } });
    const topic = (phase: number, field: string) => ({ topic: `shellies/${device.name}/emeter/${phase}/${field}` });
    const values = {
      powerL1: topic(0, "power"),
      powerL2: topic(1, "power"),
      powerL3: topic(2, "power"),
      currentL1: topic(0, "current"),
      currentL2: topic(1, "current"),
      currentL3: topic(2, "current"),
    };
    return { block: { driver: "mqtt", values }, speak: () => device.publish(), close: () => device.close() };
  },
  async http(house) {
    const device = await startVirtualShelly3em({ grid: () => house.grid, http: {} });
    const path = (phase: number, field: string) => ({ path: `emeters[${phase}].${field}` });
    const values = {
      power: { path: "total_power" },
      powerL1: path(0, "power"),
      powerL2: path(1, "power"),
      powerL3: path(2, "power"),
      currentL1: path(0, "current"),
      currentL2: path(1, "current"),
      currentL3: path(2, "current"),
    };
    const url = `http://${host}:${device.httpPort}/status`;
    return { block: { driver: "http", url, values }, close: () => device.close() };
  },
};

/** UDP port at which SMA's meters speak. */
const smaPort = 9_522;

/** With energies in kWh, in one tariff. */
function counted({ grid }: VirtualHouse) {
  const [imported, exported] = [grid.importEnergy / 1_000, grid.exportEnergy / 1_000];
  return {
    ...grid,
    importEnergy: imported,
    exportEnergy: exported,
    imported: [imported, 0] as const,
    exported: [exported, 0] as const,
  };
}
