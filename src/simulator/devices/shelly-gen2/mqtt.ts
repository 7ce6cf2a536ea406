/** The Shelly Pro 3EM on MQTT: requests, notifications, and whether it is there. */

import { parseJson } from "../../../model/json.js";
import { connectToBroker } from "../../servers/mqtt-client.js";
import { objectOf, type Status } from "./json.js";
import type { ShellyProState } from "./state.js";

export interface MqttOptions {
  /** mqtt:// */
  readonly url: string;
  readonly login?: { readonly username: string; readonly password: string };
  /** The setting `rpc_ntf`: notifications on `events/rpc`. */
  readonly notifications?: boolean;
  /** The setting `status_ntf`: whole components on `status/…`. */
  readonly status?: boolean;
}

export interface MqttInterface {
  notify(method: string, params: Status): Promise<void>;
  close(how: "abruptly" | "with farewell"): Promise<void>;
}

export async function startMqttInterface(
  device: ShellyProState,
  { url, login, notifications = true, status = false }: MqttOptions,
): Promise<MqttInterface> {
  const prefix = device.name;
  const client = connectToBroker(url, {
    ...login,
    clientId: device.name,
    will: { topic: `${prefix}/online`, payload: Buffer.from("false"), qos: 0, retain: true },
  });
  const say = async (topic: string, payload: string, retain = false): Promise<void> => {
    if (device.fault !== "silent" && client.connected)
      await client.publishAsync(topic, payload, { qos: 0, retain }).catch(() => undefined);
  };
  const publishComponents = async (components: Status): Promise<void> => {
    for (const [name, component] of Object.entries(components))
      if (objectOf(component)) await say(`${prefix}/status/${name}`, JSON.stringify(component), true);
  };
  const answer = (payload: string): void => {
    const frame = objectOf(parseJson(payload));
    const [id, src, method] = [frame?.["id"], frame?.["src"], frame?.["method"]];
    if (device.fault === "silent" || typeof src !== "string" || typeof method !== "string") return;
    if (device.fault !== null) return void say(`${src}/rpc`, '{"id":1,"src":"shelly');
    const answered = device.ask("mqtt", method, objectOf(frame?.["params"]) ?? {});
    void say(`${src}/rpc`, JSON.stringify({ id, src: device.name, dst: src, ...answered }));
  };
  client.on("message", (topic, payload) => {
    if (topic === `${prefix}/rpc`) answer(payload.toString());
    else if (payload.toString() === "status_update") void publishComponents(device.status());
  });
  client.on("connect", () => void say(`${prefix}/online`, "true", true));
  if (!client.connected) await new Promise<void>((resolve) => client.once("connect", () => resolve()));
  await client.subscribeAsync([`${prefix}/rpc`, `${prefix}/command`]);
  return {
    async notify(method, params) {
      const frame = { src: device.name, dst: `${prefix}/events`, method, params };
      if (notifications) await say(`${prefix}/events/rpc`, JSON.stringify(frame));
      if (!status) return;
      const now = device.status();
      await publishComponents(Object.fromEntries(Object.entries(now).filter(([name]) => Object.hasOwn(params, name))));
    },
    close: async (how) => {
      if (how === "abruptly") client.stream.destroy();
      if (!client.disconnecting) await client.endAsync(how === "abruptly" || !client.connected);
    },
  };
}
