/** Device energy management (cluster 0x0098): what a charger will draw when. It takes no orders from others. */

import { DescriptorServer } from "@matter/main/behaviors/descriptor";
import { DeviceEnergyManagementServer as Base } from "@matter/main/behaviors/device-energy-management";
import { DeviceEnergyManagement } from "@matter/main/clusters/device-energy-management";
import type { CurrentRange } from "../../drivers/driver.js";
import type { Plan } from "../../model/commands.js";
import { duration, epochSeconds, milli } from "./attributes.js";

const { EsaState, EsaType, ForecastUpdateReason } = DeviceEnergyManagement;

export class DeviceEnergyManagementServer extends Base.with("PowerForecastReporting") {
  override async initialize(): Promise<void> {
    (await this.agent.load(DescriptorServer)).addDeviceTypes("DeviceEnergyManagement");
  }
}

/** V, phase to neutral */
const nominalVoltage = 230;

/** W that it can draw at least and at most, when it draws anything. */
export interface PowerRange {
  readonly min: number;
  readonly max: number;
}

export function powerRange({ min, max }: CurrentRange, phases: number): PowerRange {
  return { min: min * nominalVoltage, max: max * nominalVoltage * phases };
}

export function initialManagement({ min, max }: PowerRange) {
  return {
    esaType: EsaType.Evse,
    esaCanGenerate: false,
    esaState: EsaState.Offline,
    absMinPower: milli(min),
    absMaxPower: milli(max),
    forecast: null,
  };
}

export function esaState(reachable: boolean, faulty: boolean): DeviceEnergyManagement.EsaState {
  if (!reachable) return EsaState.Offline;
  return faulty ? EsaState.Fault : EsaState.Online;
}

/**
 * One slot, from when on it charges for its target until then. Before that the sun may give what nobody foretells.
 * `null`: nothing is planned, or how much is not known.
 */
export function forecastOf(
  plan: Plan | null,
  { min, max }: PowerRange,
  now: number,
): DeviceEnergyManagement.Forecast | null {
  if (plan?.energy == null || plan.by <= plan.from) return null;
  const startTime = epochSeconds(plan.from);
  const endTime = epochSeconds(plan.by);
  const length = duration(endTime - startTime);
  if (length === 0) return null;
  const elapsed = Math.min(length, duration((now - plan.from) / 1_000));
  const power = (plan.energy * 3_600_000) / length;
  return {
    // A new plan is a new forecast; 32 bits of seconds tell them apart.
    forecastId: (startTime + endTime) % 2 ** 32,
    activeSlotNumber: now >= plan.from ? 0 : null,
    startTime,
    endTime,
    isPausable: false,
    forecastUpdateReason: ForecastUpdateReason.InternalOptimization,
    slots: [
      {
        minDuration: length,
        maxDuration: length,
        defaultDuration: length,
        elapsedSlotTime: elapsed,
        remainingSlotTime: length - elapsed,
        nominalPower: milli(Math.min(Math.max(power, min), max)),
        minPower: milli(min),
        maxPower: milli(max),
        nominalEnergy: milli(plan.energy * 1_000),
      },
    ],
  };
}
