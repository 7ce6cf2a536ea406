/** What the roster says of a virtual device, and what a running one can be asked for. */

import type { PhaseCount } from "../../model/phases.js";
import type { Evse } from "../house/evse.js";
import type { VirtualModbus } from "../servers/modbus/server.js";
import type { Flows } from "./flows.js";

/** What a virtual device is installed with. */
export interface Installation {
  /** The inside of a charger. */
  readonly evse: Evse;
  /** What a meter measures; asked whenever it is read or pushes. */
  readonly flows: () => Flows;
  /** What a residual-current monitor measures as direct current, in its own counts. */
  readonly residualCurrent: () => number;
  /** mqtt:// */
  readonly brokerUrl: string;
  /** UDP port that a meter sends to. */
  readonly multicastPort: number;
  /** ms since 1970, for devices with a clock. */
  readonly now: () => number;
  /** Tells devices of one kind apart, 0–9. */
  readonly number: number;
  /** Serial number of a charger; left out: one of its own. */
  readonly serial?: string;
}

/** A running virtual device. */
export interface VirtualDevice {
  /** What the configuration says of it beside name and driver. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Port at which it answers or sends, the broker's aside. */
  readonly port?: number;
  /** Its server, where it speaks Modbus. */
  readonly modbus?: VirtualModbus;
  /** Topics whose values the broker keeps for it. Absent: none that matter. */
  readonly retainedTopics?: readonly string[];
  /** Most requests that were open at the same time. Absent: it takes none. */
  inFlightPeak?(): number;
  /** Sends what is new. Whoever owns time calls this every few seconds. Absent: it is only asked. */
  push?(): void | Promise<void>;
  /** Sends everything, also what has not changed. Absent: `push` does. */
  pushAll?(): Promise<void>;
  /** Lets time pass in the device, beside that of its `evse`. s */
  advance?(seconds: number): void;
  /** It can't be reached for a while. Absent: this one always can. */
  away?(away: boolean): void;
  /** Neither sends nor answers, with its connections open. */
  silence?(silent: boolean): void;
  /** Has it do one of the misbehaviours of its entry; `null`: no more. */
  misbehave?(misbehaviour: string | null): void;
  /** How many commands it has taken. */
  commands?(): number;
  /** Says yes to commands and carries none out. */
  ignoreCommands?(): void;
  /** Always ends. */
  close(): Promise<void>;
}

/** One way to reach the devices of a driver. */
export interface RosterEntry {
  /** Name of the driver in the configuration. */
  readonly driver: string;
  /** The driver, and the way to the device where there are several. */
  readonly name: string;
  readonly kind: "charger" | "meter" | "residual-current";
  readonly transport: "http" | "websocket" | "modbus" | "mqtt" | "stream" | "multicast";
  /** Phases that a charger has, or begins with where it can switch. */
  readonly phases?: PhaseCount;
  /** What it can do wrong, by names for `misbehave`. Absent: nothing. */
  readonly misbehaviours?: readonly string[];
  start(installation: Installation): Promise<VirtualDevice>;
}

/** Address of all virtual devices. */
export const host = "127.0.0.1";
