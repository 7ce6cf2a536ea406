/** A test bench for one device: a virtual device, what can be spoiled on the way to it, and a connection by our driver. */

import type { ChargerWrites } from "../../src/drivers/driver.js";
import { systemClock } from "../../src/site/clock.js";
import type { VirtualModbus } from "../../src/simulator/servers/modbus/server.js";
import { type FaultyHttp, startFaultyHttp } from "./faulty-http.js";
import { type FaultyTcp, startFaultyTcp } from "./faulty-tcp.js";
import type { BrokerBench } from "./broker-bench.js";
import { withShortDeadlines, withRealDeadlines } from "../support/deadlines.js";
import { arrived, longestWay, type Pushing, untilSettled } from "./pushing.js";

/** ms for each answer: far more than a busy computer needs, and like no other time. */
export const usualDeadline = 5_003;

/** What has to outlast a driver's own deadline, which is short meanwhile. */
export const pastDeadline = withShortDeadlines;

/** Where a device is asked. */
export interface Address {
  readonly host: string;
  readonly port: number;
  /** ms that an answer, or a broker, is waited for */
  readonly deadline: number;
}

/** A connection by one of our drivers. */
export interface Connection {
  read(): Promise<unknown>;
  readonly writes?: ChargerWrites;
  /** Behind a broker: resolves once it has received what was published before this mark. */
  hasReceived?(mark: number): Promise<void>;
  /** Behind a broker: resolves once it has received a message on each of these topics. */
  hasTopics?(topics: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** What a kind of device brings along. */
export interface Parts {
  /** Port of the virtual device. */
  readonly port: number;
  connect(address: Address): Connection;
  /** Makes the device measure another value, or the first one again. */
  vary(): void;
  /** After a fault: lets the time pass that the driver leaves the device alone. */
  rest?(): Promise<void>;
  /** Has the device misbehave in one of its own ways; `null`: no more. */
  misbehave?(fault: string | null): void;
  /** For devices that push, so that a reading may have to wait for the next value. */
  readonly pushing?: Pushing;
  /** Topics that a broker keeps for it, and hands on in its own time. */
  readonly retainedTopics?: readonly string[];
  /** Lets a reading come that needs the clock's help. */
  drive?<T>(reading: Promise<T>): Promise<T>;
  /** For chargers: a write that changes something, and how many the device has taken. */
  readonly write?: (writes: ChargerWrites) => Promise<void>;
  readonly commandsTaken?: () => number;
  /** Whether a request line, such as `GET /api/set?amp=6 HTTP/1.1`, or a message to a broker changes something. */
  readonly isWrite?: (line: string) => boolean;
  /** Has the device say yes to writes and change nothing. */
  readonly ignoreCommands?: () => void;
  /** A body with which this device says no to a write with HTTP 200. */
  readonly refusal?: (url: string) => string;
  close(): Promise<void>;
}

export interface DeviceBench extends Omit<Parts, "connect"> {
  readonly device: Connection;
  /** Another connection, through the proxy where nothing else is said. */
  connect(address?: Partial<Address>): Connection;
  readonly proxy: FaultyTcp;
  readonly http?: FaultyHttp;
  readonly modbus?: VirtualModbus;
  readonly mqtt?: BrokerBench;
  /** @param push what a device that pushes sends meanwhile; left out: its true values */
  read(device?: Connection, push?: () => Promise<void>): Promise<unknown>;
  /** Lets something come to its end that needs the device's or the clock's help. */
  attend<T>(outcome: Promise<T>, device?: Connection, push?: () => Promise<void>): Promise<T>;
  /** Has a device that pushes send its true values, and waits until they are received. */
  push(): Promise<void>;
  /** Resolves once all that a device has pushed is received. */
  received(device?: Connection): Promise<void>;
  /** Whether what the client has sent changes something. */
  writesIn(request: Buffer): boolean;
  heal(): Promise<void>;
}

interface Around {
  readonly http?: FaultyHttp;
  readonly modbus?: VirtualModbus;
  readonly mqtt?: BrokerBench;
  writesIn(request: Buffer): boolean;
}

async function makeBench(parts: Parts, around: Around, target: () => number): Promise<DeviceBench> {
  const { http, modbus, mqtt, writesIn } = around;
  const proxy = await startFaultyTcp(target);
  const connections: Connection[] = [];
  const connect = (address: Partial<Address> = {}): Connection => {
    const connection = parts.connect({ host: "127.0.0.1", port: proxy.port, deadline: usualDeadline, ...address });
    connections.push(connection);
    return connection;
  };
  const device = connect();
  const { pushing } = parts;
  const received = async (by = device): Promise<void> => {
    if (mqtt) return by.hasReceived?.(await mqtt.mark());
    await arrived();
    await proxy.passedOn();
    await arrived();
  };
  const attend = <T>(outcome: Promise<T>, by = device, push = pushing?.push): Promise<T> => {
    // Where nothing gets through a broker any more, time goes on all the same.
    const listen = (): Promise<unknown> => (mqtt ? Promise.race([received(by), arrived(longestWay)]) : received(by));
    if (pushing && push) return untilSettled({ ...pushing, push }, listen, outcome);
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
    received,
    read: (other = device, push) => attend(other.read(), other, push),
    async push() {
      await pushing?.push();
      if (pushing) await received();
    },
    async heal() {
      http?.heal();
      parts.misbehave?.(null);
      if (modbus) Object.assign(modbus, { fault: null, delay: 0, exceptionFor: ownExceptions.get(modbus) });
      await mqtt?.heal();
      await proxy.heal();
      if (!mqtt) return parts.rest?.();
      // A login or a subscription that was refused is tried again with the next connection.
      proxy.resetAll();
      await proxy.deserted();
      await received();
    },
    async close() {
      await Promise.all(connections.map((each) => each.close()));
      await proxy.close();
      await http?.close();
      await parts.close();
    },
  };
}

/** What a device refuses by itself. */
const ownExceptions = new WeakMap<VirtualModbus, VirtualModbus["exceptionFor"]>();

export async function httpBench(parts: Parts): Promise<DeviceBench> {
  const http = await startFaultyHttp(() => parts.port);
  const writesIn = (request: Buffer): boolean =>
    parts.isWrite?.(request.toString("latin1").split("\r\n")[0] ?? "") === true;
  return makeBench(parts, { http, writesIn }, () => http.port);
}

/** Functions 6 and 16. */
export function isModbusWrite(request: Buffer): boolean {
  return request[7] === 6 || request[7] === 16;
}

export async function modbusBench(
  modbus: VirtualModbus,
  parts: Omit<Parts, "port" | "close"> & { close?(): Promise<void> },
): Promise<DeviceBench> {
  ownExceptions.set(modbus, modbus.exceptionFor);
  const close = async (): Promise<void> => (parts.close ? parts.close() : modbus.close());
  const around = { modbus, writesIn: isModbusWrite };
  return makeBench({ ...parts, port: modbus.port, close }, around, () => modbus.port);
}

type PushingParts = Parts & { readonly pushing: Pushing };

/** For devices that push to whoever listens, without a broker. */
export async function pushingBench(parts: PushingParts): Promise<DeviceBench> {
  return makeBench(parts, { writesIn: () => false }, () => parts.port);
}

export async function mqttBench(parts: PushingParts, mqtt: BrokerBench): Promise<DeviceBench> {
  /** PUBLISH, in the first half of its first byte (MQTT 3.1.1, 2.2.1). */
  const writesIn = (packet: Buffer): boolean =>
    (packet[0] ?? 0) >> 4 === 3 && parts.isWrite?.(packet.toString("latin1")) === true;
  const ready = await makeBench(parts, { mqtt, writesIn }, () => parts.port);
  if (!parts.retainedTopics) return ready;
  await ready.read().catch(() => undefined);
  await ready.device.hasTopics?.(parts.retainedTopics);
  return ready;
}

/** Address of a broker. */
export const urlOf = ({ host, port }: Address): string => `mqtt://${host}:${port}`;

/** The clock of devices that are asked. */
export const askedClock = withRealDeadlines(systemClock());

/** A connection over Modbus without any wait after a failure. */
export const modbusLink = ({ deadline }: Address) => ({
  clock: askedClock,
  replyTimeout: deadline,
  connectTimeout: deadline,
  retry: { first: 0, longest: 0 },
});
