/**
 * One charger as Matter's EVSE (device type 0x050C, revision 2). Its measurements, its power source and its energy
 * management stand on the same endpoint, as in the certification's own sample; each phase is a sensor below it.
 */

import { createHash } from "node:crypto";
import { CommonNumberTag, ElectricalMeasurementTag, Endpoint } from "@matter/main";
import { BridgedDeviceBasicInformationServer } from "@matter/main/behaviors/bridged-device-basic-information";
import { DescriptorServer } from "@matter/main/behaviors/descriptor";
import { PowerSourceServer } from "@matter/main/behaviors/power-source";
import { TemperatureMeasurementServer } from "@matter/main/behaviors/temperature-measurement";
import { EnergyEvse } from "@matter/main/clusters/energy-evse";
import { PowerSource } from "@matter/main/clusters/power-source";
import { EnergyEvseDevice } from "@matter/main/devices/energy-evse";
import { phaseIndexes, type PhaseIndex } from "../../model/phases.js";
import type { ChargerView } from "../../site/site-view.js";
import { DeviceEnergyManagementServer, initialManagement, powerRange } from "./device-energy-management.js";
import { energyEvseServer, type EvseCommands } from "./energy-evse.js";
import { energyEvseModeServer, type ModeCommands } from "./energy-evse-mode.js";
import { energyServer, initialEnergy, initialPower, phaseEndpoint, powerServer, topology } from "./measurements.js";
import { numberOf, supportedModes } from "./modes.js";
import { clipped } from "./names.js";
import type { ReportedValues } from "./reported-values.js";

const wiredPower = PowerSourceServer.with("Wired");

function evseType(commands: EvseCommands & ModeCommands, { phases, tag }: ReportedValues) {
  return EnergyEvseDevice.with(
    DescriptorServer.with("TagList"),
    energyEvseServer(commands, tag),
    energyEvseModeServer(commands),
    powerServer(phases.length > 1),
    energyServer,
    topology,
    wiredPower,
    DeviceEnergyManagementServer,
  );
}

export type EvseEndpoint = Endpoint<ReturnType<typeof evseType>>;
export type PhaseEndpoint = ReturnType<typeof phaseEndpoint>;

export interface Evse {
  readonly endpoint: EvseEndpoint;
  readonly phases: readonly { readonly phase: PhaseIndex; readonly endpoint: PhaseEndpoint }[];
}

/** Nothing is known of the charger yet. @param place among several behind an aggregator, from 0; `null`: it is alone */
export function createEvse(
  charger: ChargerView,
  reported: ReportedValues,
  commands: EvseCommands & ModeCommands,
  place: number | null,
): Evse {
  const { min, max } = charger.current;
  const phases = phaseIndexes.filter((phase) => reported.phases.includes(phase));
  const count = Math.max(1, phases.length);
  const endpoint = new Endpoint(evseType(commands, reported), {
    id: idOf(charger.name),
    descriptor: { tagList: tagsOf(place) },
    energyEvse: {
      state: null,
      supplyState: EnergyEvse.SupplyState.Disabled,
      faultState: EnergyEvse.FaultState.NoError,
      chargingEnabledUntil: null,
      circuitCapacity: max * 1_000,
      minimumChargeCurrent: min * 1_000,
      maximumChargeCurrent: max * 1_000,
      userMaximumChargeCurrent: max * 1_000,
      approximateEvEfficiency: null,
      nextChargeStartTime: null,
      nextChargeTargetTime: null,
      nextChargeRequiredEnergy: null,
      nextChargeTargetSoC: null,
      sessionId: null,
      sessionDuration: null,
      sessionEnergyCharged: null,
    },
    energyEvseMode: { supportedModes, currentMode: numberOf("fast") },
    electricalPowerMeasurement: initialPower(max * count),
    electricalEnergyMeasurement: initialEnergy(),
    deviceEnergyManagement: initialManagement(powerRange(charger.current, count)),
    powerSource: {
      status: PowerSource.PowerSourceStatus.Active,
      order: 0,
      description: "Mains",
      wiredCurrentType: PowerSource.WiredCurrentType.Ac,
    },
  });
  if (reported.temperature)
    endpoint.behaviors.require(TemperatureMeasurementServer, {
      measuredValue: null,
      minMeasuredValue: -4_000,
      maxMeasuredValue: 20_000,
    });
  if (place !== null)
    endpoint.behaviors.require(BridgedDeviceBasicInformationServer, {
      nodeLabel: clipped(charger.name),
      productName: clipped(charger.model),
      vendorName: clipped(charger.brand),
      serialNumber: idOf(charger.name),
      uniqueId: idOf(charger.name),
      reachable: false,
    });
  // A single phase is all there is.
  const sensors = phases.length < 2 ? [] : phases;
  return { endpoint, phases: sensors.map((phase) => ({ phase, endpoint: phaseEndpoint(phase, { amperes: max }) })) };
}

const numbers = [
  CommonNumberTag.Zero,
  CommonNumberTag.One,
  CommonNumberTag.Two,
  CommonNumberTag.Three,
  CommonNumberTag.Four,
  CommonNumberTag.Five,
  CommonNumberTag.Six,
  CommonNumberTag.Seven,
  CommonNumberTag.Eight,
  CommonNumberTag.Nine,
  CommonNumberTag.Ten,
];

/** What tells it from its own phases, which are electrical sensors as well, and from the other chargers (9.2.3). */
function tagsOf(place: number | null) {
  const number = place === null ? undefined : numbers[place + 1];
  return number === undefined ? [ElectricalMeasurementTag.Ac] : [ElectricalMeasurementTag.Ac, number];
}

/** Names the endpoints that the mains of this charger feed, once they have their numbers: its own, and no other's. */
export async function namePowered({ endpoint, phases }: Evse): Promise<void> {
  const endpointList = [endpoint.number, ...phases.map((phase) => phase.endpoint.number)];
  await endpoint.set({ powerSource: { endpointList } });
}

/** Stable, unique, and free of what a name may hold. At most 32 characters. */
export function idOf(charger: string): string {
  return `evse-${createHash("sha256").update(charger).digest("hex").slice(0, 24)}`;
}
