/** The channels of a meter: a name for each value that it measures at one place. */

import { perPhase, type PhaseIndex } from "./phases.js";
import { noQuantities, type Quantities } from "./readings.js";

type PhaseQuantity = "powers" | "currents" | "voltages";

interface MeterChannel {
  readonly unit: "W" | "A" | "V" | "kWh" | "%";
  /** Display name. */
  readonly label: string;
  /** Its key in a reading. Absent: its own name. */
  readonly of?: PhaseQuantity;
  readonly phase?: PhaseIndex;
}

/** Every channel, in display order. The keys are public: `values` in the configuration. */
export const meterChannels = {
  power: { unit: "W", label: "power" },
  powerL1: { unit: "W", label: "power L1", of: "powers", phase: 0 },
  powerL2: { unit: "W", label: "power L2", of: "powers", phase: 1 },
  powerL3: { unit: "W", label: "power L3", of: "powers", phase: 2 },
  currentL1: { unit: "A", label: "current L1", of: "currents", phase: 0 },
  currentL2: { unit: "A", label: "current L2", of: "currents", phase: 1 },
  currentL3: { unit: "A", label: "current L3", of: "currents", phase: 2 },
  voltageL1: { unit: "V", label: "voltage L1", of: "voltages", phase: 0 },
  voltageL2: { unit: "V", label: "voltage L2", of: "voltages", phase: 1 },
  voltageL3: { unit: "V", label: "voltage L3", of: "voltages", phase: 2 },
  importEnergy: { unit: "kWh", label: "import" },
  exportEnergy: { unit: "kWh", label: "export" },
  soc: { unit: "%", label: "charge" },
} as const satisfies Record<string, MeterChannel>;

export type MeterChannelName = keyof typeof meterChannels;

export const meterChannelNames: readonly MeterChannelName[] = Object.keys(meterChannels).filter(isMeterChannelName);

export function isMeterChannelName(name: string): name is MeterChannelName {
  return Object.hasOwn(meterChannels, name);
}

/** One value of a reading. */
export function meterValue(quantities: Quantities, name: MeterChannelName): number | null {
  switch (name) {
    case "power":
    case "importEnergy":
    case "exportEnergy":
    case "soc":
      return quantities[name];
    default: {
      const { of, phase } = meterChannels[name];
      return quantities[of][phase];
    }
  }
}

/** A reading from its values; those left out are `null`. */
export function quantitiesFrom(value: (name: MeterChannelName) => number | null | undefined): Quantities {
  const at = (name: MeterChannelName) => value(name) ?? null;
  const phases = ["L1", "L2", "L3"] as const;
  const each = (quantity: "power" | "current" | "voltage") => perPhase((phase) => at(`${quantity}${phases[phase]}`));
  return {
    ...noQuantities,
    power: at("power"),
    powers: each("power"),
    currents: each("current"),
    voltages: each("voltage"),
    importEnergy: at("importEnergy"),
    exportEnergy: at("exportEnergy"),
    soc: at("soc"),
  };
}
