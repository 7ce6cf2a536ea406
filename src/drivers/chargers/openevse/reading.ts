/** What an OpenEVSE says, in either of its languages, as a reading. */

import { type ChargerReading, noChargerReading } from "../../../model/readings.js";
import { errorOf, isAwake, isStoppedAtBox, pluggedByFlags, stateOf, stateText } from "./texts.js";

/** `null`: not told. */
export interface Facts {
  /** State of the controller. */
  readonly code: number;
  readonly flags: number | null;
  readonly plugged: boolean | null;
  /** A; what the car is told it may draw, or will be once it may. */
  readonly pilot: number | null;
  /** A on the one phase that is measured. */
  readonly current: number | null;
  /** V, phase to neutral */
  readonly voltage: number | null;
  /** W on all phases, where it says so. */
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
  /** Whether what is asked of it, all of it together, is to charge. */
  readonly asked: boolean | null;
  /** The same, of what we and people ask, without limits, cards and back ends. */
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
    pwmSignal: stateText(code),
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
    // At rest for a reason of its own, and nothing told: nobody knows what its switch says.
    enabled: stoppedAtBox ? false : (switchedOn ?? asked ?? (awake || null)),
    uptime: facts.uptime,
    tag: facts.tag,
  };
}
