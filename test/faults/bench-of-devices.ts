/** How each driver is put on the bench: one entry for each way in which it reaches its device. */

import { easeeEntry, goEOverHttp, mennekesEntry, openEvseRapi, openEvseWifi } from "./chargers.js";
import { dctrEntry, e3dcEntry, modbusMeterEntry, pac2200Entry, sunspecEntry } from "./modbus-meters.js";
import { httpMeterEntry, shelly3emHttp, shellyPro3emHttp } from "./http-meters.js";
import { goEOverMqtt, mqttMeterEntry, shelly3emMqtt, shellyPro3emMqtt } from "./mqtt-devices.js";
import { p1Entry, smaEntry } from "./speaking-meters.js";
import type { Stand } from "./stand.js";

export interface Entry {
  /** As it stands in the titles of the tests. */
  readonly name: string;
  /** Name of the driver in the configuration. */
  readonly driver: string;
  readonly transport: "http" | "modbus" | "mqtt" | "stream" | "multicast";
  /** Looks at who answers: values in another byte order are then not taken for its own. */
  readonly identifies?: true;
  /** Words with which its registers say that there is no value. */
  readonly sentinels?: readonly (readonly number[])[];
  /** Faults of its twin's own. */
  readonly misbehaviours?: readonly string[];
  /** Tells in its own words, so that keys and numbers of an answer are not JSON's alone. */
  readonly wraps?: true;
  /** Starts with another serial number than the driver is to accept. */
  impostor?(): Promise<Stand>;
  start(): Promise<Stand>;
}

export const entries: readonly Entry[] = [
  goEOverHttp(1),
  goEOverHttp(2),
  openEvseWifi,
  openEvseRapi,
  easeeEntry,
  mennekesEntry,
  shelly3emHttp,
  shellyPro3emHttp,
  httpMeterEntry,
  e3dcEntry,
  pac2200Entry,
  modbusMeterEntry,
  sunspecEntry,
  dctrEntry,
  goEOverMqtt(1),
  goEOverMqtt(2),
  shelly3emMqtt,
  shellyPro3emMqtt,
  mqttMeterEntry,
  p1Entry,
  smaEntry,
];
