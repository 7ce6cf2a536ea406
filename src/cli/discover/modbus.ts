/** Asks one host over Modbus TCP whether it is a device that there is a driver for. It only ever reads. */

import { identity as ecuIdentity, modelRow } from "../../drivers/chargers/mennekes/registers.js";
import { identity as e3dcIdentity, magicWord } from "../../drivers/meters/e3dc/registers.js";
import { pac2200Registers } from "../../drivers/meters/siemens-pac2200/index.js";
import { models } from "../../drivers/meters/sunspec/models.js";
import { findModels } from "../../drivers/meters/sunspec/walk.js";
import { readRegisters } from "../../drivers/decoding/registers.js";
import { DeviceError } from "../../model/errors.js";
import { systemClock } from "../../site/clock.js";
import { ModbusDevice, type ModbusRegisters } from "../../transport/modbus.js";
import type { Found } from "./found.js";

export interface ModbusHost {
  readonly host: string;
  readonly port: number;
}

type Recognised = Pick<Found, "list" | "what" | "by"> & {
  readonly device: { readonly name: string; readonly driver: string; readonly [option: string]: unknown };
};

interface Check {
  readonly unitId: number;
  /** Rejects with DeviceError, or gives `null`: it is something else. */
  ask(modbus: ModbusRegisters): Promise<Recognised | null>;
}

/** Surest signs first. Each goes over a connection of its own: some devices hang up at what they don't know. */
const checks: readonly Check[] = [
  { unitId: 1, ask: askE3dc },
  { unitId: 1, ask: askSunSpec },
  { unitId: 126, ask: askSunSpec },
  { unitId: 1, ask: askMennekes },
  { unitId: 1, ask: askPac2200 },
];

/** ms */
const limits = { connectTimeout: 1_500, replyTimeout: 1_000 } as const;

/** What it is; else why it is nothing, as half a sentence. */
export async function askHost({ host, port }: ModbusHost): Promise<Found | string> {
  let answers = false;
  let why = "no answer";
  for (const { unitId, ask } of checks) {
    const modbus = new ModbusDevice({ device: host, host, port, unitId, clock: systemClock(), ...limits });
    try {
      const recognised = await ask(modbus);
      if (recognised !== null) return foundAt({ host, port }, unitId, recognised);
      answers = true;
    } catch (error) {
      if (!(error instanceof DeviceError)) throw error;
      answers ||= error.code !== "unreachable";
      why = error.message;
    } finally {
      await modbus.close();
    }
  }
  const where = port === 502 ? host : `${host}:${port}`;
  return answers ? `${where} answers over Modbus, but as no device that is known here` : why;
}

function foundAt({ host, port }: ModbusHost, unitId: number, { device, ...recognised }: Recognised): Found {
  const { name, driver, ...rest } = device;
  const address = { host, ...(port === 502 ? {} : { port }), ...(unitId === 1 ? {} : { unitId }) };
  return { ...recognised, host, device: { name, driver, ...address, ...rest } };
}

async function askE3dc(modbus: ModbusRegisters): Promise<Recognised | null> {
  const { magic } = await readRegisters(modbus, e3dcIdentity);
  if (magic !== magicWord) return null;
  const device = { name: "E3DC", driver: "e3dc" };
  return { list: "meters", what: "E3/DC", by: "says the magic word of the simple mode", device };
}

async function askSunSpec(modbus: ModbusRegisters): Promise<Recognised | null> {
  const ids = (await findModels(modbus)).map(({ id }) => id);
  const sources = models.filter((model) => model.ids.some((id) => ids.includes(id))).map(({ source }) => source);
  const measures = [
    ...(sources.includes("meter") ? ["grid"] : []),
    ...(sources.includes("inverter") ? ["pv"] : []),
    ...(sources.includes("battery") ? ["battery"] : []),
  ];
  if (measures.length === 0) return null;
  const device = { name: "SunSpec", driver: "sunspec", measures };
  return { list: "meters", what: "SunSpec device", by: `has the SunSpec models ${ids.join(", ")}`, device };
}

async function askMennekes(modbus: ModbusRegisters): Promise<Recognised | null> {
  const { firmware } = await readRegisters(modbus, ecuIdentity);
  if (firmware === null || !/^\d[.\d]{1,3}$/.test(firmware.trim())) return null;
  const { model } = await readRegisters(modbus, modelRow).catch(() => ({ model: null }));
  const shown = model !== null && /^[\w +().-]{2,20}$/.test(model.trim()) ? ` ${model.trim()}` : "";
  const device = { name: "MENNEKES", driver: "mennekes" };
  return { list: "chargers", what: `MENNEKES${shown}`, by: `tells firmware ${firmware.trim()} where they do`, device };
}

async function askPac2200(modbus: ModbusRegisters): Promise<Recognised | null> {
  const names = ["voltageL1", "voltageL2", "voltageL3", "power"] as const;
  const { voltageL1, voltageL2, voltageL3, power } = await readRegisters(modbus, pac2200Registers, names);
  const voltages = [voltageL1, voltageL2, voltageL3].flatMap((voltage) => (voltage === null ? [] : [voltage]));
  if (voltages.length === 0 || power === null) return null;
  const shown = voltages.map((voltage) => `${voltage.toFixed(0)} V`).join(", ");
  const device = { name: "PAC2200", driver: "siemens-pac2200", measures: ["grid"] };
  return { list: "meters", what: "Siemens PAC2200 or a sibling", by: `shows ${shown} where they do`, device };
}
