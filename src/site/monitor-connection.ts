/** The connection to one residual-current monitor: logs its alarms, each once. */

import type { MonitorConfig } from "../config/devices.js";
import type { ResidualCurrentMonitor } from "../drivers/driver.js";
import type { ResidualCurrentReading } from "../model/readings.js";
import { DeviceConnection, type ConnectionContext } from "./device-connection.js";

/** ms */
const longestWait = 10_000;

export class MonitorConnection extends DeviceConnection<ResidualCurrentReading, ResidualCurrentMonitor, MonitorConfig> {
  /** Empty: there is none. */
  #loggedAlarm = "";

  constructor(
    config: MonitorConfig,
    context: ConnectionContext,
    onReading: (reading: ResidualCurrentReading | null) => void,
  ) {
    super({ config, context, longestWait, onReading });
  }

  protected override received({ alarmA, alarmB }: ResidualCurrentReading): void {
    const raised = [...alarmA.map((band) => `A ${band}`), ...alarmB.map((band) => `B ${band}`)].join(", ");
    if (raised === this.#loggedAlarm) return;
    const { log } = this.context;
    if (raised !== "") log.warn(`${this.config.name}: alarm ${raised}.`);
    else log.info(`${this.config.name}: the alarm is over.`);
    this.#loggedAlarm = raised;
  }
}
