import { chargingInTheSun, type Scene } from "./scenes.js";
import { leftOpenBy } from "../support/left-open.js";
import type { World } from "./world.js";

let scene: Scene | undefined;

afterEach(async () => {
  await scene?.world.close();
  scene = undefined;
});

describe("the end of the program", () => {
  test("leaves the charger paused", async () => {
    const { world } = (scene = await chargingInTheSun());
    await world.stopSite();
    expect(world.box.sent()).toEqual(["frc=1"]);
  });

  test("leaves the charger at the failsafe current, where there is one", async () => {
    const { world } = (scene = await chargingInTheSun({}, { site: { mainFuse: 25, failsafeCurrent: 6 } }));
    await world.stopSite();
    expect(world.box.sent()).toEqual(["amp=6"]);
  });

  test("never raises: who charges with less than the failsafe current stays there", async () => {
    const { world } = (scene = await chargingInTheSun({}, { site: { mainFuse: 25, failsafeCurrent: 16 } }));
    await world.stopSite();
    expect(world.box.sent()).toEqual([]);
    expect(world.box.evse.current).toBe(10);
  });

  test.each(["silent", "refuse", "slow"] as const)("comes in time, also with a charger that is %s", async (fault) => {
    const { world } = (scene = await chargingInTheSun());
    world.box.device.fault = fault;
    await stopWithin(world, budget);
  });

  test("comes in time also while a question is open that nobody answers", async () => {
    const { world } = (scene = await chargingInTheSun());
    world.box.device.fault = "silent";
    const asked = new Promise<void>((resolve) => world.box.device.onRequest(() => resolve()));
    const turning = world.clock.advance(6_000);
    await Promise.all([asked, turning]);
    await stopWithin(world, budget);
  });

  test("a charger that is slow has been told before it is left alone", async () => {
    const { world } = (scene = await chargingInTheSun());
    world.box.device.slowness = 500;
    world.box.device.fault = "slow";
    await world.stopSite();
    expect(world.box.sent()).toEqual(["frc=1"]);
  });

  test("comes also when the broker is gone", async () => {
    const { world, meter } = (scene = await chargingInTheSun());
    await meter.kill();
    await world.stopSite();
    expect(world.box.sent()).toEqual(["frc=1"]);
  });

  test("leaves nothing open: no timer, no socket", async () => {
    const left = await leftOpenBy(async () => {
      const { world } = (scene = await chargingInTheSun());
      await world.close();
      expect(world.clock.pending).toBe(0);
    });
    expect(left).toEqual([]);
  });

  test("comes once: a second stop and news that come later do nothing", async () => {
    const { world } = (scene = await chargingInTheSun());
    await Promise.all([world.site.stop(), world.site.stop()]);
    world.box.sent();
    world.site.command("Garage", { mode: "fast" });
    await world.clock.advance(60_000);
    expect(world.box.sent()).toEqual([]);
  });

  test("comes also when it is asked for before the start is through", async () => {
    const { world, meter } = (scene = await chargingInTheSun());
    await world.stopSite();
    meter.shelly.silent = true;
    const starting = world.startSite([{}]);
    await world.site.stop();
    await starting;
    expect(world.clock.pending).toBe(0);
  });
});

/** Homebridge's patience is 5 s; half of it is for letting go of devices. ms */
const budget = 2_000;

/** The end of the program, for which so much time is left and no more. */
async function stopWithin(world: World, time: number): Promise<void> {
  const stopped = world.stopSite();
  await world.clock.advance(time);
  await stopped;
}
