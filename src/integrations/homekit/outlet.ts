/** The charger itself: an outlet that is on while charging is allowed, with everything else there is to say in Eve. */

import { phasesOf } from "../../model/phase-channels.js";
import type { ChargerView } from "../../site/site-view.js";
import { isAllowed } from "../charger-facts.js";
import { channelCharacteristics, controlCharacteristics } from "./channels.js";
import { booleanOf, type CharacteristicDefinition, type ServiceDefinition } from "./definition.js";
import { eveCharacteristics } from "./eve.js";

/** A: below it a phase carries what the charger itself and a waiting car take. */
const noCurrent = 0.5;

const outletCharacteristics: readonly CharacteristicDefinition[] = [
  {
    id: "outlet:on",
    shape: "On",
    always: true,
    read: isAllowed,
    parseWrite(value) {
      const allowCharging = booleanOf(value);
      return allowCharging === null ? null : { command: { allowCharging } };
    },
  },
  {
    id: "outlet:in-use",
    shape: "OutletInUse",
    always: true,
    read: ({ reading }) =>
      reading.state === "charging" || phasesOf(reading, "currents").some((current) => (current ?? 0) > noCurrent),
  },
];

export function outlet(charger: ChargerView): ServiceDefinition {
  return {
    type: "Outlet",
    subtype: "charger",
    label: "",
    primary: true,
    characteristics: [
      ...outletCharacteristics,
      ...eveCharacteristics,
      ...channelCharacteristics(charger),
      ...controlCharacteristics,
    ],
  };
}
