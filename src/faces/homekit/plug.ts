/** The plug: a contact sensor that Apple Home shows as closed while a car is plugged in, as open while none is. */

import type { ChargerReading } from "../../model/readings.js";
import type { ServiceDefinition } from "./definition.js";

/** HAP, ContactSensorState: CONTACT_DETECTED is "closed". */
const closed = 0;
const open = 1;

/** A charger in fault may have a car or not: then the control pilot decides, IEC 61851-1 states A to D. */
function isPlugged({ state, pwmSignal }: ChargerReading): boolean | null {
  if (state === "connected" || state === "charging") return true;
  if (state === "disconnected") return false;
  const pilot = /^([A-D])\d?$/i.exec(pwmSignal ?? "")?.[1];
  return pilot === undefined ? null : pilot.toUpperCase() !== "A";
}

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
