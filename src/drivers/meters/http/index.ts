/** Any meter that answers with JSON over HTTP: the configuration says where each value stands. */

import { z } from "zod";
import { DeviceError } from "../../../model/errors.js";
import type { MeterReading, MeterRole } from "../../../model/readings.js";
import { HttpDevice, type HttpDeviceOptions, isPlainHttpUrl } from "../../../transport/http.js";
import { defineMeter, type Meter } from "../../driver.js";
import { basicLogin, problemsOfLogin } from "../../options/options.js";
import { readingOf } from "../../decoding/value-names.js";
import { extractorsOf, namesOfValues, problemsOfNames, problemsOfRoles, valueInJson } from "../../decoding/values.js";

const advice = "Check the address and the paths of its values against what a browser shows there";

/** Bytes of an answer; it may be all that a home automation has to say. */
const maxBytes = 256 * 1024;

const value = z.strictObject(valueInJson);

export const httpMeter = defineMeter({
  kind: "meter",
  driver: "http",
  products: [{ brand: "Any", model: "meter with JSON over HTTP" }],
  needs: ["The address under which the meter answers with its values as JSON"],
  measures: ["grid"],
  examples: [{ by: "HTTP", keys: { url: "http://192.168.1.36/status", values: { power: { path: "power" } } } }],
  options: z.object({
    url: z
      .string()
      .refine(
        isPlainHttpUrl,
        "write it like http://192.168.1.30/status; user name and password stand in options of their own",
      )
      .describe("Address that answers with the values, http:// or https://."),
    username: z.string().min(1).optional().describe("User name, if the address asks for one."),
    password: z.string().optional().describe("Password that belongs to the user name."),
    values: z.record(z.string(), value).describe(`Where each value stands in the answer: ${namesOfValues}.`),
  }),
  check: (options) => [...problemsOfLogin(options), ...problemsOfNames(options.values)],
  checkMeasures: (measures, { values }) => problemsOfRoles(measures, values),
  connect: ({ url, values, measures, ...credentials }, { name, clock }) =>
    connectHttpMeter({ values, measures }, { device: name, url, clock, ...basicLogin(credentials) }),
});

interface HttpMeterOptions {
  readonly values: Readonly<Record<string, z.output<typeof value>>>;
  readonly measures: readonly MeterRole[];
}

export function connectHttpMeter(
  options: HttpMeterOptions,
  address: Omit<HttpDeviceOptions, "advice" | "maxBytes">,
): Meter {
  const http = new HttpDevice({ ...address, maxBytes, advice });
  const parse = answerParser(options, address.device);
  return {
    read: async () => parse(await http.getJson()),
    close: () => http.close(),
  };
}

/** Makes a reading of an answer; it throws DeviceError when no value of it makes sense. */
export function answerParser({ values, measures }: HttpMeterOptions, device: string): (json: unknown) => MeterReading {
  const sources = extractorsOf(values);
  return (json) => {
    const found = new Map(sources.map(({ name, extract }) => [name, extract(json)]));
    if ([...found.values()].some((each) => each !== null)) return readingOf(found, measures);
    const what = `none of its values makes sense: ${Object.keys(values).join(", ")}`;
    throw new DeviceError({ code: "protocol", device, what, advice });
  };
}
