/** What matter.js has to say, in our log: much of it is of interest to the curious only. */

import { LogDestination, Logger, LogFormat, LogLevel } from "@matter/general";
import type { Log } from "../../model/log.js";

/** From now on, for all that uses this copy of matter.js. */
export function writeInto(log: Log): void {
  Logger.destinations["default"] = LogDestination({
    name: "default",
    level: LogLevel.WARN,
    format: LogFormat(LogFormat.PLAIN),
    write: (text, { level }) => {
      const line = `Matter: ${text.replace(/\s+/g, " ").trim()}`;
      if (level >= LogLevel.ERROR) log.warn(line);
      else log.debug(line);
    },
  });
}
