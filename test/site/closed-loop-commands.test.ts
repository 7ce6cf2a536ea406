import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MqttShelly } from "./meters.js";
import { sunnyHouse, type Scene } from "./scenes.js";
import { World } from "./world.js";

let world: World | undefined;

afterEach(async () => {
  await world?.close();
  world = undefined;
});

/** At night, in UTC: it is 15:06:40 on a Sunday. */
async function night(charger: object = {}, block: object = {}): Promise<Scene> {
  const scene = await sunnyHouse([{ block: charger }], { site: { mainFuse: 25, timeZone: "UTC" }, ...block }, 0);
  world = scene.world;
  await world.turn(12);
  return scene;
}

const targets = [{ days: [0, 1, 2, 3, 4, 5, 6], time: 15 * 60 + 30, energy: 20 }] as const;

test("a target that presses is charged for, and faces see the plan", async () => {
  const scene = await night();
  expect(scene.world.view()).toMatchObject({ plan: null, userSettings: { targets: [] } });
  scene.world.site.command("Garage", { targets });
  await scene.world.until("it charges", () => scene.world.box.evse.state === "charging", 120);
  const { plan, userSettings, decision } = scene.world.view();
  expect(userSettings.targets).toEqual(targets);
  expect(plan).toMatchObject({ by: 1_750_001_400_000, energy: expect.closeTo(20, 1) });
  expect(decision?.reasons).toMatchObject([
    { code: "target-due", by: { weekday: null, minutes: 15 * 60 + 30 }, possible: expect.any(Number) },
  ]);
});

test("configured targets are seen as they hold", async () => {
  const scene = await night({ targets: [{ days: ["mon"], time: "07:00", energy: 20 }] });
  const { plan, userSettings, decision } = scene.world.view();
  expect(userSettings.targets).toEqual([{ days: [1], time: 420, energy: 20 }]);
  expect(plan).toMatchObject({ by: Date.parse("2025-06-16T07:00:00Z"), energy: 20 });
  expect(decision?.reasons.at(-1)).toMatchObject({
    code: "target-upcoming",
    energy: 20,
    by: { weekday: null, minutes: 7 * 60 },
  });
});

test("a start that ends: the charger is stopped at its time, and faces see a stop", async () => {
  const scene = await night();
  const until = scene.world.clock.now() + 60_000;
  scene.world.site.command("Garage", { allowCharging: true, until });
  await scene.world.until("it charges", () => scene.world.box.evse.state === "charging", 50);
  expect(scene.world.view().userSettings).toMatchObject({ manual: { kind: "start", until } });
  await scene.world.turn(70);
  expect(scene.world.box.evse.allowed).toBe(false);
  expect(scene.world.view().userSettings).toMatchObject({ manual: { kind: "stop", endedStart: until } });
});

test("prices that are told start who waits for them", async () => {
  const scene = await night({ cheapHours: true }, { tariff: { priceLimit: 0.2 } });
  expect(scene.world.box.evse.allowed).toBe(false);
  scene.world.site.commandSite({ prices: [{ start: scene.world.clock.now(), price: 0.15 }] });
  await scene.world.until("it charges", () => scene.world.box.evse.state === "charging", 60);
});

describe("the grid operator's limit", () => {
  let folder = "";

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "limit-"));
  });

  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  test("caps the running house at once, holds over a restart, and is lifted", async () => {
    const plans = [{ block: { mode: "fast" } }];
    world = await World.build(plans);
    await MqttShelly.addTo(world);
    const statePath = join(folder, "state.json");
    await world.startSite(plans, {}, statePath);
    const amperes = () => world?.box.evse.draw[0] ?? 0;
    await world.until("it charges with all", () => amperes() === 16, 120);

    world.site.commandSite({ powerLimit: 4_830 });
    expect(world.site.view.powerLimit).toBe(4_830);
    await world.until("it charges with 7 A", () => amperes() === 7, 10);

    await world.stopSite();
    await world.startSite(plans, {}, statePath);
    expect(world.site.view.powerLimit).toBe(4_830);
    await world.turn(30);
    await world.until("it charges again", () => amperes() > 0, 400);
    await world.turn(30);
    expect(amperes()).toBe(7);

    world.site.commandSite({ powerLimit: null });
    await world.until("it charges with all again", () => amperes() === 16, 120);
  });
});
