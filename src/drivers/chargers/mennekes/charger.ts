/** One MENNEKES charger: finds out its firmware, then reads it and sets its limit. */

import type { Clock } from "../../../model/clock.js";
import { DeviceError } from "../../../model/errors.js";
import type { Log } from "../../../model/log.js";
import type { ChargerReading } from "../../../model/readings.js";
import { ModbusDevice, type ModbusDeviceOptions } from "../../../transport/modbus.js";
import type { Charger, ChargerWrites, DriverContext } from "../../driver.js";
import { readRegisters, registerReader, writeRow } from "../../decoding/registers.js";
import { requireCurrent } from "../../options/requirements.js";
import { advice, allows, currentRange, isFourYou, isSince522, readingOf } from "./reading.js";
import {
  before522,
  fourYou,
  identity,
  limitRow,
  modelRow,
  since522,
  type NewValues,
  type OldValues,
} from "./registers.js";
import { Watchdog, type WatchdogOption } from "./watchdog.js";

/** Read-backs of a limit after it was written, and ms between two of them: it may show in the next cycle only. */
const readBacks = { most: 3, wait: 400 } as const;

export interface MennekesOptions extends Omit<ModbusDeviceOptions, "advice"> {
  readonly watchdog?: WatchdogOption | undefined;
}

type Context = Pick<DriverContext, "clock" | "log">;

/** What was found at first contact. */
interface Known {
  readonly firmware: string | null;
  /** Reads all of it. */
  readonly reader: { read(): Promise<NewValues | OldValues> };
}

export function connectMennekes({ watchdog, ...options }: MennekesOptions, context: Context): Charger {
  return new Mennekes(new ModbusDevice({ ...options, advice }), watchdog, context);
}

class Mennekes implements Charger {
  readonly writes: ChargerWrites = {
    maxAmpere: (amperes) => this.#setCurrent(amperes),
    allowCharging: (allowed) => this.#allow(allowed),
  };
  /** Whether reading alone keeps the charger from falling back is not documented: so the limit is written again. */
  expiry?: number;
  readonly #modbus: ModbusDevice;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #watchdog: Watchdog;
  /** Kept over a lost connection, since they remember which registers the charger does not have. */
  readonly #readers;
  /** Discarded when it can't be reached: it may come back with other firmware, or another watchdog. */
  #known: Known | null = null;
  /** A, what it charges with once it may: our last command, or read from it. */
  #current: number | null = null;

  constructor(modbus: ModbusDevice, watchdog: WatchdogOption | undefined, { log, clock }: Context) {
    this.#modbus = modbus;
    this.#clock = clock;
    this.#log = log;
    this.#watchdog = new Watchdog(modbus, watchdog, log);
    this.#readers = {
      model: registerReader(modbus, modelRow),
      since522: registerReader(modbus, since522),
      before522: registerReader(modbus, before522),
      fourYou: registerReader(modbus, fourYou),
    };
  }

  async read(): Promise<ChargerReading> {
    try {
      this.#known ??= await this.#identify();
      const { firmware, reader } = this.#known;
      const values: NewValues | OldValues = await reader.read();
      const reading = readingOf(values, firmware, this.#modbus.device);
      this.#current = reading.maxAmpere ?? this.#current;
      this.#watchdog.report();
      return reading;
    } catch (error) {
      this.#known = null;
      throw error;
    }
  }

  close(): Promise<void> {
    return this.#modbus.close();
  }

  /** The model comes last, since it is the least sure to be there: some chargers hang up at what they do not know. */
  async #identify(): Promise<Known> {
    const firmware = await this.#firmware();
    const expiry = await this.#watchdog.arm();
    if (expiry === null) delete this.expiry;
    else this.expiry = expiry;
    const { model } = isSince522(firmware) === false ? { model: null } : await this.#readers.model.read();
    this.#log.debug(`${this.#modbus.device}: ${model ?? "unknown model"}, firmware ${firmware ?? "unknown"}`);
    const isNew = isSince522(firmware);
    if (model !== null && (isNew === null || isFourYou(model))) return { firmware, reader: this.#readers.fourYou };
    return { firmware, reader: isNew === true ? this.#readers.since522 : this.#readers.before522 };
  }

  async #firmware(): Promise<string | null> {
    try {
      return (await readRegisters(this.#modbus, identity)).firmware;
    } catch (error) {
      if (!(error instanceof DeviceError && error.code === "unsupported")) throw error;
      const what = "it does not have the registers of a MENNEKES charger";
      throw new DeviceError({ code: "unsupported", device: this.#modbus.device, what, advice, cause: error });
    }
  }

  /** During a pause the register can't hold a current: it is kept here, and written with the start. */
  async #setCurrent(amperes: number): Promise<void> {
    requireCurrent(amperes, currentRange, this.#modbus.device);
    const limit = await this.#limit();
    if (limit === null || allows(limit)) await this.#write(amperes);
    this.#current = amperes;
  }

  /** Without any known current it starts with the least. */
  async #allow(allowed: boolean): Promise<void> {
    if (!allowed) return this.#write(0);
    const limit = await this.#limit();
    await this.#write(limit !== null && allows(limit) ? limit : (this.#current ?? currentRange.min));
  }

  /** Written also where nothing changes: that keeps it from expiring. */
  async #write(limit: number): Promise<void> {
    await writeRow(this.#modbus, limitRow, "limit", limit);
    let found: number | null = null;
    for (let attempt = 1; attempt <= readBacks.most; attempt += 1) {
      if (attempt > 1) await new Promise<void>((resolve) => void this.#clock.after(readBacks.wait, resolve));
      found = await this.#limit();
      if (found === limit) return;
    }
    const what = `a limit of ${limit} A was not taken over, it is ${found ?? "not reported"}`;
    const check = "Check in its web page what limits it, and whether another energy manager sets it too";
    throw new DeviceError({ code: "not-taken-over", device: this.#modbus.device, what, advice: check });
  }

  async #limit(): Promise<number | null> {
    return (await readRegisters(this.#modbus, limitRow)).limit;
  }
}
