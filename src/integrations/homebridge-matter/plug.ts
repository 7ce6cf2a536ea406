/** The plug: a contact sensor that is closed while a car is plugged in. */

import { isPlugged, type Facts } from "../charger-facts.js";
import { state, type DeviceDefinition } from "./definition.js";

export const plug: DeviceDefinition<Facts> = {
  kind: "plug",
  type: "ContactSensor",
  label: "Plug",
  reports: [
    state(
      ({ reading }) => isPlugged(reading),
      (stateValue) => ({ booleanState: { stateValue } }),
    ),
  ],
};
