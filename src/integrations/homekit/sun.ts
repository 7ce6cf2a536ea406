/** The switch "Sun": on while the charger follows the sun. */

import type { ChargerMode } from "../../model/commands.js";
import { booleanOf, type ServiceDefinition } from "./definition.js";

function followsSun(mode: ChargerMode): boolean {
  return mode === "solar" || mode === "solar-min";
}

/** Turning it to where it is already changes nothing: "all switches off" does not start a charger that is off. */
export function modeAfterSwitch(mode: ChargerMode, on: boolean): ChargerMode {
  if (on === followsSun(mode)) return mode;
  return on ? "solar" : "fast";
}

export const sun: ServiceDefinition = {
  type: "Switch",
  subtype: "solar",
  label: "Sun",
  primary: false,
  characteristics: [
    {
      id: "sun:on",
      shape: "On",
      always: true,
      read: ({ charger }) => followsSun(charger.mode),
      parseWrite(value, { mode }) {
        const on = booleanOf(value);
        return on === null ? null : { command: { mode: modeAfterSwitch(mode, on) } };
      },
    },
  ],
};
