/** How a search finds a device: by what it announces over mDNS, or by what it answers over Modbus TCP. */

import type { ModbusRegisters } from "../transport/modbus.js";

/** One service, as its device announced it: nothing of it has been checked. */
export interface AnnouncedService {
  /** Without underscores and protocol, such as `http`. */
  readonly type: string;
  readonly name: string;
  readonly addresses: readonly string[];
  readonly port: number;
  readonly txt: ReadonlyMap<string, string>;
}

/** A device that was recognised. */
export interface Identity {
  /** For people, such as "go-e charger". */
  readonly what: string;
  /** Name to propose in the configuration. */
  readonly name: string;
  /** What the configuration has to say beside name, driver and address. Absent: nothing. */
  readonly options?: Readonly<Record<string, unknown>>;
}

/** How devices of a driver announce themselves over mDNS. */
export interface Announcement {
  /** Service types of their own. */
  readonly types: readonly string[];
  /** Service names under the types that all sorts of devices share. */
  readonly sharedTypeName: RegExp;
  /** Port that the driver takes when none is set. */
  readonly port: number;
  identify(service: AnnouncedService): Identity;
}

/** What a Modbus device is recognised by, the surest first. */
export const evidences = ["signature", "text", "plausible values"] as const;

/** How a device is recognised over Modbus TCP. It is only read. */
export interface ModbusProbe {
  readonly evidence: (typeof evidences)[number];
  /** Unit ids to ask, in this order. */
  readonly unitIds: readonly number[];
  /** `null`, or rejects with DeviceError: it is something else. `by`: half a sentence. */
  identify(modbus: ModbusRegisters): Promise<(Identity & { readonly by: string }) | null>;
}

/** `what`, with what tells this device from others of its kind; what comes from outside only where it is plain. */
export function nameWith(what: string, which: string | undefined): string {
  return which !== undefined && /^[A-Za-z0-9]{2,16}$/.test(which) ? `${what} ${which}` : what;
}

/** What devices that are named like `shellyem3-AABBCC` say of themselves at the end. */
export function lastPart(name: string): string | undefined {
  return name.split("-").at(-1);
}
