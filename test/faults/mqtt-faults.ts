/** Group Q of the fault list: what brokers, and devices behind them, do to those who listen. */

import { connect } from "mqtt";
import type { Entry } from "./entries.js";
import { type Course, type Disturbance, expectOutcome, expectRecovery, failure, reading, letExpire } from "./fault.js";
import type { BrokerBench } from "./broker-bench.js";
import { arrived } from "./pushing.js";
import type { DeviceBench } from "./device-bench.js";

const mqtt = ({ transport }: Entry): boolean => transport === "mqtt";

function mqttOf({ mqtt: broker }: DeviceBench): BrokerBench {
  if (!broker) throw new Error("This device does not speak MQTT");
  return broker;
}

const away = { fails: ["unreachable"] } as const;
const silent = { fails: ["unreachable", "protocol"] } as const;

/** Packet types, in the first byte (MQTT 3.1.1, 2.2.1). */
const connack = 0x20;
const suback = 0x90;

/** What a broker says to the login, or to a subscription: the last byte of a packet that is shorter than 128. */
function answering(type: number, code: number): (bench: DeviceBench) => Promise<void> {
  return async ({ proxy }) => {
    await new Promise<void>((resolve) => {
      proxy.fault = {
        onAnswer(packets, { client }) {
          const changed = Buffer.from(packets);
          for (let at = 0, next = 0; at < packets.length; at = next) {
            next = at + 2 + (packets[at + 1] ?? 0);
            if (packets[at] !== type) continue;
            changed[next - 1] = code;
            resolve();
          }
          client.write(changed);
        },
      };
      proxy.resetAll();
    });
    await arrived();
  };
}

/** Whom a CONNECT comes from: after protocol name, level, flags and keep-alive (MQTT 3.1.1, 3.1); `null`: it is another packet. */
function clientIdIn(packet: Buffer): string | null {
  if (packet[0] !== 0x10) return null;
  const body = packet.subarray(2);
  const at = 2 + body.readUInt16BE(0) + 4;
  return body.toString("utf8", at + 2, at + 2 + body.readUInt16BE(at));
}

const payloads: readonly (readonly [what: string, payload: string | Buffer])[] = [
  ["an empty payload", ""],
  ["nan", "nan"],
  ["1,5", "1,5"],
  ["12 W", "12 W"],
  ["1e999", "1e999"],
  ["an empty object", "{}"],
  ["a list", "[1]"],
  ["null", "null"],
  ["a text", '"16"'],
  ["JSON that breaks off", '{"id":1,"src":"shelly'],
  ["bytes that are no text", Buffer.from([0xff, 0xfe, 0x00, 0x80])],
  ["70 KB", "7".repeat(70_000)],
];

export const mqttFaults: readonly (Disturbance | Course)[] = [
  {
    id: "Q-01",
    what: "the broker dies: fails, and tells no old values; Q-02 back: the same reading",
    on: mqtt,
    outlasts: true,
    inject: (bench) => mqttOf(bench).kill(),
    outcome: silent,
  },
  {
    id: "Q-02",
    what: "the broker has been away for a moment: subscribed anew, nothing heard twice, the same reading",
    on: mqtt,
    async inject(bench) {
      await mqttOf(bench).restart();
    },
    outcome: { reads: "less" },
  },
  {
    id: "Q-03",
    what: "what the broker has kept, and no word from the device: not taken for a new value",
    on: mqtt,
    async run(bench) {
      const good = await reading(bench);
      const broker = mqttOf(bench);
      broker.silence();
      await broker.publish(broker.published, true);
      await bench.received();
      await letExpire(bench);
      const fresh = bench.connect();
      await expectOutcome(bench, silent, good, fresh);
      await fresh.close();
      await expectRecovery(bench, good);
    },
  },
  {
    id: "Q-05",
    what: "every message twice: the same reading",
    on: mqtt,
    async run(bench) {
      const good = await reading(bench);
      const broker = mqttOf(bench);
      const told = reading(bench);
      for (let time = 0; time < 3; time += 1) await broker.publish(broker.published.flatMap((each) => [each, each]));
      expect(await told).toEqual(good);
    },
  },
  {
    id: "Q-07",
    what: "the device falls silent: fails in its time, and tells no old values",
    on: mqtt,
    inject: (bench) => mqttOf(bench).silence(),
    outcome: silent,
  },
  ...[1, 2, 3].map((code) => ({
    id: "Q-09",
    what: `CONNACK ${code}: fails as unreachable`,
    on: mqtt,
    outlasts: true as const,
    inject: answering(connack, code),
    outcome: away,
  })),
  ...[4, 5].map((code) => ({
    id: "Q-09",
    what: `CONNACK ${code}: fails as login-refused`,
    on: mqtt,
    inject: answering(connack, code),
    outcome: { fails: ["login-refused"] } as const,
  })),
  {
    id: "Q-09",
    what: "a subscription that is refused: fails as login-refused, is not silent",
    on: mqtt,
    inject: answering(suback, 0x80),
    outcome: { fails: ["login-refused"] },
  },
  {
    id: "Q-10",
    what: "a half-open connection to the broker: fails in its time",
    on: mqtt,
    async run(bench) {
      const good = await reading(bench);
      bench.proxy.goHalfOpen();
      await letExpire(bench);
      await expectOutcome(bench, silent, good);
      // The keep-alive of the protocol would notice in 22 s.
      bench.proxy.resetAll();
      await expectRecovery(bench, good);
    },
  },
  {
    id: "Q-11",
    what: "somebody takes over our client id: back at once under another one, and nobody is thrown out in turn",
    on: mqtt,
    async run(bench) {
      const good = await reading(bench);
      const ids: string[] = [];
      bench.proxy.fault = {
        onRequest(packet, { upstream }) {
          const id = clientIdIn(packet);
          if (id !== null) ids.push(id);
          upstream.write(packet);
        },
      };
      bench.proxy.resetAll();
      await bench.proxy.deserted();
      await bench.received();
      const [taken = ""] = ids;
      const other = connect(mqttOf(bench).broker.url, { clientId: taken, reconnectPeriod: 0 });
      await new Promise<void>((resolve) => other.once("connect", () => resolve()));
      await bench.proxy.deserted();
      await bench.received();
      expect(await reading(bench)).toEqual(good);
      expect(other.connected).toBe(true);
      expect(new Set(ids).size).toBe(ids.length);
      expect(ids).toHaveLength(2);
      await other.endAsync(true);
    },
  },
  ...payloads.map(([what, payload]) => ({
    id: "Q-12",
    what: `${what} on every topic: no value comes of it`,
    // That is how a go-e says that it has a fault inside, and no limit.
    on: (entry: Entry) => mqtt(entry) && !(what === "null" && entry.driver === "go-e"),
    async run(bench: DeviceBench) {
      const good = await reading(bench);
      const broker = mqttOf(bench);
      broker.silence();
      const truth = broker.published;
      const spoilt = truth.map(({ topic }) => ({ topic, payload }));
      let left = 3;
      const push = async (): Promise<void> => {
        if ((left -= 1) >= 0) await broker.publish(spoilt);
      };
      const fresh = bench.connect();
      await expectOutcome(bench, { reads: "less" }, good, fresh, push);
      await fresh.close();
      // Whoever tells only what has changed would leave the broker with the rest as it is.
      await broker.publish(truth, true);
      await bench.received();
      await expectRecovery(bench, good);
    },
  })),
  {
    id: "Q-14",
    what: "half of its topics: fails, or tells the other half as null",
    on: mqtt,
    async run(bench) {
      const good = await reading(bench);
      const broker = mqttOf(bench);
      broker.silence();
      const half = broker.published.filter((_said, place) => place % 2 === 0);
      const fresh = bench.connect();
      await expectOutcome(bench, { reads: "less" }, good, fresh, () => broker.publish(half));
      await fresh.close();
      await expectRecovery(bench, good);
    },
  },
  {
    id: "N-03",
    what: "closed while it waits for a word: ends at once, and says so",
    on: mqtt,
    async run(bench) {
      await reading(bench);
      mqttOf(bench).silence();
      const waiting = failure(bench.read());
      await bench.device.close();
      expect(await waiting).toMatchObject({ code: "unreachable" });
    },
  },
];
