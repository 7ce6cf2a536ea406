/** How often a controller hears of Energy EVSE: the certification's test case TC_EEVSE_2_6. */

import { EnergyEvse } from "@matter/main/clusters/energy-evse";
import { Stand } from "./stand.js";

const { attributes } = EnergyEvse;

let stand: Stand;
beforeAll(async () => {
  stand = await Stand.start();
}, 60_000);
afterAll(() => stand.close());

/** Reports of the three numbers of the session since they were asked for last. */
function reports() {
  return [attributes.sessionId, attributes.sessionDuration, attributes.sessionEnergyCharged].map((attribute) =>
    stand.reports(EnergyEvse, attribute),
  );
}

describe("TC_EEVSE_2_6: numbers that count on are reported seldom, and at once when a session begins or ends", () => {
  test("a car charges", async () => {
    stand.site.plug();
    await stand.enable(null, 6_000, 12_000);
    stand.site.ask(true);
    expect(await stand.nextEvent()).toMatchObject(["EVConnected", {}]);
    expect(await stand.nextEvent()).toMatchObject(["EnergyTransferStarted", {}]);
    reports();
  });

  test("12 s of charging: twice at most", async () => {
    for (let second = 1; second <= 12; second++) {
      stand.site.tell({ sessionChargeConsumption: second * 0.002 });
      await stand.pass(1);
    }
    await stand.heard();
    const [id, duration, energy] = reports();
    expect(id).toBe(0);
    expect(duration).toBeLessThanOrEqual(2);
    expect(energy).toBeLessThanOrEqual(2);
  });

  test("when it ends, the last numbers", async () => {
    await stand.invoke(EnergyEvse, "disable");
    stand.site.unplug();
    expect(await stand.nextEvent()).toMatchObject(["EnergyTransferStopped", {}]);
    expect(await stand.nextEvent()).toMatchObject(["EVNotDetected", { sessionDuration: 12 }]);
    await stand.reported(EnergyEvse, attributes.sessionDuration);
    await stand.reported(EnergyEvse, attributes.sessionEnergyCharged);
    expect(stand.reports(EnergyEvse, attributes.sessionId)).toBe(0);
  });

  test("when the next begins, all three", async () => {
    stand.site.plug();
    expect(await stand.nextEvent()).toMatchObject(["EVConnected", {}]);
    await stand.reported(EnergyEvse, attributes.sessionId);
    await stand.reported(EnergyEvse, attributes.sessionDuration);
    await stand.reported(EnergyEvse, attributes.sessionEnergyCharged);
  });
});
