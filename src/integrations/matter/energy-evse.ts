/** Energy EVSE (cluster 0x0099): its commands, and what of it can be written. */

import { EnergyEvseServer } from "@matter/main/behaviors/energy-evse";
import type { EnergyEvse } from "@matter/main/clusters/energy-evse";
import { hasRemoteActor } from "@matter/main/protocol";
import { withLongLists } from "./long-lists.js";

/** What stands behind the cluster. Each resolves once the new state is shown, or rejects with StatusResponseError. */
export interface EvseCommands {
  enableCharging(request: EnergyEvse.EnableChargingRequest): Promise<void>;
  disable(): Promise<void>;
  setTargets(schedules: readonly EnergyEvse.ChargingTargetSchedule[]): Promise<void>;
  getTargets(): EnergyEvse.ChargingTargetSchedule[];
  clearTargets(): Promise<void>;
  /** mA. @throws StatusResponseError for one that can't be charged with */
  checkUserMaximum(current: number): void;
  /** mA. It is held within what EnableCharging and the circuit allow, and shown so. */
  setUserMaximum(current: number): void;
}

/**
 * Left out: diagnostics, which no charger starts from afar, and a randomised start, which nothing here would follow.
 * @param readsTags it reports the RFID tags that it reads
 */
function featuresOf(readsTags: boolean) {
  const features: readonly ["ChargingPreferences", "Rfid"] | readonly ["ChargingPreferences"] = readsTags
    ? ["ChargingPreferences", "Rfid"]
    : ["ChargingPreferences"];
  return EnergyEvseServer.with(...features).enable({
    attributes: { userMaximumChargeCurrent: true, approximateEvEfficiency: true },
    ...(readsTags ? { events: { rfid: true } } : {}),
  });
}

/** The behaviour of one charger. */
export function energyEvseServer(commands: EvseCommands, readsTags: boolean): ReturnType<typeof featuresOf> {
  const Evse = featuresOf(readsTags);
  return class extends Evse {
    static override readonly schema = withLongLists(Evse.schema);

    /** A command is answered once the site has taken it, and that changes the state outside of the command. */
    static override readonly lockOnInvoke = false;

    override initialize(): void {
      const { userMaximumChargeCurrent$Changing: changing, userMaximumChargeCurrent$Changed: changed } = this.events;
      // Only what a controller writes is a request: our own values, sent back as one, would alternate for ever.
      this.reactTo(changing, (current, _before, context) => {
        if (hasRemoteActor(context)) commands.checkUserMaximum(Number(current));
      });
      this.reactTo(changed, (current, _before, context) => {
        if (hasRemoteActor(context)) commands.setUserMaximum(Number(current));
      });
    }

    override async enableCharging(request: EnergyEvse.EnableChargingRequest): Promise<void> {
      await commands.enableCharging(request);
    }

    override async disable(): Promise<void> {
      await commands.disable();
    }

    override async setTargets({ chargingTargetSchedules }: EnergyEvse.SetTargetsRequest): Promise<void> {
      await commands.setTargets(chargingTargetSchedules);
    }

    override getTargets(): EnergyEvse.GetTargetsResponse {
      return { chargingTargetSchedules: commands.getTargets() };
    }

    override async clearTargets(): Promise<void> {
      await commands.clearTargets();
    }
  };
}
