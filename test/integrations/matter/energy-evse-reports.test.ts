/** How often a controller hears of Energy EVSE: the certification's test case TC_EEVSE_2_6. */

import { EnergyEvse } from "@matter/main/clusters/energy-evse";
import { TestBench } from "./test-bench.js";

const { attributes } = EnergyEvse;

let bench: TestBench;
beforeAll(async () => {
  bench = await TestBench.start();
}, 60_000);
afterAll(() => bench.close());

/** Reports of the three numbers of the session since they were asked for last. */
function reports() {
  return [attributes.sessionId, attributes.sessionDuration, attributes.sessionEnergyCharged].map((attribute) =>
    bench.reports(EnergyEvse, attribute),
  );
}

describe("TC_EEVSE_2_6: numbers that count on are reported seldom, and at once when a session begins or ends", () => {
  test("a car charges", async () => {
    bench.site.plug();
    await bench.enable(null, 6_000, 12_000);
    bench.site.ask(true);
    expect(await bench.nextEvent()).toMatchObject(["EVConnected", {}]);
    expect(await bench.nextEvent()).toMatchObject(["EnergyTransferStarted", {}]);
    reports();
  });

  test("12 s of charging: twice at most", async () => {
    for (let second = 1; second <= 12; second++) {
      bench.site.report({ sessionChargeConsumption: second * 0.002 });
      await bench.pass(1);
    }
    await bench.received();
    const [id, duration, energy] = reports();
    expect(id).toBe(0);
    expect(duration).toBeLessThanOrEqual(2);
    expect(energy).toBeLessThanOrEqual(2);
  });

  test("when it ends, the last numbers", async () => {
    await bench.invoke(EnergyEvse, "disable");
    bench.site.unplug();
    expect(await bench.nextEvent()).toMatchObject(["EnergyTransferStopped", {}]);
    expect(await bench.nextEvent()).toMatchObject(["EVNotDetected", { sessionDuration: 12 }]);
    await bench.reported(EnergyEvse, attributes.sessionDuration);
    await bench.reported(EnergyEvse, attributes.sessionEnergyCharged);
    expect(bench.reports(EnergyEvse, attributes.sessionId)).toBe(0);
  });

  test("when the next begins, all three", async () => {
    bench.site.plug();
    expect(await bench.nextEvent()).toMatchObject(["EVConnected", {}]);
    await bench.reported(EnergyEvse, attributes.sessionId);
    await bench.reported(EnergyEvse, attributes.sessionDuration);
    await bench.reported(EnergyEvse, attributes.sessionEnergyCharged);
  });
});
