/** The charger as an outlet that every controller knows: on while charging is allowed, with its power and energy. */

import { isAllowed, type Facts } from "../charger-facts.js";
import { energy, power, state, type DeviceDefinition } from "./definition.js";

export const outlet: DeviceDefinition<Facts> = {
  kind: "outlet",
  type: "OnOffOutlet",
  label: "",
  reports: [
    state(isAllowed, (onOff) => ({ onOff: { onOff } })),
    power(({ reading }) => reading.power),
    energy("cumulativeEnergyImported", ({ reading }) => reading.totalConsumption),
  ],
  command: (allowCharging) => ({ allowCharging }),
};
