/** One go-e charger: which API version it speaks, and what that makes of reading and writing. */

import { DeviceError } from "../../../model/errors.js";
import type { ChargerReading } from "../../../model/readings.js";
import { HttpDevice } from "../../../transport/http.js";
import type { Charger, ChargerWrites } from "../../driver.js";
import { answerOf } from "../../fields.js";
import { apiAdvice } from "./status.js";
import { readingV1, writesV1 } from "./v1.js";
import { StatusReaderV2, writesV2 } from "./v2.js";

export interface GoEOptions {
  readonly host: string;
  readonly port: number;
  readonly apiVersion?: 1 | 2 | undefined;
}

/** A charger in the language of one API version. */
interface Dialect {
  read(): Promise<ChargerReading>;
  readonly writes: ChargerWrites;
}

/** @param deadline ms for each request */
export function connectGoE({ host, port, apiVersion }: GoEOptions, device: string, deadline = 5_000): Charger {
  const http = new HttpDevice({ device, host, port, deadline, advice: apiAdvice });
  const speak = (version: 1 | 2): Dialect => (version === 1 ? speakV1(http, device) : speakV2(http, device));
  if (apiVersion !== undefined) return { ...speak(apiVersion), close: () => http.close() };

  let known: Dialect | null = null;
  const dialect = async (): Promise<Dialect> => (known ??= speak(await askVersion(http)));
  const undecided: ChargerWrites = {
    maxAmpere: async (amperes) => (await dialect()).writes.maxAmpere(amperes),
    allowCharging: async (allowed) => (await dialect()).writes.allowCharging(allowed),
    sessionChargeConsumptionLimit: async (energy) => (await dialect()).writes.sessionChargeConsumptionLimit?.(energy),
  };
  return {
    read: async () => (await dialect()).read(),
    /** Until the charger has said which version it speaks: what both have. */
    get writes() {
      return known?.writes ?? undecided;
    },
    close: () => http.close(),
  };
}

function speakV1(http: HttpDevice, device: string): Dialect {
  return { read: async () => readingV1(await http.getJson("/status"), device), writes: writesV1(http, device) };
}

function speakV2(http: HttpDevice, device: string): Dialect {
  const status = new StatusReaderV2(http, device);
  return { read: () => status.read(), writes: writesV2(http, device) };
}

/** A charger without version 2 says no, or something that is not JSON. One that says nothing is asked again later. */
async function askVersion(http: HttpDevice): Promise<1 | 2> {
  try {
    return answerOf(await http.getJson("/api/status", { filter: "alw" })) ? 2 : 1;
  } catch (error) {
    if (error instanceof DeviceError && error.code === "protocol") return 1;
    throw error;
  }
}
