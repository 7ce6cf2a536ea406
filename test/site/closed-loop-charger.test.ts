import { chargingInTheSun, minimumPause, type Scene } from "./scenes.js";
import { Car } from "../../src/simulator/house/car.js";
import type { World } from "./world.js";

let scene: Scene | undefined;

afterEach(async () => {
  await scene?.world.close();
  scene = undefined;
});

const pollInterval = 5;

describe.each([
  [2, "amp"],
  [1, "amx"],
] as const)("a charger with API v%i that restarts at 16 A", (apiVersion, key) => {
  test("has its set-point back within one poll", async () => {
    const { world } = (scene = await chargingInTheSun({ apiVersion, evse: { rebootTime: 3 } }));
    world.box.evse.storedCurrent = 16;
    world.box.device.reboot();
    await world.until("it can be reached", () => world.box.evse.reachable, 10);
    expect(world.box.evse.current).toBe(16);
    const wait = await world.until("its set-point", () => world.box.evse.current === 10, 30);
    expect(wait).toBeLessThanOrEqual(pollInterval + 1);
    await world.until("it charges again", () => world.box.evse.draw[0] > 0, 60);
    expect(new Set(world.box.sent().map((write) => write.split("=")[0]))).toEqual(new Set([key]));
    if (apiVersion === 1) expect(world.box.device.flashWrites).toBe(0);
  });
});

test("a restart that lasts longer is told nowhere, and ends the same way", async () => {
  const { world } = (scene = await chargingInTheSun({ evse: { rebootTime: 8 } }));
  world.box.evse.storedCurrent = 16;
  world.box.device.reboot();
  await world.until("its set-point", () => world.box.sent().some((write) => write.startsWith("amp=")), 30);
  expect(world.box.evse.current).toBeLessThanOrEqual(10);
  expect(world.log.about("Garage")).toEqual([]);
});

test("a charger that takes another current for a while gets ours back, not more often than it settles", async () => {
  const { world } = (scene = await chargingInTheSun());
  world.box.device.appCurrent(16);
  await world.turn(30);
  expect(world.box.sent()).toContain("amp=10");
  expect(world.box.evse.current).toBe(10);
});

describe.each([2, 1] as const)("a stop in the charger's own app, API v%i", (apiVersion) => {
  async function stoppedInApp(): Promise<World> {
    const { world } = (scene = await chargingInTheSun({ apiVersion }));
    world.box.device.appStop();
    await world.turn(2 * pollInterval);
    return world;
  }

  test("holds: nothing starts it again although the sun shines", async () => {
    const world = await stoppedInApp();
    world.sun = 12_000;
    await world.turn(15 * minimumPause);
    expect(world.box.sent()).toEqual([]);
    expect(world.box.evse.allowed).toBe(false);
    expect(world.view().decision?.reasons).toEqual([{ code: "stopped-by-hand" }]);
  });

  test("ends with a start in the app", async () => {
    const world = await stoppedInApp();
    await world.turn(2 * minimumPause);
    world.box.device.appStart();
    await world.until("it charges", () => world.box.evse.state === "charging", 60);
    await world.until("as the sun gives", () => world.box.evse.draw[0] === 10, 240);
  });

  test("ends with a start by command, at once", async () => {
    const world = await stoppedInApp();
    world.site.command("Garage", { allowCharging: true });
    const wait = await world.until("it is allowed", () => world.box.evse.allowed, 30);
    expect(wait).toBeLessThanOrEqual(1);
  });

  test("ends when the car is unplugged: the next one charges", async () => {
    const world = await stoppedInApp();
    world.box.evse.unplug();
    await world.turn(2 * pollInterval);
    world.box.evse.plug(new Car());
    await world.until("it charges", () => world.box.evse.state === "charging", 240);
  });

  test("holds over a restart of the charger", async () => {
    const world = await stoppedInApp();
    world.box.device.reboot();
    await world.turn(5 * minimumPause);
    expect(world.box.evse.allowed).toBe(false);
  });
});

test("a stop by command holds until a start by command", async () => {
  const { world } = (scene = await chargingInTheSun());
  world.site.command("Garage", { allowCharging: false });
  await world.quiet();
  expect(world.box.sent()).toEqual(["frc=1"]);
  await world.turn(5 * minimumPause);
  expect(world.box.sent()).toEqual([]);
  world.site.command("Garage", { allowCharging: true });
  await world.until("it charges", () => world.box.evse.state === "charging", 60);
});

test("a start in the app while the sun says no is respected, and the fuse still guarded", async () => {
  const { world } = (scene = await chargingInTheSun());
  world.sun = 0;
  await world.until("the pause", () => !world.box.evse.allowed, 900);
  await world.turn(2 * pollInterval);
  world.box.device.appStart();
  await world.until("it charges", () => world.box.evse.state === "charging", 120);
  await world.turn(300);
  expect(world.box.evse.draw[0]).toBe(6);
  world.base = [22 * 230, 100, 100];
  await world.until("the fuse comes first", () => !world.box.evse.allowed, 5);
});

test("a charger that says yes and does nothing is asked again and again, and a person is told", async () => {
  const { world } = (scene = await chargingInTheSun());
  world.box.device.fault = "ignore-writes";
  world.sun = 5_200;
  await world.turn(60);
  expect(world.box.evse.current).toBe(10);
  expect(world.log.about("Garage")).toEqual([expect.stringMatching(/^warn: Garage: .*does not keep to it/)]);
  world.box.device.fault = null;
  await world.until("it takes it over", () => world.box.evse.current < 10, 30);
});
