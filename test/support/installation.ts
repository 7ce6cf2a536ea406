/** What a virtual device of the roster is installed with in a test. */

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
