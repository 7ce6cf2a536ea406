/** A virtual device for any meter that is nothing but a table of registers, made from that table. */

import type { RegisterTable } from "../../drivers/decoding/registers.js";
import { startVirtualModbus, type VirtualModbus } from "../servers/modbus/server.js";
import { RegisterStore } from "../servers/modbus/store.js";
import { host, type RosterEntry } from "./entry.js";
import type { Flows } from "./flows.js";

export function registerMeter(driver: string, registers: RegisterTable): RosterEntry {
  return {
    driver,
    name: driver,
    kind: "meter",
    transport: "modbus",
    async start({ flows }) {
      const modbus = await serve(registers, flows);
      const { port } = modbus;
      return {
        options: { host, port },
        port,
        modbus,
        inFlightPeak: () => modbus.inFlightPeak,
        close: () => modbus.close(),
      };
    },
  };
}

function serve(registers: RegisterTable, flows: () => Flows): Promise<VirtualModbus> {
  const store = new RegisterStore();
  for (const { at, count } of registers.blocks) store.fill(at, at + count - 1);
  const refresh = () => store.put(registers, valuesFor(Object.keys(registers.rows), flows()));
  return startVirtualModbus({ [registers.table]: store, units: [1], refresh });
}

/** What rows of these names tell, in the units of `defineModbusMeter`. */
function valuesFor(names: readonly string[], { grid }: Flows): Readonly<Record<string, number>> {
  const phases = [0, 1, 2] as const;
  const measured = new Map([
    ["power", grid.power],
    ...phases.flatMap((phase): [string, number][] => [
      [`powerL${phase + 1}`, grid.powers[phase]],
      // Without a sign, as most meters have it.
      [`currentL${phase + 1}`, Math.abs(grid.currents[phase])],
      [`voltageL${phase + 1}`, grid.voltages[phase]],
    ]),
  ]);
  // All of an energy is counted in the first of its rows.
  const first = (direction: string, energy: number): void => {
    const name = names.find((each) => each.startsWith(direction));
    if (name !== undefined) measured.set(name, energy / 1_000);
  };
  first("import", grid.importEnergy);
  first("export", grid.exportEnergy);
  return Object.fromEntries(names.map((name) => [name, measured.get(name) ?? 0]));
}
