/** What a charger says of its errors, as one of Matter's kinds of fault. */

import { EnergyEvse } from "@matter/main/clusters/energy-evse";
import type { ChargerReading } from "../../model/readings.js";

const { FaultState } = EnergyEvse;

/** Values of the drivers' channel `error`. What has no kind of its own in Matter is not in here. */
const faults: ReadonlyMap<string, EnergyEvse.FaultState> = new Map(
  Object.entries({
    // go-eCharger
    RCCB: FaultState.GroundFault,
    PHASE: FaultState.PowerQuality,
    FiAc: FaultState.GroundFault,
    FiDc: FaultState.GroundFault,
    FiUnknown: FaultState.GroundFault,
    Phase: FaultState.PowerQuality,
    Overvolt: FaultState.OverVoltage,
    Overamp: FaultState.OverCurrent,
    ContactorStuck: FaultState.ContactWetFailure,
    ContactorMiss: FaultState.ContactDryFailure,
    Overtemp: FaultState.OverTemperature,
    // OpenEVSE
    GFCI_FAULT: FaultState.GroundFault,
    STUCK_RELAY: FaultState.ContactWetFailure,
    RELAY_CLOSURE_FAULT: FaultState.ContactDryFailure,
    OVER_TEMPERATURE: FaultState.OverTemperature,
    OVER_CURRENT: FaultState.OverCurrent,
    // MENNEKES
    RCMB: FaultState.GroundFault,
    RCD: FaultState.GroundFault,
    VEHICLE_STATE_E: FaultState.PilotShortCircuit,
    MCB_TYPE2: FaultState.OverCurrent,
    MCB_SCHUKO: FaultState.OverCurrent,
    TYPE2_OVERLOAD: FaultState.OverCurrent,
    CONTACTOR_WELDED: FaultState.ContactWetFailure,
    UNLOCKED_WHILE_CHARGING: FaultState.EvDisconnected,
    PHASE_ROTATION: FaultState.WrongPowerSupply,
    NO_MAINS: FaultState.PowerLoss,
  }),
);

/** The first of its errors that Matter has a kind for; `NoError` unless the charger refuses to charge. */
export function faultOf({ state, error }: ChargerReading): EnergyEvse.FaultState {
  if (state !== "fault") return FaultState.NoError;
  const known = (error ?? "").split(", ").flatMap((text) => faults.get(text) ?? []);
  return known[0] ?? FaultState.Other;
}
