/** All drivers there are. Whatever lists them (schema, docs, checks) goes through here. */

import type { ChargerDriver, MeterDriver, ResidualCurrentDriver } from "./driver.js";
import { easee } from "./chargers/easee/index.js";
import { goE } from "./chargers/go-e/index.js";
import { mennekes } from "./chargers/mennekes/index.js";
import { openEvse } from "./chargers/openevse/index.js";
import { carloGavazziEm24 } from "./meters/carlo-gavazzi-em24/index.js";
import { e3dc } from "./meters/e3dc/index.js";
import { httpMeter } from "./meters/http/index.js";
import { modbusMeter } from "./meters/modbus/index.js";
import { mqttMeter } from "./meters/mqtt/index.js";
import { p1 } from "./meters/p1/index.js";
import { shelly3em } from "./meters/shelly/gen1/index.js";
import { shellyPro3em } from "./meters/shelly/gen2/index.js";
import { siemensPac2200 } from "./meters/siemens-pac2200/index.js";
import { smaHomeManager } from "./meters/sma-home-manager/index.js";
import { sunspec } from "./meters/sunspec/index.js";
import { doepkeDctr } from "./residual-current/doepke-dctr/index.js";

export const chargerDrivers: readonly ChargerDriver[] = [goE, openEvse, easee, mennekes];

export const meterDrivers: readonly MeterDriver[] = [
  shelly3em,
  shellyPro3em,
  e3dc,
  siemensPac2200,
  carloGavazziEm24,
  sunspec,
  smaHomeManager,
  p1,
  mqttMeter,
  httpMeter,
  modbusMeter,
];

export const residualCurrentDrivers: readonly ResidualCurrentDriver[] = [doepkeDctr];
