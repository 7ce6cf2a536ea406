/** The virtual meters and monitors that are asked, over HTTP or Modbus. */

import { startVirtualDctr } from "../devices/doepke-dctr/server.js";
import { startVirtualE3dc } from "../devices/e3dc/server.js";
import { startVirtualShelly3em } from "../devices/shelly-gen1/device.js";
import { startVirtualShellyPro3em } from "../devices/shelly-gen2/device.js";
import { startVirtualPac2200 } from "../devices/siemens-pac2200/device.js";
import { startVirtualSunSpec } from "../devices/sunspec/device.js";
import { startVirtualModbus, type VirtualModbus } from "../servers/modbus/server.js";
import { host, type Installation, type RosterEntry, type VirtualDevice } from "./entry.js";
import type { Flows } from "./flows.js";
import { proMisbehaviours, reportErrors } from "./shelly-pro.js";

function overModbus(
  driver: string,
  start: (installation: Installation) => Promise<{ readonly modbus: VirtualModbus; readonly options?: object }>,
  kind: "meter" | "residual-current" = "meter",
): RosterEntry {
  return {
    driver,
    name: driver,
    kind,
    transport: "modbus",
    async start(installation): Promise<VirtualDevice> {
      const { modbus, options } = await start(installation);
      const { port } = modbus;
      return {
        options: { host, port, ...options },
        port,
        modbus,
        inFlightPeak: () => modbus.inFlightPeak,
        close: () => modbus.close(),
      };
    },
  };
}

export const virtualE3dc = overModbus("e3dc", ({ flows }) =>
  startVirtualE3dc({
    flows() {
      const { grid, ...others } = flows();
      return { ...others, grid: grid.power, gridPowers: grid.powers };
    },
  }),
);

export const virtualPac2200 = overModbus("siemens-pac2200", ({ flows }) =>
  startVirtualPac2200({ values: () => flows().grid }),
);

export const virtualSunSpec = overModbus("sunspec", ({ flows }) =>
  startVirtualSunSpec({ models: [{ id: 203, values: () => flows().grid }] }),
);

export const virtualDctr = overModbus(
  "doepke-dctr",
  ({ residualCurrent }) => startVirtualDctr({ dc: residualCurrent }),
  "residual-current",
);

/** A meter of nobody's make, as a person describes it with the options of the driver `modbus`. */
const registers = {
  power: { register: 10, type: "float32" },
  powerL1: { register: 12, type: "float32" },
  powerL2: { register: 14, type: "float32" },
  powerL3: { register: 16, type: "float32" },
  voltageL1: { register: 20, type: "u16", scale: 0.1, missing: 0xffff },
  voltageL2: { register: 21, type: "u16", scale: 0.1, missing: 0xffff },
  voltageL3: { register: 22, type: "u16", scale: 0.1, missing: 0xffff },
  currentL1: { register: 24, type: "float32" },
  currentL2: { register: 26, type: "float32" },
  currentL3: { register: 28, type: "float32" },
  importEnergy: { register: 30, type: "u32", scale: 0.001, missing: 0xffff_ffff },
} as const;

const layout = {
  rows: Object.fromEntries(Object.entries(registers).map(([name, row]) => [name, { ...row, at: row.register }])),
  wordOrder: "high-first",
} as const;

export const virtualModbusMeter = overModbus("modbus", async ({ flows }) => {
  const modbus: VirtualModbus = await startVirtualModbus({ refresh: () => modbus.holding.put(layout, named(flows())) });
  return { modbus, options: { values: registers } };
});

function named({ grid: { power, powers, voltages, currents, importEnergy } }: Flows) {
  return {
    power,
    ...numbered("power", powers),
    ...numbered("voltage", voltages),
    ...numbered("current", currents),
    importEnergy: importEnergy / 1_000,
  };
}

const numbered = (name: string, values: readonly number[]): Readonly<Record<string, number>> =>
  Object.fromEntries(values.map((value, phase) => [`${name}L${phase + 1}`, value]));

export const shelly3emOverHttp: RosterEntry = {
  driver: "shelly-3em",
  name: "shelly-3em (http)",
  kind: "meter",
  transport: "http",
  misbehaviours: ["failed-phase"],
  async start({ flows }) {
    const device = await startVirtualShelly3em({ grid: () => flows().grid, http: {} });
    const port = device.httpPort ?? 0;
    return {
      options: { transport: "http", host, port },
      port,
      inFlightPeak: () => device.inFlightPeak,
      misbehave: (misbehaviour) =>
        void (misbehaviour === null ? device.invalidPhases.clear() : device.invalidPhases.add(1)),
      close: () => device.close(),
    };
  },
};

export const shellyProOverHttp: RosterEntry = {
  driver: "shelly-pro-3em",
  name: "shelly-pro-3em (http)",
  kind: "meter",
  transport: "http",
  misbehaviours: proMisbehaviours,
  async start({ flows }) {
    const device = await startVirtualShellyPro3em({ grid: () => flows().grid });
    return {
      options: { transport: "http", host, port: device.port },
      port: device.port,
      inFlightPeak: () => device.inFlightPeak,
      misbehave: reportErrors(device),
      close: () => device.close(),
    };
  },
};

/** A meter of nobody's make, as a person describes it with the options of the driver `http`: a Shelly's status. */
export const virtualHttpMeter: RosterEntry = {
  driver: "http",
  name: "http",
  kind: "meter",
  transport: "http",
  async start({ flows }) {
    const device = await startVirtualShelly3em({ grid: () => flows().grid, http: {} });
    const port = device.httpPort ?? 0;
    const path = (phase: number, field: string) => ({ path: `emeters[${phase}].${field}` });
    const phases = [0, 1, 2].flatMap((phase) =>
      ["power", "current", "voltage"].map((field) => [`${field}L${phase + 1}`, path(phase, field)]),
    );
    return {
      options: {
        url: `http://${host}:${port}/status`,
        values: { power: { path: "total_power" }, ...Object.fromEntries(phases) },
      },
      port,
      inFlightPeak: () => device.inFlightPeak,
      close: () => device.close(),
    };
  },
};
