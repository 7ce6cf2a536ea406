/** Energy EVSE mode (cluster 0x009D). */

import { EnergyEvseModeServer } from "@matter/main/behaviors/energy-evse-mode";
import type { ModeBase } from "@matter/main/clusters/mode-base";
import type { ModeResponse } from "./modes.js";

/** What stands behind the cluster. Resolves once the new mode is shown. */
export interface ModeCommands {
  changeToMode(number: number): Promise<ModeResponse>;
}

/** The behaviour of one charger. */
export function energyEvseModeServer(commands: ModeCommands): typeof EnergyEvseModeServer {
  return class extends EnergyEvseModeServer {
    /** A command is answered once the site has taken it, and that changes the state outside of the command. */
    static override readonly lockOnInvoke = false;

    override async changeToMode({ newMode }: ModeBase.ChangeToModeRequest): Promise<ModeBase.ChangeToModeResponse> {
      return commands.changeToMode(newMode);
    }
  };
}
