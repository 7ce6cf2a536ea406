/** Faults of devices by protocol, and the error code for each. */

import type { DeviceErrorCode } from "../../src/model/errors.js";
import type { ModbusFault } from "../../src/simulator/servers/modbus/server.js";
import type { WebFault } from "../../src/simulator/servers/web-server.js";

export const modbusFaults: readonly (readonly [fault: ModbusFault, code: DeviceErrorCode])[] = [
  ["silent", "unreachable"],
  ["reset", "unreachable"],
  ["close", "unreachable"],
  ["truncated", "unreachable"],
  ["garbage", "protocol"],
  ["short", "protocol"],
  ["byte-count", "protocol"],
  ["wrong-transaction", "protocol"],
  ["wrong-unit", "protocol"],
  ["wrong-function", "protocol"],
  ["twice", "protocol"],
  [{ exception: 1 }, "unsupported"],
  [{ exception: 2 }, "unsupported"],
  [{ exception: 4 }, "protocol"],
  [{ exception: 6 }, "unreachable"],
  [{ exception: 11 }, "unreachable"],
];

export const webFaults: readonly (readonly [fault: WebFault, code: DeviceErrorCode])[] = [
  ["silent", "unreachable"],
  ["refuse", "unreachable"],
  ["garbage", "protocol"],
  ["html", "protocol"],
  [{ status: 302 }, "protocol"],
  [{ status: 404 }, "protocol"],
  [{ status: 503 }, "unreachable"],
];
