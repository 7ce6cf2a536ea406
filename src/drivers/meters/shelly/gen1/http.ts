/** A Shelly 3EM that is polled over HTTP. */

import { z } from "zod";
import { DeviceError } from "../../../../model/errors.js";
import { phaseIndexes } from "../../../../model/phases.js";
import type { MeterReading, MeterRole } from "../../../../model/readings.js";
import { hostUrl } from "../../../../transport/host-url.js";
import { HttpDevice, type HttpDeviceOptions } from "../../../../transport/http.js";
import type { Meter } from "../../../driver.js";
import { phaseFields, PhaseValues, readingOf } from "../phase-values.js";
import { emeterFields, valueIn } from "./emeter.js";

const advice = "Check that host and port belong to a Shelly 3EM of the first generation";

const emeter = z.object({
  power: z.unknown(),
  current: z.unknown(),
  voltage: z.unknown(),
  total: z.unknown(),
  total_returned: z.unknown(),
  /** False: the phase could not be measured, and its numbers are leftovers. */
  is_valid: z.unknown(),
});

const status = z.object({ emeters: z.tuple([emeter, emeter, emeter], z.unknown()) });

export interface ShellyHttpOptions extends Pick<HttpDeviceOptions, "device" | "login" | "deadline" | "clock"> {
  readonly host: string;
  readonly port: number;
  readonly measures: readonly MeterRole[];
}

export function connectOverHttp({ host, port, measures, ...options }: ShellyHttpOptions): Meter {
  const http = new HttpDevice({ ...options, url: hostUrl("http", host, port), advice });
  return {
    read: async () => parseStatus(await http.getJson("/status"), measures, options.device),
    close: () => http.close(),
  };
}

/** @throws DeviceError when the answer is not one of a 3EM */
export function parseStatus(json: unknown, measures: readonly MeterRole[], device: string): MeterReading {
  const parsed = status.safeParse(json);
  if (!parsed.success)
    throw new DeviceError({ code: "protocol", device, what: "the status does not show three phases", advice });
  const { emeters } = parsed.data;
  const values = new PhaseValues();
  for (const phase of phaseIndexes)
    for (const field of phaseFields) {
      const { is_valid: isValid, ...raw } = emeters[phase];
      values.add(field, phase, isValid === false ? null : valueIn(raw[emeterFields[field].key], field), 0);
    }
  return readingOf(values.take(0), measures);
}
