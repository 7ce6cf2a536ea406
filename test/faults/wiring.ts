/** What the bench knows of a driver beside its virtual device: how it connects with short deadlines, and what a write is. */

import type { DriverContext } from "../../src/drivers/driver.js";
import type { VirtualDevice } from "../../src/simulator/roster/entry.js";
import type { TestClock } from "../support/test-clock.js";
import type { Address, Connection, Parts } from "./device-bench.js";

/** Options that reach the virtual device as the driver's own parser gives them, and what our side adds. */
export interface Wiring {
  /** Makes no contact yet. @param context with the clock and, over a broker, a pool of the connection's own */
  connect(address: Address, device: VirtualDevice, context: DriverContext): Connection;
  /** Phases of a charger on the bench; left out: 3. */
  readonly phases?: 1;
  /** Looks at who answers: values in another byte order are then not taken for its own. */
  readonly identifies?: true;
  /** Words with which its registers say that there is no value. */
  readonly sentinels?: readonly (readonly number[])[];
  /** Answers in words of its own, so that keys and numbers of an answer are not JSON's alone. */
  readonly wraps?: true;
  /** Has a serial number that the driver was given. */
  readonly hasSerial?: true;
  /** Topics on which the device publishes what it measures, and those on which it does so when it is back. */
  readonly publishes?: RegExp;
  readonly greets?: RegExp;
  /** ms between two pushes, longer than all messages of one. */
  readonly pace?: number;
  readonly isWrite?: Parts["isWrite"];
  readonly refusal?: Parts["refusal"];
  /** Lets a reading come that needs the clock's help. */
  drive?<T>(reading: Promise<T>, clock: TestClock): Promise<T>;
  /** After a fault: lets the time pass that the driver leaves the device alone. */
  rest?(clock: TestClock): Promise<void>;
}

/** The serial number that drivers on the bench expect, and that of an impostor. */
export const serial = "012345";
export const otherSerial = "999999";
