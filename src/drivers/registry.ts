/** All drivers there are. Whatever lists them (schema, docs, checks) goes through here. */

import type { ChargerDriver, MeterDriver } from "./driver.js";
import { goE } from "./chargers/go-e/index.js";
import { shelly3em } from "./meters/shelly-3em/index.js";

export const chargerDrivers: readonly ChargerDriver[] = [goE];

export const meterDrivers: readonly MeterDriver[] = [shelly3em];
