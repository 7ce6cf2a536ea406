import { logDecisions } from "../../../src/integrations/log/decision-log.js";
import type { Decision } from "../../../src/model/commands.js";
import { MemoryLog } from "../../support/memory-log.js";
import { FakeSite, view } from "../homekit/support.js";

function charges(current: number, phases: 1 | 3, surplus: number): Decision {
  return { allowCharging: true, current, phases, reasons: [{ code: "surplus-used", surplus }] };
}

const paused: Decision = { allowCharging: false, current: 0, phases: 1, reasons: [{ code: "no-vehicle" }] };

test("starts, pauses and phase switches are information, other changes are for debugging, the same again is nothing", () => {
  const log = new MemoryLog();
  const site = new FakeSite(view());
  logDecisions(site, log);
  const decisions = [
    paused,
    paused,
    charges(8, 1, 1_900),
    charges(8, 1, 1_901),
    charges(9, 1, 2_100),
    charges(6, 3, 4_200),
  ];
  for (const decision of decisions) site.change({ decision });
  expect(log.entries.map(({ level, message }) => [level, message])).toEqual([
    ["info", "Garage: paused: no car is plugged in"],
    ["info", "Garage: 8 A on one phase: 1.9 kW of surplus"],
    ["debug", "Garage: 9 A on one phase: 2.1 kW of surplus"],
    ["info", "Garage: 6 A on three phases: 4.2 kW of surplus"],
  ]);
});
