/** The charger's temperature in °C, for chargers that have reported one. */

import type { ServiceDefinition } from "./definition.js";

export const temperature: ServiceDefinition = {
  type: "TemperatureSensor",
  subtype: "temperature",
  label: "Temperature",
  primary: false,
  characteristics: [
    {
      id: "temperature:current",
      shape: "CurrentTemperature",
      unit: "°C",
      always: false,
      read: ({ reading }) => reading.temperature,
    },
  ],
};
