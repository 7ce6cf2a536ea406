import { HttpShelly, SunSpecInverter } from "./meters.js";
import { World, type ChargerPlan } from "./world.js";

let world: World | undefined;

afterEach(async () => {
  await world?.close();
  world = undefined;
});

/** A house at night with a battery whose discharge can be blocked, and one charger. */
async function night(plan: ChargerPlan, refuses = false) {
  world = await World.build([plan]);
  await HttpShelly.addTo(world);
  const { device } = await SunSpecInverter.addTo(world);
  if (refuses) device.modbus.exceptionFor = ({ functionCode }) => (functionCode === 16 ? 4 : null);
  await world.startSite([plan]);
  return { world, device };
}

test("the battery gives nothing while a car charges fast, and is free a minute after that", async () => {
  const { world, device } = await night({ block: { mode: "fast" } });
  await world.until("it charges", () => world.box.evse.draw[0] > 6, 60);
  expect(device.dischargeBlocked).toBe(true);
  await world.turn(200);
  expect(device.dischargeBlocked).toBe(true);
  world.site.command(world.box.name, { allowCharging: false });
  await world.turn(50);
  expect(device.dischargeBlocked).toBe(true);
  await world.turn(15);
  expect(device.dischargeBlocked).toBe(false);
});

test("the end of the program sets it free", async () => {
  const { world, device } = await night({ block: { mode: "fast" } });
  await world.until("the battery is blocked", () => device.dischargeBlocked, 60);
  await world.stopSite();
  expect(device.dischargeBlocked).toBe(false);
});

test("a battery that refuses keeps no car from charging, and the program from no end", async () => {
  const { world, device } = await night({ block: { mode: "fast" } }, true);
  await world.until("it charges", () => world.box.evse.draw[0] > 6, 60);
  await world.turn(30);
  expect(device.dischargeBlocked).toBe(false);
  expect(world.log.lines.filter((line) => line.includes("discharge can't be blocked"))).toHaveLength(1);
  await world.stopSite();
});

test("nothing is written to the battery of a car that follows the sun", async () => {
  const { world, device } = await night({});
  world.sun = 9_000;
  await world.until("it charges", () => world.box.evse.draw[0] > 6, 400);
  world.sun = 0;
  await world.turn(60);
  expect(device.modbus.requests.filter(({ functionCode }) => functionCode === 16)).toEqual([]);
});
