/** The installation of a virtual device of the roster, for tests. */

import { Evse } from "../../src/simulator/house/evse.js";
import type { Installation } from "../../src/simulator/roster/entry.js";
import { steadyFlows } from "../../src/simulator/roster/flows.js";

export function installed(overrides: Partial<Installation> = {}): Installation {
  return {
    evse: new Evse(),
    flows: steadyFlows(() => 0),
    residualCurrent: () => 2,
    brokerUrl: "",
    multicastPort: 0,
    now: () => Date.now(),
    number: 0,
    ...overrides,
  };
}
