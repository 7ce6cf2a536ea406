/** The Shelly 3EM on MQTT: a topic for each value, and commands that make it publish. */

import type { MqttClient } from "mqtt";
import { phaseIndexes } from "../../../model/phases.js";
import type { PhaseIndex } from "../../../model/phases.js";
import { connectToBroker } from "../../servers/mqtt-client.js";
import { emeter } from "./emeter.js";
import type { ShellyState, WithheldTopic } from "./state.js";

export interface MqttOptions {
  /** mqtt:// */
  readonly url: string;
  readonly login?: { readonly username: string; readonly password: string };
  /** The setting `mqtt_retain`: measured values stay with the broker. Off in a new device. */
  readonly retain?: boolean;
}

export interface MqttInterface {
  publish(): Promise<void>;
  close(how: "abruptly" | "with farewell"): Promise<void>;
}

/** Connects; from then on answers commands, and introduces itself again after every reconnection. */
export async function startMqttInterface(device: ShellyState, options: MqttOptions): Promise<MqttInterface> {
  const prefix = `shellies/${device.name}`;
  const client = connectToBroker(options.url, {
    ...options.login,
    clientId: device.name,
    will: { topic: `${prefix}/online`, payload: Buffer.from("false"), qos: 0, retain: true },
  });
  const say = async (messages: readonly Message[]): Promise<void> => {
    if (!device.silent && client.connected) await sendAll(client, messages);
  };
  const burst = (): Promise<void> => say(measurements(device, prefix, options.retain ?? false));
  const announce = (): Promise<void> => say(announcements(device, prefix));
  client.on("message", (_topic, payload) => {
    if (payload.toString() === "update") void burst();
    if (payload.toString() === "announce") void announce();
  });
  client.on("connect", () => {
    void say([{ topic: `${prefix}/online`, payload: "true", retain: true }]);
    void announce();
    void burst();
  });
  if (!client.connected) await new Promise<void>((resolve) => client.once("connect", () => resolve()));
  await client.subscribeAsync([`${prefix}/command`, "shellies/command"]);
  return {
    publish: burst,
    close: async (how) => {
      if (!client.disconnecting) await client.endAsync(how === "abruptly" || !client.connected);
    },
  };
}

interface Message {
  readonly topic: string;
  readonly payload: string;
  readonly retain: boolean;
}

/** Fire and forget, like the device: resolves once all is sent, or the connection lost. */
async function sendAll(client: MqttClient, messages: readonly Message[]): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = (): void => {
      client.off("close", done);
      resolve();
    };
    client.on("close", done);
    const sent = messages.map(({ topic, payload, retain }) => client.publishAsync(topic, payload, { qos: 0, retain }));
    void Promise.allSettled(sent).then(done);
  });
}

function measurements(device: ShellyState, prefix: string, retain: boolean): Message[] {
  const measured = phaseIndexes.flatMap((phase) =>
    phaseTopics(device, phase).map(([topic, value]) => ({
      topic: `${prefix}/emeter/${phase}/${topic}`,
      payload: value.toFixed(2),
      retain,
    })),
  );
  return [...measured, { topic: `${prefix}/relay/0`, payload: "off", retain }];
}

function phaseTopics(device: ShellyState, phase: PhaseIndex): [topic: string, value: number][] {
  const { power, current, voltage, pf, total, total_returned } = emeter(device, phase);
  const all: [WithheldTopic | "pf" | "total" | "total_returned", number][] = [
    ["power", power],
    ["pf", pf],
    ["current", current],
    ["voltage", voltage],
    ["total", total],
    ["total_returned", total_returned],
  ];
  const withheld: ReadonlySet<string> = device.withhold;
  return all.filter(([topic]) => !withheld.has(topic));
}

function announcements({ id, name }: ShellyState, prefix: string): Message[] {
  const payload = JSON.stringify({
    id: name,
    model: "SHEM-3",
    mac: id,
    ip: "127.0.0.1",
    new_fw: false,
    fw_ver: "20230913-114244/v1.14.0-gcb84623",
  });
  return ["shellies/announce", `${prefix}/announce`].map((topic) => ({ topic, payload, retain: false }));
}
