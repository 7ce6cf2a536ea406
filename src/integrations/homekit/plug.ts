/** The plug: a contact sensor that Apple Home shows as closed while a car is plugged in, as open while none is. */

import { isPlugged } from "../charger-facts.js";
import type { ServiceDefinition } from "./definition.js";

/** HAP, ContactSensorState: CONTACT_DETECTED is "closed". */
const closed = 0;
const open = 1;

export const plug: ServiceDefinition = {
  type: "ContactSensor",
  subtype: "plug",
  label: "Plug",
  primary: false,
  characteristics: [
    {
      id: "plug:contact",
      shape: "ContactSensorState",
      always: true,
      read({ reading }) {
        const plugged = isPlugged(reading);
        if (plugged === null) return null;
        return plugged ? closed : open;
      },
    },
  ],
};
