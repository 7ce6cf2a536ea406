/** What all chargers shall do while the program does not run. */

import { decide, type Outcome } from "./decide/decide.js";
import type { Memory } from "./memory.js";
import { observe } from "./observe/observe.js";
import { freshForStaying } from "./parameters.js";
import type { ControlSettings } from "./settings.js";

/** What would be decided if no device ever reported again. */
export function unattended(settings: ControlSettings, memory: Memory): Outcome {
  const time = (memory.time ?? 0) + freshForStaying + 1;
  return decide(settings, observe(settings, memory, { time, meters: {}, chargers: {}, commands: {} }));
}
