import { demandOf, type Pull } from "../../../src/control/steps/demand.js";
import type { LastingMemory } from "../../../src/control/memory.js";
import type { ChargerMode } from "../../../src/model/commands.js";
import type { ChargerReading } from "../../../src/model/readings.js";
import { facts } from "../facts.js";
import { connected, disconnected } from "../support.js";

type Manual = LastingMemory["manual"];

test.each<[mode: ChargerMode, manual: Manual, pull: Pull, said: string]>([
  ["off", null, "none", "switched off"],
  ["off", "start", "full", "by hand"],
  ["off", "stop", "none", "by hand"],
  ["fast", null, "full", "fast"],
  ["fast", "start", "full", "by hand"],
  ["fast", "stop", "none", "by hand"],
  ["scheduled", null, "none", "waits"],
  ["scheduled", "start", "full", "by hand"],
  ["scheduled", "stop", "none", "by hand"],
  ["solar", null, "sun", ""],
  ["solar", "start", "sun-and-minimum", "by hand"],
  ["solar", "stop", "none", "by hand"],
  ["solar-min", null, "sun-and-minimum", "minimum"],
  ["solar-min", "start", "sun-and-minimum", "by hand"],
  ["solar-min", "stop", "none", "by hand"],
])("in mode %s with %s by hand the pull is %s", (mode, manual, pull, said) => {
  const demand = demandOf(facts({ lasting: { mode, manual } }));
  expect(demand.pull).toBe(pull);
  expect(demand.reason).toContain(said);
});

test.each<[why: string, mode: ChargerMode, reading: ChargerReading | null, pull: Pull, said: string]>([
  ["a charger that never answered", "fast", null, "none", "not answered"],
  ["a fault", "fast", connected({ state: "fault" }), "none", "fault"],
  ["a fault with a name", "fast", connected({ state: "fault", error: "no ground" }), "none", "no ground"],
  ["no car, fast: ready for the next", "fast", disconnected, "full", ""],
  ["no car, solar: nothing to follow the sun with", "solar", disconnected, "none", "no car"],
  ["no car, solar-min", "solar-min", disconnected, "none", "no car"],
  ["nobody knows whether there is a car: no start by the sun", "solar", connected({ state: null }), "none", "not tell"],
])("%s", (_why, mode, reading, pull, said) => {
  const demand = demandOf(facts({ settings: { mode }, reading }));
  expect(demand.pull).toBe(pull);
  expect(demand.reason).toContain(said);
});

test("a person's mode goes before the configured one", () => {
  expect(demandOf(facts({ settings: { mode: "fast" }, lasting: { mode: "off" } })).pull).toBe("none");
});

test("a fault goes before a start by hand", () => {
  expect(demandOf(facts({ lasting: { manual: "start" }, reading: connected({ state: "fault" }) })).pull).toBe("none");
});

interface Session {
  readonly charged: number | null;
  readonly configured?: number;
  readonly byHand?: number | null;
  readonly inCharger?: number | null;
}

test.each<[why: string, session: Session, pull: Pull]>([
  ["no limit", { charged: 50 }, "full"],
  ["below the configured limit", { charged: 9.9, configured: 10 }, "full"],
  ["at the configured limit", { charged: 10, configured: 10 }, "none"],
  ["a person's limit replaces the configured one", { charged: 12, configured: 10, byHand: 20 }, "full"],
  ["a person's limit is reached", { charged: 20, configured: 10, byHand: 20 }, "none"],
  ["a person lifts the limit", { charged: 12, configured: 10, byHand: 0 }, "full"],
  ["the charger's own limit counts too", { charged: 12, configured: 20, inCharger: 11 }, "none"],
  ["0 in the charger means none", { charged: 12, inCharger: 0 }, "full"],
  ["what was charged is not told: it goes on", { charged: null, configured: 10 }, "full"],
])("session: %s", (_why, { charged, configured = 0, byHand = null, inCharger = null }, pull) => {
  const reading = connected({ sessionChargeConsumption: charged, sessionChargeConsumptionLimit: inCharger });
  const settings = { mode: "fast" as const, sessionEnergyLimit: configured };
  expect(demandOf(facts({ settings, lasting: { energyLimit: byHand }, reading })).pull).toBe(pull);
});
