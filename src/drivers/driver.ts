/** What a driver is: a declaration, and the connection that it makes to one device. */

import type { z } from "zod";
import type { ChargerReading, MeterReading, MeterRole, ResidualCurrentReading } from "../model/readings.js";
import type { Clock } from "../model/clock.js";
import type { Log } from "../model/log.js";
import type { PhaseCount } from "../model/phases.js";
import type { MqttPool } from "../transport/mqtt.js";
import type { OptionsSchema } from "./options/schema.js";

/** What a driver is given beside its own options. */
export interface DriverContext {
  /** Name of the device in the configuration; errors carry it. */
  readonly name: string;
  readonly log: Log;
  readonly clock: Clock;
  /** Connections to MQTT brokers, one per broker, shared by all devices. */
  readonly mqtt: MqttPool;
}

/** A model that the driver is made for. */
export interface Product {
  readonly brand: string;
  readonly model: string;
  readonly firmware?: string;
}

/** What is wrong with options that are right one by one. */
export interface OptionProblem {
  /** The option to look at. */
  readonly path: string;
  /** Half a sentence for people. */
  readonly message: string;
}

interface Declaration<Kind extends string, Options extends OptionsSchema> {
  readonly kind: Kind;
  /** Its name in the configuration. */
  readonly driver: string;
  readonly products: readonly Product[];
  /** What a person has to set up on the device's side, one sentence each. */
  readonly needs: readonly string[];
  /** What the device does when the connection to us is lost, in a sentence or two. Absent: nothing, as meters do. */
  readonly whenAlone?: string;
  /** What no document of the vendor and no device confirms, one sentence each, for the documentation. Absent: nothing. */
  readonly unproven?: readonly string[];
  /** What a person may write for this driver beside what every device of its kind takes. */
  readonly options: Options;
  /** What the schema can't say of the options together, once they are complete. Absent: it says everything. */
  check?(options: z.output<Options>): readonly OptionProblem[];
}

/** What can be changed at a charger. Each resolves once the charger has taken it over, else rejects with DeviceError. */
export interface ChargerWrites {
  /** A per phase, within the driver's `current`. Volatile: never a setting kept in flash. */
  maxAmpere(amperes: number): Promise<void>;
  /** Start (true) or stop (false). */
  allowCharging(allowed: boolean): Promise<void>;
  phases?(count: PhaseCount): Promise<void>;
  /** kWh for the session; `null` lifts it. */
  sessionChargeConsumptionLimit?(energy: number | null): Promise<void>;
  /** One of the texts that the channel reads. */
  accessState?(state: string): Promise<void>;
  transaction?(transaction: number | null): Promise<void>;
}

export type WritableChannel = keyof ChargerWrites;

/** A connection to one charger. */
export interface Charger {
  /** Rejects with DeviceError. */
  read(): Promise<ChargerReading>;
  /** What this charger lacks is absent. May grow with the first reading, so it is looked up anew each time. */
  readonly writes: ChargerWrites;
  /**
   * ms after which the charger drops a command unless it is repeated. The site repeats it in half of that time, a
   * pause too. Absent: commands do not expire. May change with each reading.
   */
  readonly expiry?: number;
  /**
   * For devices that push: every complete new reading as it comes. Polling goes on beside it.
   * Absent: the device is only polled.
   */
  watch?(onReading: (reading: ChargerReading) => void): void;
  /** Sets the voltage at a charger that can't measure it, in V. Absent: it measures, or does not take one. */
  tellVoltage?(volts: number): Promise<void>;
  /** Always ends, also when the device is gone. */
  close(): Promise<void>;
}

/** Set-points that a charger takes, in A per phase. */
export interface CurrentRange {
  readonly min: number;
  readonly max: number;
  readonly step: number;
}

export interface ChargerDriver<Options extends OptionsSchema = OptionsSchema> extends Declaration<"charger", Options> {
  readonly current: CurrentRange;
  /** What can be changed with these options, as declared before any contact. */
  writable(options: z.output<Options>): readonly WritableChannel[];
  /** V, or the name of the meter that measures it, for chargers that can't measure it. Absent: none needs it. */
  voltageFrom?(options: z.output<Options>): number | string | undefined;
  /** Makes no contact yet: the first `read` does. */
  connect(options: z.output<Options>, context: DriverContext): Charger;
}

/** Keeps a home battery from discharging. */
export interface DischargeBlock {
  /** ms after which it ends by itself unless it is set again. The site sets it again in half of that time. */
  readonly expiry: number;
  /** Resolves once the device has taken it over, else rejects with DeviceError. Only volatile settings. */
  set(blocked: boolean): Promise<void>;
}

/** A connection to one meter. */
export interface Meter {
  /** A complete new reading. Rejects with DeviceError. */
  read(): Promise<MeterReading>;
  /**
   * For devices that push: every reading as it comes, values that did not come with it being `null`.
   * Absent: the device is polled.
   */
  watch?(onReading: (reading: MeterReading) => void): void;
  /** Absent: the device can't do that, or nobody has asked for it. */
  readonly dischargeBlock?: DischargeBlock;
  /** Always ends, also when the device is gone. */
  close(): Promise<void>;
}

export interface MeterDriver<Options extends OptionsSchema = OptionsSchema> extends Declaration<"meter", Options> {
  /** What a device measures when the configuration does not say. */
  readonly measures: readonly MeterRole[];
  /** Looks at what is to be measured together with the options. Absent: the device itself knows what it measures. */
  checkMeasures?(measures: readonly MeterRole[], options: z.output<Options>): readonly OptionProblem[];
  connect(options: z.output<Options> & { readonly measures: readonly MeterRole[] }, context: DriverContext): Meter;
}

/** A connection to one residual-current monitor. */
export interface ResidualCurrentMonitor {
  /** Rejects with DeviceError. */
  read(): Promise<ResidualCurrentReading>;
  /** Always ends, also when the device is gone. */
  close(): Promise<void>;
}

export interface ResidualCurrentDriver<Options extends OptionsSchema = OptionsSchema> extends Declaration<
  "residual-current",
  Options
> {
  /** Makes no contact yet: the first `read` does. */
  connect(options: z.output<Options>, context: DriverContext): ResidualCurrentMonitor;
}

/** Declares a residual-current driver; keeps the types of its options together. */
export function defineResidualCurrentMonitor<Options extends OptionsSchema>(
  driver: ResidualCurrentDriver<Options>,
): ResidualCurrentDriver<Options> {
  return driver;
}

/** Declares a charger driver; keeps the types of its options together. */
export function defineCharger<Options extends OptionsSchema>(driver: ChargerDriver<Options>): ChargerDriver<Options> {
  return driver;
}

/** Declares a meter driver; keeps the types of its options together. */
export function defineMeter<Options extends OptionsSchema>(driver: MeterDriver<Options>): MeterDriver<Options> {
  return driver;
}
