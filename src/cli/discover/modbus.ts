/** Identifies the device at one host over Modbus TCP, by the probes that drivers declare. */

import { evidences } from "../../drivers/discovery.js";
import { DeviceError } from "../../model/errors.js";
import { systemClock } from "../../site/clock.js";
import { ModbusDevice } from "../../transport/modbus.js";
import { type Found, searchable } from "./found.js";

export interface ModbusHost {
  readonly host: string;
  readonly port: number;
}

/** Most reliable probes first. Each uses its own connection: some devices close it at unknown registers. */
const probes = evidences.flatMap((evidence) =>
  searchable.flatMap(({ list, driver, modbusProbe: probe }) =>
    probe?.evidence !== evidence ? [] : probe.unitIds.map((unitId) => ({ list, driver, unitId, probe })),
  ),
);

/** Drivers of devices that are identified over Modbus. */
export const probedDrivers: readonly string[] = [...new Set(probes.map(({ driver }) => driver))];

/** ms */
const limits = { connectTimeout: 1_500, replyTimeout: 1_000 } as const;

/** The device; else the reason for finding none, as half a sentence. */
export async function probeHost({ host, port }: ModbusHost): Promise<Found | string> {
  let answers = false;
  let failure = "no answer";
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
      failure = error.message;
    } finally {
      await modbus.close();
    }
  }
  const where = port === 502 ? host : `${host}:${port}`;
  return answers ? `${where} answers over Modbus, but as no device that is known here` : failure;
}
