/** The charger's temperature, for chargers that have reported one. */

import type { Facts } from "../charger-facts.js";
import { celsius, type DeviceDefinition } from "./definition.js";

export const temperature: DeviceDefinition<Facts> = {
  kind: "temperature",
  type: "TemperatureSensor",
  label: "Temperature",
  reports: [celsius(({ reading }) => reading.temperature)],
};
