/** How a device stands on the test bench: its virtual twin, what can be spoiled on the way to it, and our driver. */

import type { ChargerWrites } from "../../src/drivers/driver.js";
import { systemClock } from "../../src/site/clock.js";
import type { VirtualModbus } from "../../src/simulator/servers/modbus/server.js";
import { type FaultyHttp, startFaultyHttp } from "./faulty-http.js";
import { type FaultyTcp, startFaultyTcp } from "./faulty-tcp.js";
import type { MqttBench } from "./mqtt-bench.js";
import { givingUpSoon, withRealDeadlines } from "../support/outlasting.js";
import { arrived, longestWay, type Speech, speaking } from "./speech.js";

/** ms for each answer: far more than a busy computer needs, and like no other time. */
export const usualDeadline = 5_003;

/** What has to outlast a driver's own deadline, which is short meanwhile. */
export const pastDeadline = givingUpSoon;

/** Where a device is asked. */
export interface Address {
  readonly host: string;
  readonly port: number;
  /** ms that an answer, or a broker, is waited for */
  readonly deadline: number;
}

/** A connection by one of our drivers. */
export interface Driven {
  read(): Promise<unknown>;
  readonly writes?: ChargerWrites;
  /** Behind a broker: resolves once it has heard what was said before this mark. */
  hears?(mark: number): Promise<void>;
  /** Behind a broker: resolves once it has heard each of these topics. */
  knows?(topics: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** What a family of devices brings along. */
export interface Parts {
  /** Port of the twin. */
  readonly port: number;
  connect(address: Address): Driven;
  /** Makes the device tell another value, or the first one again. */
  vary(): void;
  /** After a fault: lets the time pass that the driver leaves the device alone. */
  rest?(): Promise<void>;
  /** Has the twin misbehave in one of its own ways; `null`: no more. */
  misbehave?(fault: string | null): void;
  /** Speaks by itself, so that a reading may have to wait for the next word. */
  readonly speech?: Speech;
  /** Topics that a broker keeps for it, and hands on in its own time. */
  readonly kept?: readonly string[];
  /** Lets a reading come that needs the clock's help. */
  drive?<T>(reading: Promise<T>): Promise<T>;
  /** For chargers: a write that changes something, and how often the twin has heard one. */
  readonly write?: (writes: ChargerWrites) => Promise<void>;
  readonly heardWrites?: () => number;
  /** Whether a request line, such as `GET /api/set?amp=6 HTTP/1.1`, or a message to a broker changes something. */
  readonly isWrite?: (line: string) => boolean;
  /** Has the twin say yes to writes and change nothing. */
  readonly ignoreWrites?: () => void;
  /** A body with which this device says no to a write with HTTP 200. */
  readonly refusal?: (url: string) => string;
  close(): Promise<void>;
}

export interface Stand extends Omit<Parts, "connect"> {
  readonly device: Driven;
  /** Another connection, through the proxy where nothing else is said. */
  connect(address?: Partial<Address>): Driven;
  readonly proxy: FaultyTcp;
  readonly http?: FaultyHttp;
  readonly modbus?: VirtualModbus;
  readonly mqtt?: MqttBench;
  /** @param say what the device says meanwhile, where it speaks by itself; left out: what is so */
  read(device?: Driven, say?: () => Promise<void>): Promise<unknown>;
  /** Lets something come to its end that needs the device's or the clock's help. */
  attend<T>(outcome: Promise<T>, device?: Driven, say?: () => Promise<void>): Promise<T>;
  /** Has a device that speaks by itself tell what is so, and waits until that is heard. */
  tell(): Promise<void>;
  /** Resolves once all that a device has said by itself has been heard. */
  heard(device?: Driven): Promise<void>;
  /** Whether what the client has sent changes something. */
  writesIn(request: Buffer): boolean;
  heal(): Promise<void>;
}

interface Around {
  readonly http?: FaultyHttp;
  readonly modbus?: VirtualModbus;
  readonly mqtt?: MqttBench;
  writesIn(request: Buffer): boolean;
}

async function stand(parts: Parts, around: Around, target: () => number): Promise<Stand> {
  const { http, modbus, mqtt, writesIn } = around;
  const proxy = await startFaultyTcp(target);
  const connections: Driven[] = [];
  const connect = (address: Partial<Address> = {}): Driven => {
    const driven = parts.connect({ host: "127.0.0.1", port: proxy.port, deadline: usualDeadline, ...address });
    connections.push(driven);
    return driven;
  };
  const device = connect();
  const { speech } = parts;
  const heard = async (by = device): Promise<void> => {
    if (mqtt) return by.hears?.(await mqtt.mark());
    await arrived();
    await proxy.passedOn();
    await arrived();
  };
  const attend = <T>(outcome: Promise<T>, by = device, say = speech?.say): Promise<T> => {
    // Where nothing gets through a broker any more, time goes on all the same.
    const listen = (): Promise<unknown> => (mqtt ? Promise.race([heard(by), arrived(longestWay)]) : heard(by));
    if (speech && say) return speaking({ ...speech, say }, listen, outcome);
    return parts.drive ? parts.drive(outcome) : outcome;
  };
  return {
    ...parts,
    connect,
    device,
    proxy,
    ...(http ? { http } : {}),
    ...(modbus ? { modbus } : {}),
    ...(mqtt ? { mqtt } : {}),
    writesIn,
    attend,
    heard,
    read: (other = device, say) => attend(other.read(), other, say),
    async tell() {
      await speech?.say();
      if (speech) await heard();
    },
    async heal() {
      http?.heal();
      parts.misbehave?.(null);
      if (modbus) Object.assign(modbus, { fault: null, delay: 0, exceptionFor: modbusSaysYes.get(modbus) });
      await mqtt?.heal();
      await proxy.heal();
      if (!mqtt) return parts.rest?.();
      // A login or a subscription that was refused is tried again with the next connection.
      proxy.resetAll();
      await proxy.deserted();
      await heard();
    },
    async close() {
      await Promise.all(connections.map((each) => each.close()));
      await proxy.close();
      await http?.close();
      await parts.close();
    },
  };
}

/** What a twin refuses by itself. */
const modbusSaysYes = new WeakMap<VirtualModbus, VirtualModbus["exceptionFor"]>();

export async function httpStand(parts: Parts): Promise<Stand> {
  const http = await startFaultyHttp(() => parts.port);
  const writesIn = (request: Buffer): boolean =>
    parts.isWrite?.(request.toString("latin1").split("\r\n")[0] ?? "") === true;
  return stand(parts, { http, writesIn }, () => http.port);
}

/** Functions 6 and 16. */
export function isModbusWrite(request: Buffer): boolean {
  return request[7] === 6 || request[7] === 16;
}

export async function modbusStand(
  modbus: VirtualModbus,
  parts: Omit<Parts, "port" | "close"> & { close?(): Promise<void> },
): Promise<Stand> {
  modbusSaysYes.set(modbus, modbus.exceptionFor);
  const close = async (): Promise<void> => (parts.close ? parts.close() : modbus.close());
  const around = { modbus, writesIn: isModbusWrite };
  return stand({ ...parts, port: modbus.port, close }, around, () => modbus.port);
}

/** Speaks by itself to whoever listens, without a broker. */
type Speaking = Parts & { readonly speech: Speech };

export async function speakingStand(parts: Speaking): Promise<Stand> {
  return stand(parts, { writesIn: () => false }, () => parts.port);
}

export async function mqttStand(parts: Speaking, mqtt: MqttBench): Promise<Stand> {
  /** PUBLISH, in the first half of its first byte (MQTT 3.1.1, 2.2.1). */
  const writesIn = (packet: Buffer): boolean =>
    (packet[0] ?? 0) >> 4 === 3 && parts.isWrite?.(packet.toString("latin1")) === true;
  const ready = await stand(parts, { mqtt, writesIn }, () => parts.port);
  if (!parts.kept) return ready;
  await ready.read().catch(() => undefined);
  await ready.device.knows?.(parts.kept);
  return ready;
}

/** The clock of devices that are asked. */
export const askedClock = withRealDeadlines(systemClock());

/** A connection over Modbus without any wait after a failure. */
export const modbusLink = ({ deadline }: Address) => ({
  clock: askedClock,
  replyTimeout: deadline,
  connectTimeout: deadline,
  retry: { first: 0, longest: 0 },
});
