/** The house as electricity sees it: roof, household, battery and wallboxes meet at the grid connection, phase by phase. */

import type { PerPhase, PhaseIndex, PhaseRotation } from "../../model/phases.js";
import { perPhase, phaseIndexes } from "../../model/phases.js";
import type { Battery } from "./battery.js";
import type { Evse } from "./evse.js";
import type { Consumption } from "./household.js";
import type { PowerSource } from "./roof.js";
import { secondOfDay, stepsOf } from "./time.js";

/** A wallbox, and which phase of the house feeds its L1, L2 and L3. */
export interface ConnectedEvse {
  readonly evse: Evse;
  readonly rotation: PhaseRotation;
}

export interface VirtualHouseOptions {
  /** V, phase to neutral. */
  readonly voltage?: number;
  /** Phases of the grid connection. With 1, whatever is connected elsewhere than to L1 is left out. */
  readonly phases?: 1 | 3;
  readonly roof: PowerSource;
  readonly household: Consumption;
  readonly evses: readonly ConnectedEvse[];
  /** Phase that a single-phase inverter feeds. Absent: all phases alike. */
  readonly roofPhase?: PhaseIndex;
  /** Connected to all phases alike. */
  readonly battery?: Battery;
}

/** A consumer or producer, counted without sign. */
export interface Flow {
  /** W */
  readonly power: number;
  /** W on L1, L2, L3 of the house. */
  readonly powers: PerPhase<number>;
  /** Wh since the house was made. */
  readonly energy: number;
}

/** The grid connection. Import is positive. */
export interface GridFlow {
  /** W */
  readonly power: number;
  /** W */
  readonly powers: PerPhase<number>;
  /** A, signed like the power. */
  readonly currents: PerPhase<number>;
  /** V */
  readonly voltages: PerPhase<number>;
  /** Wh, netted over the phases, as the utility counts. */
  readonly importEnergy: number;
  /** Wh, netted over the phases. */
  readonly exportEnergy: number;
  /** Wh, phase by phase and not netted, as a Shelly 3EM counts. */
  readonly importEnergies: PerPhase<number>;
  /** Wh, phase by phase and not netted. */
  readonly exportEnergies: PerPhase<number>;
}

const none: PerPhase<number> = [0, 0, 0];
const idle: Flow = { power: 0, powers: none, energy: 0 };

export class VirtualHouse {
  readonly evses: readonly ConnectedEvse[];
  readonly voltage: number;
  /** Wh that the cars took while the roof gave it beyond the household's need. */
  carEnergyFromSolar = 0;

  private readonly connected: readonly PhaseIndex[];
  private readonly roof: PowerSource;
  private readonly household: Consumption;
  private readonly roofPhase: PhaseIndex | undefined;
  private readonly battery: Battery | undefined;
  private gridFlow: GridFlow;
  private pvFlow = idle;
  private houseFlow = idle;
  private carFlow = idle;

  constructor({ voltage = 230, phases = 3, roof, household, evses, roofPhase, battery }: VirtualHouseOptions) {
    this.voltage = voltage;
    this.connected = phases === 1 ? [0] : phaseIndexes;
    this.roof = roof;
    this.household = household;
    this.evses = evses;
    this.roofPhase = roofPhase;
    this.battery = battery;
    this.gridFlow = {
      power: 0,
      powers: none,
      currents: none,
      voltages: perPhase((phase) => (this.connected.includes(phase) ? voltage : 0)),
      importEnergy: 0,
      exportEnergy: 0,
      importEnergies: none,
      exportEnergies: none,
    };
  }

  get grid(): GridFlow {
    return this.gridFlow;
  }

  get pv(): Flow {
    return this.pvFlow;
  }

  /** Without cars. */
  get house(): Flow {
    return this.houseFlow;
  }

  /** All cars together. */
  get car(): Flow {
    return this.carFlow;
  }

  /**
   * Lets time pass, in steps of at most 1 s.
   * @param seconds s
   * @param timeOfDay second of the day at which it begins
   */
  advance(seconds: number, timeOfDay: number): void {
    for (const { at, length } of stepsOf(seconds)) this.step(length, secondOfDay(timeOfDay + at));
  }

  private step(seconds: number, second: number): void {
    for (const { evse } of this.evses) {
      evse.voltage = this.voltage;
      evse.advance(seconds);
    }
    const household = this.household.powers(second);
    this.pvFlow = counted(this.pvFlow, this.feed(this.roof.power(second)), seconds);
    this.houseFlow = counted(this.houseFlow, this.onConnected(household), seconds);
    this.carFlow = counted(this.carFlow, this.onConnected(this.carPowers()), seconds);
    const { pv, house, car, battery } = this;
    battery?.advance(seconds, house.power + car.power - pv.power);
    const share = (battery?.power ?? 0) / this.connected.length;
    const given = this.onConnected([share, share, share]);
    this.meter(
      perPhase((phase) => house.powers[phase] + car.powers[phase] - pv.powers[phase] - given[phase]),
      seconds,
    );
    this.carEnergyFromSolar += energyOf(Math.min(car.power, Math.max(0, pv.power - house.power)), seconds);
  }

  private feed(power: number): PerPhase<number> {
    const fed = this.roofPhase === undefined ? this.connected : [this.roofPhase];
    return this.onConnected(perPhase((phase) => (fed.includes(phase) ? power / fed.length : 0)));
  }

  private carPowers(): PerPhase<number> {
    return perPhase((phase) =>
      this.evses
        .flatMap(({ evse, rotation }) => phaseIndexes.map((own) => (rotation[own] === phase ? evse.powers[own] : 0)))
        .reduce((sum, power) => sum + power, 0),
    );
  }

  private onConnected(powers: PerPhase<number>): PerPhase<number> {
    return perPhase((phase) => (this.connected.includes(phase) ? powers[phase] : 0));
  }

  private meter(powers: PerPhase<number>, seconds: number): void {
    const { voltages, importEnergy, exportEnergy, importEnergies, exportEnergies } = this.gridFlow;
    const power = sum(powers);
    this.gridFlow = {
      power,
      powers,
      currents: perPhase((phase) => powers[phase] / this.voltage),
      voltages,
      importEnergy: importEnergy + energyOf(Math.max(0, power), seconds),
      exportEnergy: exportEnergy + energyOf(Math.max(0, -power), seconds),
      importEnergies: perPhase((phase) => importEnergies[phase] + energyOf(Math.max(0, powers[phase]), seconds)),
      exportEnergies: perPhase((phase) => exportEnergies[phase] + energyOf(Math.max(0, -powers[phase]), seconds)),
    };
  }
}

function counted(before: Flow, powers: PerPhase<number>, seconds: number): Flow {
  const power = sum(powers);
  return { power, powers, energy: before.energy + energyOf(power, seconds) };
}

function energyOf(power: number, seconds: number): number {
  return (power * seconds) / 3600;
}

function sum(powers: PerPhase<number>): number {
  return powers[0] + powers[1] + powers[2];
}
