/** What a charger itself says of why it does not charge is the reason that people are told. */

import { charger, connected, charging, grid, siteSettings, Run, disconnected } from "../support.js";
import type { ChargerReading } from "../../../src/model/readings.js";

function reasonsWith(reading: ChargerReading) {
  const run = new Run(siteSettings({ chargers: [charger({ mode: "fast" })] }));
  return run.keep(30, { meters: { Grid: grid(300) }, chargers: { Garage: reading } });
}

test("a charger that waits for a card is started, and the reason names the card", () => {
  expect(reasonsWith(connected({ enabled: true, hold: "authorization" }))).toMatchObject({
    allowCharging: true,
    reasons: [{ code: "charger-holds", hold: "authorization" }],
  });
});

test.each<[why: string, reading: ChargerReading]>([
  ["it charges", charging(16, 1, { hold: "authorization" })],
  ["there is no car", { ...disconnected, hold: "authorization" }],
  ["it says nothing", connected({ enabled: true })],
])("no such reason where %s", (_why, reading) => {
  expect(reasonsWith(reading).reasons.map(({ code }) => code)).not.toContain("charger-holds");
});

test("a limit that is set in the charger is kept to, and is the reason", () => {
  expect(reasonsWith(connected({ enabled: true, currentLimit: 10 }))).toMatchObject({
    current: 10,
    reasons: [{ code: "charger-own-limit", current: 10 }],
  });
});
