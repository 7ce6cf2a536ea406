/** A virtual Siemens SENTRON PAC2200: what three phases measure, in registers over Modbus TCP. */

import { type PerPhase, phaseIndexes } from "../../../model/phases.js";
import { type Request, startVirtualModbus, type VirtualModbus } from "../../servers/modbus/server.js";
import { RegisterStore } from "../../servers/modbus/store.js";

/** What the meter sees, one value for each of L1–L3; `null`: this phase is not connected. */
export interface Pac2200Values {
  /** W, import + */
  readonly powers: PerPhase<number | null>;
  /** A, with or without sign: the device drops it. */
  readonly currents: PerPhase<number | null>;
  /** V */
  readonly voltages: PerPhase<number | null>;
  /** Wh, in both tariffs */
  readonly importEnergy: number;
  /** Wh, in both tariffs */
  readonly exportEnergy: number;
}

export interface VirtualPac2200Options {
  /** Asked whenever it is read. */
  readonly values: () => Pac2200Values;
  /** 0: any that is free. */
  readonly port?: number;
  readonly unitId?: number;
  /** Share of its energies that is counted in the second tariff, 0–1. */
  readonly secondTariff?: number;
}

/** First offset of L1 for each quantity; L2 and L3 follow. */
const phaseOffsets = { voltage: 1, current: 13, apparentPower: 19, power: 25 } as const;
const totalOffsets = { apparentPower: 63, power: 65 } as const;
const frequencyOffset = 55;
const energyOffsets = { import1: 801, import2: 805, export1: 809, export2: 813 } as const;
/** First and last offset of measured values, and of the energies; two and four words each. */
const measured = { first: 1, last: 72, width: 2 } as const;
const energies = { first: 801, last: 840, width: 4 } as const;
const illegalAddress = 2;

export class VirtualPac2200 {
  readonly modbus: VirtualModbus;

  constructor(modbus: VirtualModbus) {
    this.modbus = modbus;
    modbus.exceptionFor = (request) => (cutsValue(request) ? illegalAddress : null);
  }

  get port(): number {
    return this.modbus.port;
  }

  /** Always ends, also with connections open. */
  close(): Promise<void> {
    return this.modbus.close();
  }
}

/** "Never start or end a read inside a value": the device answers with an error. */
function cutsValue({ address, count }: Request): boolean {
  return [measured, energies].some(({ first, last, width }) => {
    const isInside = (offset: number) => offset > first && offset <= last && (offset - first) % width !== 0;
    return isInside(address) || isInside(address + count);
  });
}

function write(store: RegisterStore, values: Pac2200Values, secondTariff: number): void {
  for (let offset: number = measured.first; offset < measured.last; offset += measured.width)
    store.setFloat32(offset, NaN);
  for (const phase of phaseIndexes) {
    const at = (first: number) => first + phase * measured.width;
    const voltage = values.voltages[phase] ?? NaN;
    const current = Math.abs(values.currents[phase] ?? NaN);
    store.setFloat32(at(phaseOffsets.voltage), voltage);
    store.setFloat32(at(phaseOffsets.current), current);
    store.setFloat32(at(phaseOffsets.apparentPower), voltage * current);
    store.setFloat32(at(phaseOffsets.power), values.powers[phase] ?? NaN);
  }
  const sum = (each: readonly (number | null)[]) => each.reduce<number>((total, value) => total + (value ?? 0), 0);
  store.setFloat32(totalOffsets.power, sum(values.powers));
  store.setFloat32(totalOffsets.apparentPower, sum(phaseIndexes.map((phase) => apparent(values, phase))));
  store.setFloat32(frequencyOffset, 50);
  store.fill(energies.first, energies.last);
  store.setFloat64(energyOffsets.import1, values.importEnergy * (1 - secondTariff));
  store.setFloat64(energyOffsets.import2, values.importEnergy * secondTariff);
  store.setFloat64(energyOffsets.export1, values.exportEnergy * (1 - secondTariff));
  store.setFloat64(energyOffsets.export2, values.exportEnergy * secondTariff);
}

function apparent({ voltages, currents }: Pac2200Values, phase: 0 | 1 | 2): number {
  return Math.abs((voltages[phase] ?? 0) * (currents[phase] ?? 0));
}

/** Measured values can be read with function 3 and with function 4. */
export async function startVirtualPac2200(options: VirtualPac2200Options): Promise<VirtualPac2200> {
  const { values, port = 0, unitId = 1, secondTariff = 0.25 } = options;
  const store = new RegisterStore();
  const modbus = await startVirtualModbus({
    port,
    holding: store,
    input: store,
    units: [unitId],
    refresh: () => write(store, values(), secondTariff),
  });
  return new VirtualPac2200(modbus);
}
