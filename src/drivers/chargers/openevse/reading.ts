/** A reading from what an OpenEVSE reports over either of its APIs. */

import { type ChargerReading, noChargerReading } from "../../../model/readings.js";
import { errorOf, isAwake, isStoppedAtBox, pluggedByFlags, stateOf, stateLabel } from "./codes.js";

/** `null`: not reported. */
export interface Facts {
  /** State of the controller. */
  readonly code: number;
  readonly flags: number | null;
  readonly plugged: boolean | null;
  /** A; the current that is signalled to the car, now or once it may charge. */
  readonly pilot: number | null;
  /** A on the one phase that is measured. */
  readonly current: number | null;
  /** V, phase to neutral */
  readonly voltage: number | null;
  /** W on all phases, where it is reported. */
  readonly power: number | null;
  /** Whether it is set up as a box for three phases. */
  readonly threePhase: boolean;
  /** °C */
  readonly temperature: number | null;
  /** kWh */
  readonly sessionEnergy: number | null;
  readonly totalEnergy: number | null;
  readonly energyLimit: number | null;
  readonly firmware: string | null;
  /** ms since the gateway started */
  readonly uptime: number | null;
  readonly tag: string | null;
  /** Whether all claims together ask it to charge. */
  readonly asked: boolean | null;
  /** The same of our claim and the manual override alone, without limits, cards and back ends. */
  readonly switchedOn: boolean | null;
}

export function readingOf(facts: Facts): ChargerReading {
  const { code, flags, pilot, current, voltage, threePhase, asked, switchedOn } = facts;
  const awake = isAwake(code);
  const stoppedAtBox = asked !== false && isStoppedAtBox(code, flags);
  const phases = threePhase ? 3 : 1;
  const power = facts.power ?? (current === null || voltage === null ? null : current * voltage * phases);
  const phasePower = power === null ? null : power / phases;
  const others = <T>(value: T): T | null => (threePhase ? value : null);
  return {
    ...noChargerReading,
    maxAmpere: pilot,
    pwmSignal: stateLabel(code),
    error: errorOf(code),
    voltageL1: voltage,
    currentL1: current,
    // It measures one phase; the others are taken to be like it, as its own reckoning of power does.
    currentL2: others(current),
    currentL3: others(current),
    powerL1: phasePower,
    powerL2: others(phasePower),
    powerL3: others(phasePower),
    power,
    phases,
    sessionChargeConsumptionLimit: facts.energyLimit,
    sessionChargeConsumption: facts.sessionEnergy,
    totalConsumption: facts.totalEnergy,
    allowCharging: awake === false || asked === false ? false : (asked ?? awake),
    temperature: facts.temperature,
    firmware: facts.firmware,
    state: stateOf(code, facts.plugged ?? pluggedByFlags(flags)),
    // At rest by itself, and nothing reported: the state of its switch is unknown.
    enabled: stoppedAtBox ? false : (switchedOn ?? asked ?? (awake || null)),
    uptime: facts.uptime,
    tag: facts.tag,
  };
}
