/** A connection to one MENNEKES charger: finds out what it is, then reads it and sets its limit. */

import type { Clock } from "../../../model/clock.js";
import { DeviceError } from "../../../model/errors.js";
import type { Log } from "../../../model/log.js";
import type { ChargerReading } from "../../../model/readings.js";
import { ModbusDevice, type ModbusDeviceOptions } from "../../../transport/modbus.js";
import type { Charger, ChargerWrites } from "../../driver.js";
import { readRegisters, registerReader, type RegisterReader, writeRow } from "../../decoding/registers.js";
import { requireCurrent } from "../../options/requirements.js";
import { advice, allows, currentRange, isSince522, readingOf } from "./reading.js";
import { before522, identity, limitRow, modelRow, since522, type NewValues, type OldValues } from "./registers.js";
import { Watchdog, type WatchdogWish } from "./watchdog.js";

/** How often a limit is looked for after it was written, and ms between two looks: it may come with the next cycle. */
const looks = { most: 3, wait: 400 } as const;

export interface MennekesOptions extends Omit<ModbusDeviceOptions, "advice"> {
  readonly watchdog?: WatchdogWish | undefined;
}

interface Surroundings {
  readonly log: Log;
  readonly clock: Clock;
}

/** What was found at first contact. */
interface Known {
  readonly firmware: string | null;
  /** Reads all of it. */
  readonly reader: RegisterReader<(typeof since522)["rows"]> | RegisterReader<(typeof before522)["rows"]>;
}

export function connectMennekes({ watchdog, ...options }: MennekesOptions, surroundings: Surroundings): Charger {
  return new Mennekes(new ModbusDevice({ ...options, advice }), watchdog, surroundings);
}

class Mennekes implements Charger {
  readonly writes: ChargerWrites = {
    maxAmpere: (amperes) => this.#setCurrent(amperes),
    allowCharging: (allowed) => this.#allow(allowed),
  };
  /** Whether reading alone keeps the charger from falling back is not documented: so it is to be told again. */
  expiry?: number;
  readonly #modbus: ModbusDevice;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #watchdog: Watchdog;
  /** They remember which registers the charger does not have, also over a lost connection. */
  readonly #readers;
  /** Until it can't be reached: it may come back with other firmware, or another watchdog. */
  #known: Known | null = null;
  /** A, what it charges with once it may: last told by us or seen at it. */
  #current: number | null = null;

  constructor(modbus: ModbusDevice, wish: WatchdogWish | undefined, { log, clock }: Surroundings) {
    this.#modbus = modbus;
    this.#clock = clock;
    this.#log = log;
    this.#watchdog = new Watchdog(modbus, wish, log);
    this.#readers = {
      model: registerReader(modbus, modelRow),
      since522: registerReader(modbus, since522),
      before522: registerReader(modbus, before522),
    };
  }

  async read(): Promise<ChargerReading> {
    try {
      this.#known ??= await this.#meet();
      const { firmware, reader } = this.#known;
      const values: NewValues | OldValues = await reader.read();
      const reading = readingOf(values, firmware, this.#modbus.device);
      this.#current = reading.maxAmpere ?? this.#current;
      this.#watchdog.tell();
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
  async #meet(): Promise<Known> {
    const firmware = await this.#firmware();
    const expiry = await this.#watchdog.arm();
    if (expiry === null) delete this.expiry;
    else this.expiry = expiry;
    const { model } = isSince522(firmware) === false ? { model: null } : await this.#readers.model.read();
    this.#log.debug(`${this.#modbus.device}: ${model ?? "model not told"}, firmware ${firmware ?? "not told"}`);
    const isNew = isSince522(firmware) ?? model !== null;
    return { firmware, reader: isNew ? this.#readers.since522 : this.#readers.before522 };
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

  /** A pause has no place for a current: it is kept here, and goes out with the start. */
  async #setCurrent(amperes: number): Promise<void> {
    requireCurrent(amperes, currentRange, this.#modbus.device);
    const limit = await this.#limit();
    if (limit === null || allows(limit)) await this.#write(amperes);
    this.#current = amperes;
  }

  /** Started without ever having had a current of ours, it gets the least. */
  async #allow(allowed: boolean): Promise<void> {
    if (!allowed) return this.#write(0);
    const limit = await this.#limit();
    await this.#write(limit !== null && allows(limit) ? limit : (this.#current ?? currentRange.min));
  }

  /** Written also where nothing changes: that is what keeps it from expiring. */
  async #write(limit: number): Promise<void> {
    await writeRow(this.#modbus, limitRow, "limit", limit);
    let found: number | null = null;
    for (let look = 1; look <= looks.most; look += 1) {
      if (look > 1) await new Promise<void>((resolve) => void this.#clock.after(looks.wait, resolve));
      found = await this.#limit();
      if (found === limit) return;
    }
    const what = `a limit of ${limit} A was not taken over, it is ${found ?? "not told"}`;
    const check = "Check in its web page what limits it, and whether another energy manager sets it too";
    throw new DeviceError({ code: "not-taken-over", device: this.#modbus.device, what, advice: check });
  }

  async #limit(): Promise<number | null> {
    return (await readRegisters(this.#modbus, limitRow)).limit;
  }
}
