/**
 * Electrical measurements of a charger: power, current, voltage and energy in all, and each phase as a sensor below it.
 * Energy is counted for all phases together only, as chargers do.
 */

import { Endpoint, ElectricalMeasurementTag } from "@matter/main";
import { DescriptorServer } from "@matter/main/behaviors/descriptor";
import { ElectricalEnergyMeasurementServer } from "@matter/main/behaviors/electrical-energy-measurement";
import { ElectricalPowerMeasurementServer } from "@matter/main/behaviors/electrical-power-measurement";
import { PowerTopologyServer } from "@matter/main/behaviors/power-topology";
import { ElectricalEnergyMeasurement } from "@matter/main/clusters/electrical-energy-measurement";
import { ElectricalPowerMeasurement } from "@matter/main/clusters/electrical-power-measurement";
import { ElectricalSensorEndpoint } from "@matter/main/endpoints/electrical-sensor";
import { MeasurementType } from "@matter/main/types";
import { phasesOf } from "../../model/phase-channels.js";
import type { PhaseIndex } from "../../model/phases.js";
import type { ChargerReading } from "../../model/readings.js";
import type { Facts } from "../charger-facts.js";

/** It measures what flows through its own endpoint and those below. */
export const topology = PowerTopologyServer.with("TreeTopology");

export const energyServer = ElectricalEnergyMeasurementServer.with("ImportedEnergy", "CumulativeEnergy");

/** @param polyphase it stands for several phases together */
export function powerServer(polyphase: boolean) {
  const features: readonly ["AlternatingCurrent", "PolyphasePower"] | readonly ["AlternatingCurrent"] = polyphase
    ? ["AlternatingCurrent", "PolyphasePower"]
    : ["AlternatingCurrent"];
  return ElectricalPowerMeasurementServer.with(...features);
}

const PhaseEndpoint = ElectricalSensorEndpoint.with(
  DescriptorServer.with("TagList"),
  topology,
  ElectricalPowerMeasurementServer.with("AlternatingCurrent"),
);

const phaseTags = [
  ElectricalMeasurementTag.AcPhase1,
  ElectricalMeasurementTag.AcPhase2,
  ElectricalMeasurementTag.AcPhase3,
] as const;

/** One phase of a charger. */
export function phaseEndpoint(phase: PhaseIndex, range: { readonly amperes: number }) {
  return new Endpoint(PhaseEndpoint, {
    id: `l${phase + 1}`,
    descriptor: { tagList: [phaseTags[phase]] },
    electricalPowerMeasurement: initialPower(range.amperes),
  });
}

/** V, the highest that a charger is made for, phase to neutral. */
const highestVoltage = 300;

/** Hundredths of a percent. Few makers state theirs; billing meters aside, none is worse. */
const usualAccuracy = 500;

/** Nothing is known yet. @param amperes the highest current in all */
export function initialPower(amperes: number) {
  const accuracy = [
    accuracyOf(MeasurementType.ActivePower, amperes * highestVoltage),
    accuracyOf(MeasurementType.ActiveCurrent, amperes),
    accuracyOf(MeasurementType.Voltage, highestVoltage),
  ];
  return {
    powerMode: ElectricalPowerMeasurement.PowerMode.Ac,
    numberOfMeasurementTypes: accuracy.length,
    accuracy,
    activePower: null,
    activeCurrent: null,
    voltage: null,
  };
}

/** kWh, more than a charger counts in its life. */
const highestEnergy = 10_000_000;

export function initialEnergy() {
  return {
    accuracy: accuracyOf(ElectricalEnergyMeasurement.MeasurementType.ElectricalEnergy, highestEnergy * 1_000),
    cumulativeEnergyImported: null,
  };
}

/** From 0 to the highest value, in W, A, V or Wh; Matter counts in thousandths. */
function accuracyOf<T>(measurementType: T, highest: number) {
  const maxMeasuredValue = Math.round(highest * 1_000);
  return {
    measurementType,
    measured: true,
    minMeasuredValue: 0,
    maxMeasuredValue,
    accuracyRanges: [{ rangeMin: 0, rangeMax: maxMeasuredValue, percentMax: usualAccuracy }],
  };
}

/** One measured value: where it is found, and its unit. */
export interface Quantity {
  readonly attribute: "activePower" | "activeCurrent" | "voltage";
  readonly unit: "W" | "A" | "V";
  read(facts: Facts): number | null;
}

/** What the charger draws in all: current is that of the phases together, voltage their mean, phase to neutral. */
export const inAll: readonly Quantity[] = [
  { attribute: "activePower", unit: "W", read: ({ reading }) => reading.power ?? sumOf(reading, "powers") },
  { attribute: "activeCurrent", unit: "A", read: ({ reading }) => sumOf(reading, "currents") },
  { attribute: "voltage", unit: "V", read: ({ reading }) => meanVoltage(reading) },
];

/** What it draws from one phase. Where power is not measured by phase, it is current times voltage. */
export function onPhase(phase: PhaseIndex): readonly Quantity[] {
  return [
    { attribute: "activePower", unit: "W", read: ({ reading }) => powerOn(reading, phase) },
    { attribute: "activeCurrent", unit: "A", read: ({ reading }) => phasesOf(reading, "currents")[phase] },
    { attribute: "voltage", unit: "V", read: ({ reading }) => phasesOf(reading, "voltages")[phase] },
  ];
}

function powerOn(reading: ChargerReading, phase: PhaseIndex): number | null {
  const current = phasesOf(reading, "currents")[phase];
  const voltage = phasesOf(reading, "voltages")[phase];
  return phasesOf(reading, "powers")[phase] ?? (current === null || voltage === null ? null : current * voltage);
}

function sumOf(reading: ChargerReading, quantity: "powers" | "currents"): number | null {
  const measured = phasesOf(reading, quantity).filter((value) => value !== null);
  return measured.length === 0 ? null : measured.reduce((sum, value) => sum + value, 0);
}

/** Phases without voltage are not connected. */
function meanVoltage(reading: ChargerReading): number | null {
  const measured = phasesOf(reading, "voltages").filter((value) => value !== null && value > 0);
  return measured.length === 0
    ? null
    : measured.reduce<number>((sum, value) => sum + (value ?? 0), 0) / measured.length;
}
