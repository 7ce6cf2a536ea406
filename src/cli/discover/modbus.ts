/** Asks one host over Modbus TCP whether it is a device that there is a driver for, as the drivers declare it. */

import { evidences } from "../../drivers/discovery.js";
import { DeviceError } from "../../model/errors.js";
import { systemClock } from "../../site/clock.js";
import { ModbusDevice } from "../../transport/modbus.js";
import { type Found, searchable } from "./found.js";

export interface ModbusHost {
  readonly host: string;
  readonly port: number;
}

/** Surest signs first. Each goes over a connection of its own: some devices hang up at what they don't know. */
const probes = evidences.flatMap((evidence) =>
  searchable.flatMap(({ list, driver, modbusProbe: probe }) =>
    probe?.evidence !== evidence ? [] : probe.unitIds.map((unitId) => ({ list, driver, unitId, probe })),
  ),
);

/** Drivers whose devices are recognised over Modbus. */
export const probedDrivers: readonly string[] = [...new Set(probes.map(({ driver }) => driver))];

/** ms */
const limits = { connectTimeout: 1_500, replyTimeout: 1_000 } as const;

/** What it is; else why it is nothing, as half a sentence. */
export async function askHost({ host, port }: ModbusHost): Promise<Found | string> {
  let answers = false;
  let why = "no answer";
  for (const { list, driver, unitId, probe } of probes) {
    const modbus = new ModbusDevice({ device: host, host, port, unitId, clock: systemClock(), ...limits });
    try {
      const identity = await probe.identify(modbus);
      if (identity !== null) {
        const { what, name, by, options } = identity;
        const address = { host, ...(port === 502 ? {} : { port }), ...(unitId === 1 ? {} : { unitId }) };
        return { list, what, by, host, device: { name, driver, ...address, ...options } };
      }
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
