/** The methods of a Shelly Pro 3EM, and what it says to those that it does not have. */

import type { Status } from "./json.js";
import type { RpcAnswer, ShellyProState } from "./state.js";

const components: Readonly<Record<string, string>> = {
  "EM.GetStatus": "em",
  "EMData.GetStatus": "emdata",
  "EM1.GetStatus": "em1",
  "EM1Data.GetStatus": "em1data",
};

/** Answered without a login too. */
export const openMethod = "Shelly.GetDeviceInfo";

export function answer(device: ShellyProState, method: string, params: Status): RpcAnswer {
  if (method === "Shelly.GetStatus") return { result: device.status() };
  if (method === openMethod) return { result: infoOf(device) };
  const component = Object.hasOwn(components, method) ? components[method] : undefined;
  const there =
    component !== undefined && Object.keys(device.status()).some((name) => name.startsWith(`${component}:`));
  if (!there) return { error: { code: 404, message: `No handler for ${method}` } };
  const id = params["id"];
  if (typeof id !== "number") return { error: { code: -103, message: "Missing required argument 'id'!" } };
  const status = device.status()[`${component}:${id}`];
  if (status === undefined) return { error: { code: -105, message: `Argument 'id', value ${id} not found!` } };
  return { result: status };
}

export function infoOf({ name, digest, profile }: ShellyProState): Status {
  return {
    name: null,
    id: name,
    mac: name.split("-")[1]?.toUpperCase(),
    model: "SPEM-003CEBEU",
    gen: 2,
    fw_id: "20241011-114455/1.4.4-g6d2a586",
    ver: "1.4.4",
    app: "Pro3EM",
    auth_en: digest !== null,
    auth_domain: digest === null ? null : name,
    profile,
  };
}
