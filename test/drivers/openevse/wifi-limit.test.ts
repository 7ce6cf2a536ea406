import { Car } from "../../../src/simulator/house/car.js";
import { failureOf } from "../../support/failure.js";
import { chargersBy } from "./support.js";

const { virtual } = chargersBy("wifi");

test.each<[why: string, energy: number | null, request: string, body: unknown]>([
  ["a limit", 10.5, "POST /limit", { type: "energy", value: 10_500, auto_release: true }],
  ["a limit is rounded to Wh", 7.2567, "POST /limit", { type: "energy", value: 7_257, auto_release: true }],
  ["no limit", null, "DELETE /limit", undefined],
  ["0 is no limit either", 0, "DELETE /limit", undefined],
])("%s on the wire", async (_why, energy, request, body) => {
  const { charger, device, asked } = await virtual();
  device.box.setLimit({ type: "energy", value: 1, auto_release: true });
  await charger.writes.sessionChargeConsumptionLimit?.(energy);
  expect(asked()).toEqual([request, "GET /limit"]);
  expect(device.requests[0]?.body).toEqual(body);
});

test("the limit is asked for only when it is another one, and goes with the session", async () => {
  const { charger, device, evse } = await virtual();
  evse.plug(new Car());
  await charger.writes.sessionChargeConsumptionLimit?.(4.2);
  expect((await charger.read()).sessionChargeConsumptionLimit).toBe(4.2);
  device.requests.length = 0;
  expect((await charger.read()).sessionChargeConsumptionLimit).toBe(4.2);
  expect(device.requests.some(({ url }) => url === "/limit")).toBe(false);
  evse.unplug();
  expect((await charger.read()).sessionChargeConsumptionLimit).toBeNull();
});

test("a limit in minutes is none in kWh", async () => {
  const { charger, device } = await virtual();
  device.box.setLimit({ type: "time", value: 90, auto_release: true });
  expect((await charger.read()).sessionChargeConsumptionLimit).toBeNull();
});

test.each([0.0004, -1, NaN, 1_001])("a limit of %d kWh is refused before anything is sent", async (energy) => {
  const { charger, device } = await virtual();
  expect((await failureOf(Promise.resolve(charger.writes.sessionChargeConsumptionLimit?.(energy)))).code).toBe(
    "unsupported",
  );
  expect(device.requests).toEqual([]);
});

test("firmware without a limit says so", async () => {
  const { charger } = await virtual({ generation: "old" });
  const failure = await failureOf(Promise.resolve(charger.writes.sessionChargeConsumptionLimit?.(5)));
  expect(failure.code).toBe("unsupported");
  expect(failure.message).toContain("Update the firmware");
});

test("the voltage is sent in whole volts, only when it is another one, and again after a restart", async () => {
  const { charger, device, bodies } = await virtual();
  expect((await charger.read()).voltageL1).toBe(240);
  await charger.setMeasuredVoltage?.(229.6);
  await charger.setMeasuredVoltage?.(230.4);
  expect(bodies()).toEqual([{ voltage: 230 }]);
  expect((await charger.read()).voltageL1).toBe(230);
  await charger.setMeasuredVoltage?.(230);
  device.rebootGateway();
  await charger.read();
  await charger.setMeasuredVoltage?.(230);
  expect(bodies()).toEqual([{ voltage: 230 }, { voltage: 230 }]);
});

test.each([0, -230, 500.1, NaN, Infinity])("%d V are not sent", async (volts) => {
  const { charger, device } = await virtual();
  expect((await failureOf(Promise.resolve(charger.setMeasuredVoltage?.(volts)))).code).toBe("unsupported");
  expect(device.requests).toEqual([]);
});
