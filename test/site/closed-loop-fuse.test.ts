import { sunnyHouse, type Scene } from "./scenes.js";
import type { World } from "./world.js";

let scene: Scene | undefined;

afterEach(async () => {
  await scene?.world.close();
  scene = undefined;
});

/** W of so many amperes. */
const amperes = (current: number) => current * 230;

/** Charges with 16 A on three phases behind a fuse of 25 A, the house draws 3 A on each. */
async function fastCharging(site: object = {}): Promise<World> {
  const block = { site: { mainFuse: 25, ...site } };
  const { world } = (scene = await sunnyHouse([{ block: { mode: "fast" } }], block, 0));
  world.meterPeriod = 1;
  world.base = [amperes(3), amperes(3), amperes(3)];
  await world.until("it charges with 16 A", () => world.box.evse.draw[0] === 16, 60);
  await world.turn(40);
  world.box.sent();
  return world;
}

test.each([
  ["L1", 0],
  ["L2", 1],
  ["L3", 2],
] as const)("an overload on %s is on the wire with the meter's next word", async (_name, phase) => {
  const world = await fastCharging();
  world.base[phase] = amperes(13);
  await world.turn(1);
  expect(world.box.sent()).toEqual([expect.stringMatching(/^amp=1[12]$/)]);
  expect(world.view().decision?.reasons).toMatchObject([{ code: "circuit-limit", phase }]);
  await world.turn(10);
  expect(Math.max(...world.house.grid.currents)).toBeLessThanOrEqual(25);
});

test("where the minimum does not fit it is paused at once", async () => {
  const world = await fastCharging();
  world.base = [amperes(3), amperes(20), amperes(3)];
  await world.turn(1);
  expect(world.box.sent()).toEqual(["frc=1"]);
});

test("where the house asked for it the minimum may stay for a while, and then it is paused", async () => {
  const world = await fastCharging({ overloadTolerance: 30 });
  world.base = [amperes(3), amperes(20), amperes(3)];
  await world.turn(1);
  expect(world.box.sent()).toEqual(["amp=6"]);
  const rest = await world.until("the pause", () => !world.box.evse.allowed, 60);
  expect(rest).toBeGreaterThan(20);
  expect(rest).toBeLessThanOrEqual(32);
});

test("it is lowered once for one overload, not again and again until the meter shows it", async () => {
  const world = await fastCharging();
  world.base = [amperes(3), amperes(13), amperes(3)];
  await world.turn(15);
  expect(world.box.sent()).toHaveLength(1);
});

test("when the load is gone it is raised again, but only into room that has lasted", async () => {
  const world = await fastCharging();
  world.base = [amperes(3), amperes(13), amperes(3)];
  await world.turn(20);
  world.base = [amperes(3), amperes(3), amperes(3)];
  const wait = await world.until("all of it again", () => world.box.evse.current === 16, 120);
  expect(wait).toBeGreaterThanOrEqual(25);
});

test("a load that comes and goes every ten seconds raises nothing", async () => {
  const world = await fastCharging();
  for (let round = 0; round < 12; round++) {
    world.base = [amperes(3), amperes(round % 2 === 0 ? 13 : 3), amperes(3)];
    await world.turn(10);
  }
  const currents = world.box.sent().map((write) => Number(write.replace("amp=", "")));
  expect(currents.slice(1).every((current, i) => current <= (currents[i] ?? 0))).toBe(true);
});

test("two chargers share what is there, and who has priority is lowered last", async () => {
  const plans = [
    { name: "Garage", block: { mode: "fast", priority: 2 } },
    { name: "Carport", block: { mode: "fast" } },
  ];
  const { world } = (scene = await sunnyHouse(plans, { site: { mainFuse: 35 } }, 0));
  world.meterPeriod = 1;
  const [garage, carport] = world.boxes;
  await world.until("both charge", () => world.boxes.every(({ evse }) => evse.draw[0] === 16), 120);
  await world.turn(40);
  world.base = [100, amperes(10), 100];
  await world.turn(1);
  await world.turn(10);
  expect(garage?.evse.current).toBe(16);
  expect(carport?.evse.current).toBeLessThanOrEqual(9);
  expect(Math.max(...world.house.grid.currents)).toBeLessThanOrEqual(35);
});

test("a car that takes more than offered is lowered until the fuse is safe", async () => {
  const plan = { car: { followFactor: 1.07 }, block: { mode: "fast" } };
  const { world } = (scene = await sunnyHouse([plan], { site: { mainFuse: 20 } }, 0));
  world.base = [amperes(6), amperes(6), amperes(6)];
  await world.turn(120);
  expect(world.box.evse.state).toBe("charging");
  for (let second = 0; second < 60; second++) {
    await world.turn(1);
    expect(Math.max(...world.house.grid.currents)).toBeLessThanOrEqual(20);
  }
});
