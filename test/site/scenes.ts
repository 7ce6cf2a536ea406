/** Situations that many closed-loop tests begin with. */

import { MqttShelly } from "./meters.js";
import { World, type ChargerPlan } from "./world.js";

export interface Scene {
  readonly world: World;
  readonly meter: MqttShelly;
}

/** Short, so that tests of what happens after it are. */
export const minimumPause = 60;

/** A sunny house with a meter over MQTT, whose chargers have just been started; 0 W: it is night. */
export async function sunnyHouse(
  plans: readonly ChargerPlan[] = [{}],
  block: object = {},
  sun = 7_500,
): Promise<Scene> {
  const world = await World.build(plans);
  return orClosed(world, async () => {
    const meter = await MqttShelly.addTo(world);
    world.sun = sun;
    world.meterPeriod = 2;
    await world.startSite(plans, { surplus: { minimumPause }, ...block });
    return { world, meter };
  });
}

/** The same, with one charger that follows the sun at 10 A. */
export async function chargingInTheSun(plan: ChargerPlan = {}, block: object = {}): Promise<Scene> {
  const scene = await sunnyHouse([plan], block);
  const { world } = scene;
  return orClosed(world, async () => {
    await world.until("it charges as the sun gives", () => world.box.evse.draw[0] === 10, 240);
    await world.turn(40);
    world.box.sent();
    return scene;
  });
}

/** What can't be set up is not left open: the test run would never end. */
async function orClosed<T>(world: World, setUp: () => Promise<T>): Promise<T> {
  try {
    return await setUp();
  } catch (error) {
    await world.close();
    throw error;
  }
}
