/** Keeps the battery of a SunSpec device from discharging, by its storage controls (model 124). */

import { DeviceError } from "../../../model/errors.js";
import type { ModbusRegisters } from "../../../transport/modbus.js";
import { readRegisters, type Values, writeRow } from "../../decoding/registers.js";
import { storageControls } from "./tables.js";

export const storageModel = 124;

/** ms after which the device shall let go by itself. */
export const blockExpiry = 120_000;

/** Bit of `StorCtl_Mod`: the limit on discharging holds. The other one, on charging, is left as it is. */
const discharge = 2;

/** % of the largest discharge */
const fullRate = 100;

type Controls = Values<(typeof storageControls)["rows"]>;

/**
 * @param registers of the device, shifted so that the model's id is at 0
 * @throws DeviceError, also where the block would not end by itself: it must not outlive us
 */
export async function setDischargeBlock(registers: ModbusRegisters, blocked: boolean): Promise<void> {
  const { mode, rate, rateExponent, reversion } = await controlsOf(registers);
  if (mode === null || rate === null || rateExponent === null) throw lacking(registers, "a limit on discharging");
  if (reversion === null) throw lacking(registers, "a time after which it would let go by itself");
  const freed = mode & ~discharge;
  if (blocked) {
    // The time first: from the moment on in which the limit holds, it has to end by itself.
    await writeRow(registers, storageControls, "reversion", blockExpiry / 1_000);
    await writeRow(registers, storageControls, "rate", 0);
    await writeRow(registers, storageControls, "mode", freed | discharge);
  } else {
    await writeRow(registers, storageControls, "mode", freed);
    await writeRow(registers, storageControls, "rate", Math.round(fullRate / 10 ** rateExponent));
  }
  const after = await controlsOf(registers);
  const isFree = after.mode === null || (after.mode & discharge) === 0;
  const endsByItself = after.reversion !== null && after.reversion > 0 && after.reversion <= blockExpiry / 1_000;
  if (blocked ? isFree || after.rate !== 0 || !endsByItself : !isFree) throw notTakenOver(registers);
}

async function controlsOf(registers: ModbusRegisters): Promise<Controls> {
  const controls = await readRegisters(registers, storageControls);
  if (controls.id === storageModel) return controls;
  const what = `SunSpec model ${controls.id ?? "none"} stands in place of ${storageModel}`;
  throw new DeviceError({ code: "protocol", device: registers.device, what, advice: "It is looked for again" });
}

export function lacking({ device }: ModbusRegisters, what: string): DeviceError {
  const advice = "Leave blockDischarge out";
  return new DeviceError({ code: "unsupported", device, what: `its storage controls lack ${what}`, advice });
}

function notTakenOver({ device }: ModbusRegisters): DeviceError {
  const what = "its storage controls do not hold what was written";
  const advice = "Allow control by Modbus at the device, and let no one else control its battery";
  return new DeviceError({ code: "not-taken-over", device, what, advice });
}
