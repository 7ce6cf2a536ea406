/** Puts matter.js's messages into our log, most of them for debugging only. */

import { LogDestination, Logger, LogFormat, LogLevel } from "@matter/general";
import type { Log } from "../../model/log.js";

/** The facility that warns when a stored file is damaged: controllers may be lost with it. */
const storage = "FileStorageDriver";

/** From now on, for all that uses this copy of matter.js. */
export function writeInto(log: Log): void {
  Logger.destinations["default"] = LogDestination({
    name: "default",
    level: LogLevel.WARN,
    format: LogFormat(LogFormat.PLAIN),
    write: (text, { level, facility }) => {
      const line = `Matter: ${text.replace(/\s+/g, " ").trim()}`;
      if (level >= LogLevel.ERROR || facility === storage) log.warn(line);
      else log.debug(line);
    },
  });
}
