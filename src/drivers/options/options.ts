/** Options that several drivers share. */

import { z } from "zod";
import type { Login } from "../../transport/exchange.js";
import { hostUrl } from "../../transport/host-url.js";
import type { MqttLogin } from "../../transport/mqtt.js";
import type { OptionProblem } from "../driver.js";

const nameOrAddress = /^(?:[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?\.?|[0-9A-Fa-f:.]+:[0-9A-Fa-f:.]*)$/;
const hostMessage = "write a name or an IP address alone, such as 192.168.1.36: no http://, port, path or blanks";

/** Name or IP address of a device. Nothing else fits, so that no option can lead a request elsewhere. */
export const hostOption = z
  .string()
  .regex(nameOrAddress, hostMessage)
  .refine((host) => URL.canParse(hostUrl("http", host, 80)), hostMessage)
  .describe("Name or IP address of the device.");

/** Address of a device in examples. */
export const exampleHost = "192.168.1.36";

/** TCP port, 1–65535. */
export function portOption(port: number) {
  return z.int().min(1).max(65_535).default(port).describe("TCP port of the device.");
}

/** Who we are to a device or broker, as a person has written it. */
interface Credentials {
  readonly username?: string | undefined;
  readonly password?: string | undefined;
}

/** For basic authentication; without a user name there is none. */
export function basicLogin({ username, password = "" }: Credentials): { readonly login?: Login } {
  return username === undefined ? {} : { login: { username, password } };
}

/** Basic authentication has no password without a user name. */
export function problemsOfLogin({ username, password }: Credentials): readonly OptionProblem[] {
  if (password === undefined || username !== undefined) return [];
  return [{ path: "username", message: "is needed where there is a password" }];
}

/** A broker may ask for either alone. */
export function brokerLogin({ username, password }: Credentials): MqttLogin {
  return { ...(username === undefined ? {} : { username }), ...(password === undefined ? {} : { password }) };
}

const brokerMessage = "write it like mqtt://192.168.1.10:1883; user name and password stand in options of their own";

/** Where a broker is found when the configuration does not say. */
export const defaultBroker = "mqtt://127.0.0.1:1883";

/** Address of an MQTT broker, without credentials. */
export const brokerOption = z
  .string()
  .regex(/^mqtts?:\/\/[^@/?#\s]+\/?$/, brokerMessage)
  .refine((url) => URL.canParse(url), brokerMessage)
  .describe("Address of the MQTT broker.");

/** An MQTT topic, or the beginning of one: no wildcards, no blanks, no empty levels, and none of the broker's own. */
export const topicOption = z
  .string()
  .regex(
    /^(?!\$)[^+#/\s\0]+(\/[^+#/\s\0]+)*$/,
    "write it without wildcards, blanks, slashes at its ends, and $ at its beginning",
  );
