/** Parsed readings of devices. A missing value is `null`, never 0. */

import { channelsIn, type ChargerChannels } from "./channels.js";
import { perPhase, type PerPhase } from "./phases.js";

/** What can make a charger not charge although it was started, by its own logic. */
export const chargerHolds = [
  /** It waits for a card, or for a release in its app. */
  "authorization",
  /** It is switched off in its app. */
  "disabled",
  /** Its own timer. */
  "schedule",
  /** Its own price limit. */
  "price",
  /** Its own limit of the session's energy. */
  "energy-limit",
  "temperature",
  /** Its own load management, or that of a group of chargers. */
  "load-management",
  /** An OCPP backend or the vendor's portal. */
  "backend",
  /** Frequency, voltage or asymmetry of the grid, or its return after a failure. */
  "grid",
  "adapter",
  "minimum-pause",
  "phase-switch",
  /** It plays to the vehicle that the plug was pulled. */
  "simulated-unplug",
  "starting",
  /** Its own failsafe, because nobody speaks to it. */
  "failsafe",
] as const;

export type ChargerHold = (typeof chargerHolds)[number];

/** One reading of a charger. */
export interface ChargerReading extends ChargerChannels {
  /**
   * State of the charger's own start and stop switch; `null`: it has none apart from `allowCharging`.
   * It distinguishes a stop by a person from a charger that has nothing to charge.
   */
  readonly enabled: boolean | null;
  /** Time since the charger started, in ms; `null`: it does not report it. A smaller one than before means a restart. */
  readonly uptime: number | null;
  /** RFID tag that opened the session; `null`: none, or not reported. */
  readonly tag: string | null;
  /** A per phase that the charger's own settings allow at most; `null`: it does not report it. */
  readonly currentLimit: number | null;
  /** Why the charger itself does not let the vehicle charge; `null`: it does, or does not report it. */
  readonly hold: ChargerHold | null;
}

/** What a meter can be mounted on. */
export const meterRoles = ["grid", "pv", "battery", "house"] as const;

export type MeterRole = (typeof meterRoles)[number];

/** The measurements at one place. `null`: not measured this time. */
export interface Quantities {
  /** W. Grid: import +. PV: production +. Battery: discharge +. House: consumption +. */
  readonly power: number | null;
  /** A per phase, with the sign of the power where the meter knows it. */
  readonly currents: PerPhase<number | null>;
  /** V, phase to neutral. */
  readonly voltages: PerPhase<number | null>;
  /** W per phase, signed like `power`. */
  readonly powers: PerPhase<number | null>;
  /** kWh */
  readonly importEnergy: number | null;
  /** kWh */
  readonly exportEnergy: number | null;
  /** State of charge, % */
  readonly soc: number | null;
}

/** One reading of a meter, by what it measures. */
export type MeterReading = { readonly [R in MeterRole]?: Quantities };

const none: PerPhase<null> = [null, null, null];

/** Frequency bands of a residual current, from direct current up. The keys are public: `read --json`. */
export const residualCurrentBands = [
  "dc",
  "total",
  "50Hz",
  "below100Hz",
  "150Hz",
  "100HzTo1kHz",
  "above1kHz",
  "above10kHz",
] as const;

export type ResidualCurrentBand = (typeof residualCurrentBands)[number];

export type ByBand<T> = { readonly [B in ResidualCurrentBand]: T };

/** One reading of a residual-current monitor. Currents are raw counts where the device's unit is not known. */
export interface ResidualCurrentReading {
  /** Whether the device reports its values as valid; `null`: it does not report it. */
  readonly valid: boolean | null;
  readonly currents: ByBand<number | null>;
  /** The bands in which each of the two alarms is raised. */
  readonly alarmA: readonly ResidualCurrentBand[];
  readonly alarmB: readonly ResidualCurrentBand[];
  readonly thresholdsA: ByBand<number | null>;
  readonly thresholdsB: ByBand<number | null>;
  /** The bands in which each of the two alarms is switched on. */
  readonly enabledA: readonly ResidualCurrentBand[];
  readonly enabledB: readonly ResidualCurrentBand[];
  readonly alarmDelay: number | null;
}

/** Nothing measured. Drivers spread it and fill in what they have. */
export const noQuantities: Quantities = {
  power: null,
  currents: none,
  voltages: none,
  powers: none,
  importEnergy: null,
  exportEnergy: null,
  soc: null,
};

/** The newer value of each quantity, or the older one where there is none. */
export function mergedQuantities(older: Quantities | null, newer: Quantities = noQuantities): Quantities {
  const base = older ?? noQuantities;
  const phases = (key: "currents" | "voltages" | "powers") =>
    perPhase((phase) => newer[key][phase] ?? base[key][phase]);
  return {
    power: newer.power ?? base.power,
    currents: phases("currents"),
    voltages: phases("voltages"),
    powers: phases("powers"),
    importEnergy: newer.importEnergy ?? base.importEnergy,
    exportEnergy: newer.exportEnergy ?? base.exportEnergy,
    soc: newer.soc ?? base.soc,
  };
}

/** Nothing reported: to be spread into by drivers, which fill in what they have. */
export const noChargerReading: ChargerReading = {
  ...channelsIn({}),
  enabled: null,
  uptime: null,
  tag: null,
  currentLimit: null,
  hold: null,
};
