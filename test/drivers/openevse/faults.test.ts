import type { OpenEvseFault } from "../../../src/simulator/devices/openevse/server.js";
import { webFaults } from "../../support/device-faults.js";
import { failureOf } from "../../support/failure.js";
import { advanceUntilSettled } from "../../support/deadlines.js";
import { chargersBy } from "./support.js";

type Row = readonly [fault: OpenEvseFault, code: string];

const faults: readonly Row[] = [...webFaults, ["no-controller", "unreachable"]];

describe.each<["wifi" | "rapi", readonly Row[]]>([
  ["wifi", [...faults, [{ status: 500 }, "unreachable"]]],
  ["rapi", [...faults, ["bad-checksum", "protocol"]]],
])("by %s", (api, rows) => {
  const { virtual } = chargersBy(api);

  test.each(rows)("%j while it is read: %s, and back by itself", async (fault, code) => {
    const { charger, clock, device } = await virtual();
    await charger.read();
    device.fault = fault;
    expect((await advanceUntilSettled(clock, failureOf(charger.read()))).code).toBe(code);
    device.fault = null;
    expect((await charger.read()).state).toBe("disconnected");
  });
});
