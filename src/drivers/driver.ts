/** The interface of a driver: its declaration, and the connection that it makes to one device. */

import type { z } from "zod";
import type { ChargerReading, MeterReading, MeterRole, ResidualCurrentReading } from "../model/readings.js";
import type { Clock } from "../model/clock.js";
import type { Log } from "../model/log.js";
import type { PhaseCount } from "../model/phases.js";
import type { MqttPool } from "../transport/mqtt.js";
import type { RegisterTable } from "./decoding/registers.js";
import type { Announcement, ModbusProbe } from "./discovery.js";
import type { OptionsSchema } from "./options/schema.js";

/** What a driver gets besides its own options. */
export interface DriverContext {
  /** Name of the device in the configuration; errors carry it. */
  readonly name: string;
  readonly log: Log;
  readonly clock: Clock;
  /** Connections to MQTT brokers, one per broker, shared by all devices. */
  readonly mqtt: MqttPool;
}

/** A device model that the driver supports. */
export interface Product {
  readonly brand: string;
  readonly model: string;
  readonly firmware?: string;
}

/** An error in options that are valid one by one. */
export interface OptionProblem {
  /** The option that the error is reported for. */
  readonly path: string;
  /** Half a sentence, continuing the name of the option. */
  readonly message: string;
}

/** An example configuration for the documentation: one transport of the device. */
export interface Example {
  /** Name of the transport. */
  readonly by: string;
  /** The options besides name and driver. */
  readonly keys: Readonly<Record<string, unknown>>;
  /** It uses the site's broker. */
  readonly broker?: true;
}

interface Declaration<Kind extends string, Options extends OptionsSchema> {
  readonly kind: Kind;
  /** Its name in the configuration. */
  readonly driver: string;
  readonly products: readonly Product[];
  /** What has to be set up at the device, one sentence each. */
  readonly needs: readonly string[];
  /** What the device does when the connection to us is lost, in a sentence or two. Absent: nothing (meters). */
  readonly onConnectionLoss?: string;
  /** What neither a vendor document nor a test with a device confirms, one sentence each. Absent: nothing. */
  readonly unverified?: readonly string[];
  /** One for each transport. Absent: one is generated from the required options. */
  readonly examples?: readonly Example[];
  /** How it announces itself over mDNS. Absent: it does not. */
  readonly announcement?: Announcement;
  /** How it is identified over Modbus TCP. Absent: it can't be. */
  readonly modbusProbe?: ModbusProbe;
  /** Options of this driver, besides those of every device of its kind. */
  readonly options: Options;
  /** Checks options against each other, once each is valid. Absent: there is nothing to check. */
  check?(options: z.output<Options>): readonly OptionProblem[];
}

/** The writable settings of a charger. Each resolves once the charger has accepted it, else rejects with DeviceError. */
export interface ChargerWrites {
  /** A per phase, within the driver's `current`. Volatile: never a setting kept in flash. */
  maxAmpere(amperes: number): Promise<void>;
  /** Start (true) or stop (false). */
  allowCharging(allowed: boolean): Promise<void>;
  phases?(count: PhaseCount): Promise<void>;
  /** kWh for the session; `null` lifts it. */
  sessionChargeConsumptionLimit?(energy: number | null): Promise<void>;
  /** One of the values that the channel reports. */
  accessState?(state: string): Promise<void>;
  transaction?(transaction: number | null): Promise<void>;
}

export type WritableChannel = keyof ChargerWrites;

/** A connection to one charger. */
export interface Charger {
  /** Rejects with DeviceError. */
  read(): Promise<ChargerReading>;
  /** Settings that this charger lacks are absent. Some appear only with the first reading: look them up each time. */
  readonly writes: ChargerWrites;
  /**
   * ms after which a command expires unless it is repeated. The site repeats it, a pause too, in half of that time.
   * Absent: commands do not expire. May change with each reading.
   */
  readonly expiry?: number;
  /**
   * For devices that push: calls back with each complete new reading. The device is polled as well.
   * Absent: the device is only polled.
   */
  watch?(onReading: (reading: ChargerReading) => void): void;
  /** Passes the voltage, in V, to a charger that can't measure it. Absent: it does, or it has no use for it. */
  setMeasuredVoltage?(volts: number): Promise<void>;
  /** Always ends, also when the device is gone. */
  close(): Promise<void>;
}

/** Currents that can be set, in A per phase. */
export interface CurrentRange {
  readonly min: number;
  readonly max: number;
  readonly step: number;
}

export interface ChargerDriver<Options extends OptionsSchema = OptionsSchema> extends Declaration<"charger", Options> {
  readonly current: CurrentRange;
  /** The writable settings with these options, as far as is known before the first contact. */
  writable(options: z.output<Options>): readonly WritableChannel[];
  /** For chargers that can't measure voltage: V, or the name of the meter that measures it. Absent: they can. */
  voltageFrom?(options: z.output<Options>): number | string | undefined;
  /** Makes no contact yet: the first `read` does. */
  connect(options: z.output<Options>, context: DriverContext): Charger;
}

/** Keeps a home battery from discharging. */
export interface DischargeBlock {
  /** ms after which it expires unless it is set again. The site sets it again in half of that time. */
  readonly expiry: number;
  /** Resolves once the device has accepted it, else rejects with DeviceError. Only volatile settings. */
  set(blocked: boolean): Promise<void>;
}

/** A connection to one meter. */
export interface Meter {
  /** A complete new reading. Rejects with DeviceError. */
  read(): Promise<MeterReading>;
  /**
   * For devices that push: calls back with each reading; values that are not part of it are `null`.
   * Absent: the device is polled.
   */
  watch?(onReading: (reading: MeterReading) => void): void;
  /** Absent: the device does not support it, or it is not configured. */
  readonly dischargeBlock?: DischargeBlock;
  /** Always ends, also when the device is gone. */
  close(): Promise<void>;
}

export interface MeterDriver<Options extends OptionsSchema = OptionsSchema> extends Declaration<"meter", Options> {
  /** What a device measures by default. */
  readonly measures: readonly MeterRole[];
  /** The register table of a meter that consists of nothing else. Absent: it does not. */
  readonly registers?: RegisterTable;
  /** Checks the option `measures` against the others. Absent: there is nothing to check. */
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
