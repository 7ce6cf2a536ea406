import { MqttShelly } from "./meters.js";
import { chargingInTheSun, sunnyHouse, type Scene } from "./scenes.js";
import { World } from "./world.js";
import { withShortDeadlines } from "../support/deadlines.js";

let scene: Scene | undefined;

afterEach(async () => {
  await scene?.world.close();
  scene = undefined;
});

test("the broker dies and comes back: one line each, nothing raised, charging goes on", async () => {
  const { world, meter } = (scene = await chargingInTheSun());
  const broker = new URL(meter.broker.url).host;
  world.sun = 12_000;
  await meter.kill();
  await world.turn(120);
  expect(world.box.sent()).toEqual(["frc=1"]);
  expect(world.log.about(broker)).toHaveLength(1);
  expect(world.log.about("Grid:")).toHaveLength(1);

  await meter.restart(world);
  await world.until("it charges again", () => world.box.evse.state === "charging", 120);
  expect(world.log.about(broker)).toEqual([
    expect.stringMatching(/^warn: the MQTT broker at .* cannot be reached; it is tried again$/),
    expect.stringMatching(/^info: MQTT broker at .*: connected again$/),
  ]);
  expect(world.log.about("Grid:")).toEqual([
    expect.stringMatching(/^warn: Grid: silent for/),
    "info: Grid: answers again.",
  ]);
});

test("what a broker kept is no news: nothing is started by a retained value", async () => {
  const world = await World.build([{}]);
  world.sun = 12_000;
  world.house.advance(2, 0);
  const meter = await MqttShelly.addTo(world, { retain: true });
  scene = { world, meter };
  await meter.hasSpoken();
  meter.shelly.silent = true;
  await world.startSite([{}]);
  await world.turn(120);
  expect(world.traffic.messages).toBeGreaterThan(0);
  expect(world.box.sent()).toEqual([]);
  expect(world.site.view.meters[0]?.reading).toBeNull();
});

describe.each(["refuse", "silent", "garbage", "html", { status: 500 }] as const)(
  "a charger with the fault %j",
  (fault) => {
    test("is told once when it goes, once when it is back; nothing is raised, and the other one goes on", async () => {
      const plans = [{ name: "Garage" }, { name: "Carport", block: { priority: 2 } }];
      const { world } = (scene = await sunnyHouse(plans, { site: { mainFuse: 50 } }, 18_000));
      const [garage, carport] = world.boxes;
      if (!garage || !carport) throw new Error("this world has two chargers");
      const bothCharge = () => world.boxes.every(({ evse }) => (evse.draw[0] ?? 0) >= 6);
      await world.until("both charge", bothCharge, 300);
      await world.turn(30);
      garage.sent();
      garage.device.fault = fault;
      carport.sent();
      world.sun = 10_000;
      await withShortDeadlines(() => world.turn(180));
      const away = world.log.about("Garage");
      expect(away).toEqual([expect.stringMatching(/^warn: Garage: /)]);
      expect(garage.sent()).toEqual([]);
      expect(world.view("Garage").reachable).toBe(false);
      expect(carport.sent().length).toBeGreaterThan(0);
      expect(world.view("Carport").reachable).toBe(true);

      const before = garage.evse.current;
      garage.device.fault = null;
      await world.until("it is back", () => world.view("Garage").reachable, 60);
      expect(garage.evse.current).toBeLessThanOrEqual(before);
      await world.turn(30);
      expect(world.log.about("Garage")).toEqual([...away, "info: Garage: answers again."]);
      expect(world.log.about("Carport")).toEqual([]);
    });
  },
);

test("a charger that drops out for a moment every 20 s is told nowhere, and never started by its return", async () => {
  const { world } = (scene = await sunnyHouse([{}], {}, 0));
  for (let round = 0; round < 20; round++) {
    world.box.device.fault = "refuse";
    await world.turn(7);
    world.box.device.fault = null;
    await world.turn(13);
  }
  expect(world.log.about("Garage")).toEqual([]);
  expect(world.box.sent()).toEqual([]);
});

test("what a charger that is away draws stays reserved at the fuse", async () => {
  const plans = [
    { name: "Garage", block: { mode: "fast", priority: 2 } },
    { name: "Carport", block: { mode: "off" } },
  ];
  const { world } = (scene = await sunnyHouse(plans, { site: { mainFuse: 25 } }, 0));
  const [garage, carport] = world.boxes;
  if (!garage || !carport) throw new Error("this world has two chargers");
  await world.until("it charges", () => garage.evse.draw[0] === 16, 60);
  garage.device.fault = "refuse";
  await world.turn(60);
  world.site.command("Carport", { mode: "fast" });
  for (let second = 0; second < 120; second++) {
    await world.turn(1);
    expect(Math.max(...world.house.grid.currents)).toBeLessThanOrEqual(25);
  }
  expect(carport.evse.current).toBeLessThanOrEqual(8);
});

test("while a meter is silent its charger is still looked at", async () => {
  const { world, meter } = (scene = await chargingInTheSun());
  meter.shelly.silent = true;
  await world.turn(60);
  expect(world.view().reading?.state).toBe("connected");
  world.box.evse.unplug();
  await world.turn(6);
  expect(world.view().reading?.state).toBe("disconnected");
});
