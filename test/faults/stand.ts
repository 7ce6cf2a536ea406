/** How a device stands on the test bench: its virtual twin, what can be spoiled on the way to it, and our driver. */

import type { Clock } from "../../src/model/clock.js";
import type { ChargerWrites } from "../../src/drivers/driver.js";
import type { VirtualModbus } from "../../src/simulator/modbus/server.js";
import { type FaultyHttp, startFaultyHttp } from "./faulty-http.js";
import { type FaultyTcp, startFaultyTcp } from "./faulty-tcp.js";
import type { MqttBench } from "./mqtt-bench.js";

/** ms for each request: as short as a busy computer allows. */
export const deadline = 120;

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** A connection by one of our drivers. */
export interface Driven {
  read(): Promise<unknown>;
  readonly writes?: ChargerWrites;
  close(): Promise<void>;
}

/** What a family of devices brings along. */
export interface Parts {
  /** Port of the twin. */
  readonly port: number;
  connect(address: Address): Driven;
  /** Makes the device tell another value, or the first one again. */
  vary(): void;
  /** Before a reading: has the device tell what is new, where it speaks by itself. */
  before?(): Promise<void>;
  /** After a fault: lets the time pass that the driver leaves the device alone. */
  rest?(): Promise<void>;
  /** Has the twin misbehave in one of its own ways; `null`: no more. */
  misbehave?(fault: string | null): void;
  /** Speaks by itself, so that a reading may have to wait for the next word. */
  readonly speaks?: true;
  /** ms that a device which speaks by itself counts as there */
  readonly memory?: number;
  /** Lets a reading come that needs the device's or the clock's help. */
  drive?<T>(reading: Promise<T>): Promise<T>;
  /** For chargers: a write that changes something, and how often the twin has heard one. */
  readonly write?: (writes: ChargerWrites) => Promise<void>;
  readonly heardWrites?: () => number;
  /** Whether a request line, such as `GET /api/set?amp=6 HTTP/1.1`, changes something. */
  readonly isWrite?: (line: string) => boolean;
  /** Has the twin say yes to writes and change nothing. */
  readonly ignoreWrites?: () => void;
  /** A body with which this device says no to a write with HTTP 200. */
  readonly refusal?: (url: string) => string;
  close(): Promise<void>;
}

export interface Stand extends Parts {
  readonly device: Driven;
  readonly proxy: FaultyTcp;
  readonly http?: FaultyHttp;
  readonly modbus?: VirtualModbus;
  readonly mqtt?: MqttBench;
  read(device?: Driven): Promise<unknown>;
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

async function stand(parts: Parts, { http, modbus, mqtt, writesIn }: Around, target: () => number): Promise<Stand> {
  const proxy = await startFaultyTcp(target);
  const connections: Driven[] = [];
  const connect = (address: Address): Driven => {
    const driven = parts.connect(address);
    connections.push(driven);
    return driven;
  };
  const device = connect({ host: "127.0.0.1", port: proxy.port });
  return {
    ...parts,
    connect,
    device,
    proxy,
    ...(http ? { http } : {}),
    ...(modbus ? { modbus } : {}),
    ...(mqtt ? { mqtt } : {}),
    writesIn,
    async read(other = device) {
      await parts.before?.();
      return parts.drive ? parts.drive(other.read()) : other.read();
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
      await new Promise((resolve) => setTimeout(resolve, 120));
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
  return stand({ ...parts, port: modbus.port, close }, { modbus, writesIn: isModbusWrite }, () => modbus.port);
}

/** Speaks by itself to whoever listens, without a broker. */
export async function speakingStand(parts: Parts): Promise<Stand> {
  return stand({ ...parts, speaks: true }, { writesIn: () => false }, () => parts.port);
}

export async function mqttStand(parts: Parts, mqtt: MqttBench): Promise<Stand> {
  return stand({ ...parts, speaks: true }, { mqtt, writesIn: () => false }, () => parts.port);
}

/** Ways for drivers over Modbus: short, and without any wait after a failure. */
export const modbusLink = {
  replyTimeout: deadline,
  connectTimeout: deadline,
  retry: { first: 0, longest: 0 },
} as const;

/** Every wait is over at once. */
export const hastyClock: Clock = {
  now: () => Date.now(),
  after(_delay, callback) {
    const waiting = setImmediate(callback);
    return { cancel: () => clearImmediate(waiting) };
  },
};
