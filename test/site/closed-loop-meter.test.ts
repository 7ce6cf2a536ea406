import { chargingInTheSun, minimumPause, sunnyHouse, type Scene } from "./scenes.js";

let scene: Scene | undefined;

afterEach(async () => {
  await scene?.world.close();
  scene = undefined;
});

const losses: [what: string, lose: (scene: Scene) => void, find: (scene: Scene) => void][] = [
  [
    "a meter that goes silent",
    ({ meter }) => (meter.shelly.silent = true),
    ({ meter }) => (meter.shelly.silent = false),
  ],
  [
    "a meter whose currents alone go missing",
    ({ meter }) => meter.shelly.withhold.add("current"),
    ({ meter }) => meter.shelly.withhold.delete("current"),
  ],
];

describe.each(losses)("%s", (_what, lose, find) => {
  test("no raise, the failsafe current after 15 s, and on again when it is back, because we paused it", async () => {
    const { world } = (scene = await chargingInTheSun());
    world.sun = 12_000;
    lose(scene);
    const lostAt = world.seconds;
    const waited = await world.until("it is paused", () => world.box.evse.allowed === false, 30);
    expect(waited).toBeGreaterThanOrEqual(12);
    expect(waited).toBeLessThanOrEqual(15);
    expect(world.box.sent()).toEqual(["frc=1"]);
    expect(world.reasons).toContainEqual(expect.objectContaining({ code: "failsafe" }));

    await world.turn(120);
    expect(world.box.sent()).toEqual([]);
    const back = world.seconds;
    find(scene);
    await world.until("it charges again", () => world.box.evse.state === "charging", 120);
    expect(world.seconds - lostAt).toBeGreaterThan(minimumPause);
    expect(world.seconds - back).toBeGreaterThan(1);
    expect(world.box.sent()).toContain("frc=2");
  });

  test("who stopped it meanwhile stopped it for good", async () => {
    const { world } = (scene = await chargingInTheSun());
    await world.turn(10);
    world.box.device.appStop();
    await world.turn(10);
    lose(scene);
    await world.turn(60);
    find(scene);
    await world.turn(10 * minimumPause);
    expect(world.box.sent()).toEqual([]);
    expect(world.box.evse.allowed).toBe(false);
  });

  test("the pause has its minimum, also when it is back at once", async () => {
    const { world } = (scene = await chargingInTheSun());
    lose(scene);
    await world.until("it is paused", () => !world.box.evse.allowed, 30);
    find(scene);
    const pause = await world.until("it is started again", () => world.box.evse.allowed, 120);
    expect(pause).toBeGreaterThanOrEqual(minimumPause - 1);
  });

  test("with a failsafe current it goes on at that", async () => {
    const { world } = (scene = await chargingInTheSun({}, { site: { mainFuse: 25, failsafeCurrent: 6 } }));
    world.sun = 12_000;
    lose(scene);
    await world.turn(60);
    expect(world.box.sent()).toEqual(["amp=6"]);
    expect(world.box.evse.state).toBe("charging");
  });

  test("a charger that does not charge is not started, whatever the last word of the meter was", async () => {
    const { world } = (scene = await sunnyHouse([{}], {}, 0));
    await world.turn(20);
    world.sun = 5_000;
    await world.turn(3);
    lose(scene);
    await world.turn(300);
    expect(world.box.sent()).toEqual([]);
  });
});

test("a silent meter is told once when it goes and once when it is back", async () => {
  const { world, meter } = (scene = await chargingInTheSun());
  meter.shelly.silent = true;
  await world.turn(600);
  expect(world.log.about("Grid:")).toHaveLength(1);
  meter.shelly.silent = false;
  await world.turn(60);
  expect(world.log.about("Grid:")).toEqual([
    expect.stringMatching(/^warn: Grid: silent for 3\d s\.$/),
    "info: Grid: answers again.",
  ]);
});

test("a meter that repeats itself while the car's current moves is not believed", async () => {
  const { world, meter } = (scene = await chargingInTheSun());
  meter.shelly.frozen = true;
  await world.turn(10);
  world.site.command("Garage", { maxAmpere: 6 });
  await world.until("the pause", () => !world.box.evse.allowed, 90);
  const problem: object = expect.objectContaining({ doubt: { code: "stands-still" } });
  expect(world.reasons).toContainEqual(expect.objectContaining({ problem }));
});

test("a house in which nothing moves any more is no broken meter", async () => {
  const { world } = (scene = await chargingInTheSun());
  world.flicker = 0;
  world.sun = 5_200;
  await world.turn(180);
  expect(world.box.evse.allowed).toBe(true);
});

test("nothing is decided before all devices had their say", async () => {
  const { world } = (scene = await sunnyHouse([{ evse: { allowed: true, current: 16 }, block: { mode: "fast" } }]));
  expect(world.view().decision).toBeNull();
  expect(world.box.sent()).toEqual([]);
  await world.turn(5);
  expect(world.view().decision).not.toBeNull();
});
