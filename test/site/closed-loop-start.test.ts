import { parseConfig, type Config } from "../../src/config/parse.js";
import { HttpShelly, MqttShelly } from "./meters.js";
import { sunnyHouse } from "./scenes.js";
import { World } from "./world.js";

let world: World | undefined;

afterEach(async () => {
  await world?.close();
  world = undefined;
});

function configOf(block: object): { config: Config; devices: (string | undefined)[] } {
  const { config, problems } = parseConfig(block);
  if (config === null) throw new Error(JSON.stringify(problems));
  return { config, devices: problems.map(({ device }) => device) };
}

describe("a running charge", () => {
  const plans = [{ evse: { allowed: true, current: 16 }, block: { mode: "fast" } }];

  test("goes on over the start of the site", async () => {
    world = await World.build(plans);
    world.house.advance(30, 0);
    await MqttShelly.addTo(world);
    await world.startSite(plans);
    await world.turn(60);
    expect(world.box.sent()).toEqual([]);
    expect(world.box.evse.draw[0]).toBe(16);
  });

  test("begins once after a silent meter was waited for: nothing that was not carried out counts as a start", async () => {
    const idle = [{ block: { mode: "fast" } }];
    world = await World.build(idle);
    const built = world;
    const grid = await MqttShelly.addTo(built);
    const roof = { ...grid.block, name: "Roof", topic: "shellies/nobody", measures: ["pv"] };
    await built.startSite(idle, { meters: [grid.block, roof], surplus: { minimumPause: 0 } });
    await built.until("it charges without the silent meter", () => built.box.evse.state === "charging", 30);
    built.site.command("Garage", { mode: "solar" });
    await built.until("it pauses without sun", () => built.box.evse.state !== "charging", 1_200);
    built.sun = 9_000;
    await built.until("it charges from the sun", () => built.box.evse.state === "charging", 600);
  });

  test("is lowered at the start where the fuse needs it", async () => {
    world = await World.build(plans);
    world.base = [100, 15 * 230, 100];
    world.house.advance(30, 0);
    await MqttShelly.addTo(world);
    await world.startSite(plans);
    await world.turn(2);
    expect(world.box.sent()).toEqual(["amp=9"]);
  });

  test("is not paused by a meter whose first word is incomplete", async () => {
    world = await World.build(plans);
    world.house.advance(30, 0);
    const meter = await MqttShelly.addTo(world);
    meter.shelly.withhold.add("current").add("power");
    await world.startSite(plans);
    await world.turn(2);
    meter.shelly.withhold.clear();
    await world.turn(60);
    expect(world.box.sent()).toEqual([]);
  });

  test("falls to the failsafe current when the meter has said nothing for ten seconds", async () => {
    world = await World.build(plans);
    world.house.advance(30, 0);
    const meter = await MqttShelly.addTo(world);
    meter.shelly.silent = true;
    await world.startSite(plans);
    await world.turn(9);
    expect(world.box.sent()).toEqual([]);
    await world.turn(3);
    expect(world.box.sent()).toEqual(["frc=1"]);
  });
});

describe("a wrong device in the configuration keeps only itself from starting", () => {
  test.each<[what: string, changes: object]>([
    ["an unknown driver", { driver: "go-f" }],
    ["a setting that does not exist", { maxCurent: 16 }],
    ["a value of the wrong kind", { maxCurrent: "16" }],
    ["no host", { host: undefined }],
  ])("%s", async (_what, changes) => {
    const built = (world = await World.build([{}]));
    const meter = await HttpShelly.addTo(built);
    built.sun = 7_500;
    const right = { name: "Garage", driver: "go-e", host: "127.0.0.1", port: built.box.device.port, apiVersion: 2 };
    const wrong = { ...right, name: "Carport", port: 9, ...changes };
    const { config, devices } = configOf({
      site: { mainFuse: 25 },
      meters: [meter.block],
      chargers: [wrong, { ...right, phases: 3 }],
    });
    expect(devices).toEqual(["Carport"]);
    const site = await built.startConfig(config);
    expect(site.view.chargers.map(({ name }) => name)).toEqual(["Garage"]);
    await built.until("it charges", () => built.box.evse.state === "charging", 240);
  });

  test("a host that is something else: it is told once, and the other one charges", async () => {
    const built = (world = await World.build([{ name: "Garage" }, { name: "Carport" }]));
    const meter = await HttpShelly.addTo(built);
    built.sun = 7_500;
    const block = { driver: "go-e", host: "127.0.0.1", apiVersion: 2, phases: 3 };
    const { config } = configOf({
      site: { mainFuse: 25 },
      meters: [meter.block],
      chargers: [
        { ...block, name: "Carport", port: meter.shelly.httpPort, priority: 9 },
        { ...block, name: "Garage", port: built.box.device.port },
      ],
    });
    await built.startConfig(config);
    await built.until("it charges", () => built.box.evse.state === "charging", 240);
    await built.until("it is told", () => built.log.about("Carport").length > 0, 60);
    expect(built.log.about("Carport")).toEqual([expect.stringMatching(/^warn: Carport: /)]);
    expect(built.view("Carport").reachable).toBe(false);
  });

  test("a faulty meter: nothing is guarded by it, and solar charging waits", async () => {
    const built = (world = await World.build([{}]));
    const charger = { name: "Garage", driver: "go-e", host: "127.0.0.1", port: built.box.device.port, apiVersion: 2 };
    const meter = { name: "Grid", driver: "shelly-3em", transport: "http", pollInterval: 1 };
    const { config, devices } = configOf({ site: { mainFuse: 25 }, meters: [meter], chargers: [charger] });
    expect(devices).toEqual(["Grid"]);
    built.sun = 12_000;
    await built.startConfig(config);
    await built.turn(120);
    expect(built.box.sent()).toEqual([]);
    expect(built.view().decision?.reasons).toMatchObject([{ code: "failsafe", problem: { code: "no-grid-meter" } }]);
  });
});

describe("what people do to the house from outside", () => {
  test("a name that nobody has is refused", async () => {
    world = (await sunnyHouse()).world;
    const { site } = world;
    expect(() => site.command("Nowhere", { mode: "fast" })).toThrow(RangeError);
    await expect(site.write("Nowhere", "accessState", "OPEN")).rejects.toThrow(RangeError);
  });

  test("what the charger has not is refused with a reason", async () => {
    world = (await sunnyHouse()).world;
    await expect(world.site.write("Garage", "accessState", "OPEN")).rejects.toThrow("accessState can't be set");
  });

  test("who no longer listens is not called", async () => {
    world = (await sunnyHouse()).world;
    let calls = 0;
    const end = world.site.onChange(() => (calls += 1));
    await world.turn(5);
    const before = calls;
    end();
    await world.turn(5);
    expect(before).toBeGreaterThan(0);
    expect(calls).toBe(before);
  });

  test("a listener that fails harms neither the house nor the other listeners", async () => {
    world = (await sunnyHouse()).world;
    let calls = 0;
    world.site.onChange(() => {
      throw new Error("an integration is broken");
    });
    world.site.onChange(() => (calls += 1));
    expect(() => world?.site.command("Garage", { mode: "fast" })).not.toThrow();
    expect(calls).toBe(1);
  });

  test("a command that a listener gives reaches every listener, and nobody gets an older view after it", async () => {
    world = (await sunnyHouse()).world;
    const { site } = world;
    const modes: [listener: number, mode: string | undefined][] = [];
    site.onChange(({ chargers: [charger] }) => {
      modes.push([1, charger?.mode]);
      if (charger?.mode === "fast") site.command("Garage", { mode: "off" });
    });
    site.onChange(({ chargers: [charger] }) => modes.push([2, charger?.mode]));
    site.command("Garage", { mode: "fast" });
    expect(modes).toEqual([
      [1, "fast"],
      [1, "off"],
      [2, "off"],
    ]);
    expect(site.view.chargers[0]?.mode).toBe("off");
  });
});
