import type { Charger } from "../../../src/drivers/driver.js";
import { failureOf } from "../../support/failure.js";
import { advanceUntilSettled } from "../../support/deadlines.js";
import { chargersBy } from "./support.js";

const { connectTo, virtual } = chargersBy("wifi");

test.each([
  ["maxAmpere", (c: Charger) => c.writes.maxAmpere(10)],
  ["allowCharging", (c: Charger) => c.writes.allowCharging(false)],
  ["sessionChargeConsumptionLimit", async (c: Charger) => c.writes.sessionChargeConsumptionLimit?.(5)],
] as const)("%s: a yes that changes nothing is no success", async (name, send) => {
  for (const generation of ["new", "old"] as const) {
    if (generation === "old" && name === "sessionChargeConsumptionLimit") continue;
    const { charger, device } = await virtual({ generation });
    device.fault = "ignore-writes";
    expect((await failureOf(send(charger))).code).toBe("not-taken-over");
  }
});

test("ten others have claimed it: the refusal has its reason", async () => {
  const { charger, device } = await virtual();
  for (let client = 1; client <= 10; client += 1) device.box.claim(client, { state: "active" });
  const failure = await failureOf(charger.writes.maxAmpere(10));
  expect(failure.code).toBe("refused");
  expect(failure.message).toContain("Could not make claim");
});

test("a login is sent, and a wrong one is reported as one", async () => {
  const { device } = await virtual({ login: { username: "admin", password: "secret" } });
  expect((await connectTo(device.port, { login: { username: "admin", password: "secret" } }).read()).state).toBe(
    "disconnected",
  );
  const wrong = connectTo(device.port, { login: { username: "admin", password: "guess" } });
  for (const failure of [await failureOf(wrong.read()), await failureOf(wrong.writes.maxAmpere(10))]) {
    expect(failure.code).toBe("login-refused");
    expect(failure.message).not.toContain("guess");
  }
  expect((await failureOf(connectTo(device.port).read())).code).toBe("login-refused");
});

test("a write whose answer is lost is not sent again", async () => {
  const { charger, clock, device, asked } = await virtual();
  await charger.setMeasuredVoltage?.(230);
  device.requests.length = 0;
  device.fault = "silent";
  const failure = await advanceUntilSettled(clock, failureOf(Promise.resolve(charger.setMeasuredVoltage?.(235))));
  expect(failure.code).toBe("unreachable");
  expect(asked()).toEqual(["POST /status"]);
});

test("a restart of the charger is unreachable for a while, and over by itself", async () => {
  const { charger, device, evse } = await virtual();
  await charger.read();
  device.reboot();
  expect((await failureOf(charger.read())).code).toBe("unreachable");
  evse.advance(10);
  expect((await charger.read()).maxAmpere).toBe(32);
});

test("closing leaves our claim: without it the box would charge as it likes", async () => {
  const { charger, device } = await virtual();
  await charger.writes.allowCharging(false);
  await charger.close();
  expect(device.box.asked).toBe("disabled");
  expect((await failureOf(charger.read())).message).toContain("has been closed");
});

test("closing ends while a request is under way", async () => {
  const { charger, device } = await virtual();
  device.fault = "silent";
  const waiting = failureOf(charger.read());
  await charger.close();
  expect((await waiting).code).toBe("unreachable");
});

test.each([
  ["current", (c: Charger) => c.writes.maxAmpere(10)],
  ["stop", (c: Charger) => c.writes.allowCharging(false)],
])("firmware with neither claims nor override says what to do: %s", async (_what, send) => {
  const { charger } = await virtual({ generation: "oldest" });
  expect((await charger.read()).state).toBe("disconnected");
  const failure = await failureOf(send(charger));
  expect(failure.code).toBe("unsupported");
  expect(failure.message).toContain("this firmware has neither claims nor a manual override");
  expect(failure.message).toContain("set api to rapi");
});
