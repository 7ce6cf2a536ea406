/** A box that draws far more than the current that it signals: told again, then paused, and blamed itself. */

import { sunnyHouse, type Scene } from "./scenes.js";

let scene: Scene | undefined;

afterEach(async () => {
  await scene?.world.close();
  scene = undefined;
});

const plan = {
  evse: { phases: 1, maxCurrent: 32 },
  car: { maxCurrent: 32, phases: 1 },
  block: { mode: "fast", maxCurrent: 16, phases: 1 },
} as const;

/** It charges with 16 A, and then lets its car take 32 A. */
async function disobeying(writes: number) {
  scene = await sunnyHouse([plan], { site: { mainFuse: 25 } }, 0);
  const { world } = scene;
  await world.until("it charges", () => world.box.evse.draw[0] > 15, 120);
  world.box.sent();
  world.reasons.length = 0;
  world.box.evse.ignoresCurrent = { current: 32, writes };
  return world;
}

test("a box that heeds a current written once more goes on", async () => {
  const world = await disobeying(0);
  await world.until("it obeys", () => world.box.evse.draw[0] <= 16, 30);
  await world.turn(120);
  expect(world.box.evse.state).toBe("charging");
  expect(world.reasons.map(({ code }) => code)).not.toContain("limit-not-obeyed");
});

test("one that never heeds it is written to again, pauses, and is blamed", async () => {
  const world = await disobeying(1_000);
  await world.until("it pauses", () => world.box.evse.draw[0] === 0, 60);
  expect(world.reasons.some(({ code }) => code === "circuit-overdrawn" || code === "limit-not-obeyed")).toBe(true);
  await world.turn(60);
  expect(world.view().decision?.reasons).toEqual([expect.objectContaining({ code: "limit-not-obeyed" })]);
  expect(world.box.evse.draw[0]).toBe(0);
});
