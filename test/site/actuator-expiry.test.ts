/** Chargers that forget their setpoint unless it is written again. */

import { ActuatorBox, obeying, stopped } from "./actuator-box.js";

const expiry = 60_000;

test("a set-point is told again in half of the time after which it is forgotten", async () => {
  const box = new ActuatorBox({ expiry });
  await box.aim(10);
  box.sent();
  await box.clock.advance(29_000);
  await box.hear(obeying(10));
  await box.aim(10);
  expect(box.sent()).toEqual([]);
  await box.clock.advance(1_000);
  await box.aim(10);
  expect(box.sent()).toEqual(["A 10", "start"]);
});

test("so is a pause", async () => {
  const box = new ActuatorBox({ expiry });
  await box.aim(0);
  box.sent();
  await box.clock.advance(30_000);
  await box.hear(stopped);
  await box.aim(0);
  expect(box.sent()).toEqual(["stop"]);
});

test("nothing is told again while nothing is decided", async () => {
  const box = new ActuatorBox({ expiry });
  await box.aim(10);
  box.sent();
  await box.clock.advance(300_000);
  await box.hear(obeying(10));
  expect(box.sent()).toEqual([]);
});

test("who does not forget is not told again", async () => {
  const box = new ActuatorBox();
  await box.aim(10);
  box.sent();
  await box.clock.advance(3_600_000);
  await box.hear(obeying(10));
  await box.aim(10);
  expect(box.sent()).toEqual([]);
});
