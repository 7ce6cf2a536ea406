import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MqttShelly } from "./meters.js";
import { minimumPause } from "./scenes.js";
import { World, type ChargerPlan } from "./world.js";

let scene: { readonly world: World; readonly meter: MqttShelly } | undefined;
let folder = "";
let statePath = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "restart-"));
  statePath = join(folder, "state.json");
});

afterEach(async () => {
  await scene?.world.close();
  scene = undefined;
  await rm(folder, { recursive: true, force: true });
});

const surplus = { minimumPause };

/** Charges in the sun with this current, and keeps its state in a file. */
async function keepingState(plan: ChargerPlan = {}, block: object = {}, current = 10) {
  const world = await World.build([plan]);
  const meter = await MqttShelly.addTo(world);
  scene = { world, meter };
  world.sun = 7_500;
  await world.startSite([plan], { surplus, ...block }, statePath);
  await world.until("it charges", () => world.box.evse.draw[0] === current, 240);
  await world.turn(40);
  world.box.sent();
  return scene;
}

describe("the next start with the same state", () => {
  test.each([2, 1] as const)("API v%i: our own pause is no person's stop", async (apiVersion) => {
    const { world } = await keepingState({ apiVersion });
    await world.stopSite();
    await world.turn(20);
    world.box.sent();
    await world.startSite([{ apiVersion }], { surplus }, statePath);
    const wait = await world.until("it charges again", () => world.box.evse.state === "charging", 240);
    expect(wait).toBeGreaterThanOrEqual(minimumPause - 20 - 1);
  });

  test("a person's stop still holds", async () => {
    const { world } = await keepingState();
    world.site.command("Garage", { allowCharging: false });
    await world.turn(10);
    await world.stopSite();
    await world.startSite([{}], { surplus }, statePath);
    await world.turn(5 * minimumPause);
    expect(world.box.evse.allowed).toBe(false);
  });

  test("a stop in the app while nobody watched holds, where we had let it charge", async () => {
    const plan = { block: { mode: "fast" } };
    const block = { surplus, site: { mainFuse: 25, failsafeCurrent: 6 } };
    const { world } = await keepingState(plan, block, 16);
    await world.stopSite();
    expect(world.box.evse.allowed).toBe(true);
    world.box.device.appStop();
    await world.startSite([plan], block, statePath);
    await world.turn(5 * minimumPause);
    expect(world.box.evse.allowed).toBe(false);
  });

  test("the mode that a person chose is kept", async () => {
    const { world } = await keepingState();
    world.site.command("Garage", { mode: "solar-min" });
    await world.stopSite();
    await world.startSite([{}], { surplus }, statePath);
    expect(world.view().mode).toBe("solar-min");
  });

  test("a state that can't be understood: nothing starts by itself", async () => {
    const { world } = await keepingState();
    await world.stopSite();
    await writeFile(statePath, "{");
    await world.startSite([{}], { surplus }, statePath);
    await world.turn(5 * minimumPause);
    expect(world.box.evse.allowed).toBe(false);
    world.site.command("Garage", { allowCharging: true });
    await world.until("it charges", () => world.box.evse.state === "charging", 60);
  });
});

describe("the next start after a crash", () => {
  /** What is on the disk when the process is killed; afterwards the old site is only put away. */
  async function crash(world: World): Promise<void> {
    const kept = join(folder, "kept.json");
    await world.saved();
    await copyFile(statePath, kept);
    const { current, allowed } = world.box.evse;
    await world.stopSite();
    world.box.evse.current = current;
    if (allowed) world.box.device.appStart();
    else world.box.device.appStop();
    await copyFile(kept, statePath);
    world.box.sent();
  }

  test("our pause of a moment ago is no person's stop", async () => {
    const { world, meter } = await keepingState();
    world.site.command("Garage", { maxAmpere: 13 });
    meter.shelly.silent = true;
    await world.until("it is paused", () => !world.box.evse.allowed, 60);
    await world.turn(6);
    await crash(world);
    meter.shelly.silent = false;
    await world.startSite([{}], { surplus }, statePath);
    await world.until("it charges again", () => world.box.evse.state === "charging", 240);
  });

  test("our start of a moment ago is no person's start", async () => {
    const { world } = await keepingState();
    world.sun = 0;
    await world.until("the pause", () => !world.box.evse.allowed, 900);
    await world.turn(120);
    world.site.command("Garage", { maxAmpere: 13 });
    world.sun = 7_500;
    await world.until("our start", () => world.box.evse.state === "charging", 240);
    await crash(world);
    world.sun = 0;
    await world.startSite([{}], { surplus }, statePath);
    await world.until("the pause", () => !world.box.evse.allowed, 900);
  });
});
