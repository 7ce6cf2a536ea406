import { HttpShelly, MqttShelly } from "./meters.js";
import { World, type ChargerPlan } from "./world.js";

let world: World | undefined;

afterEach(async () => {
  await world?.close();
  world = undefined;
});

const meters = { MQTT: MqttShelly, HTTP: HttpShelly };

describe.each(["MQTT", "HTTP"] as const)("with a meter over %s", (transport) => {
  test.each([
    [2, "amp", "frc=2"],
    [1, "amx", "alw=1"],
  ] as const)("the sun comes, and a charger with API v%i starts and follows it", async (apiVersion, key, start) => {
    const plans: ChargerPlan[] = [{ apiVersion }];
    const built = (world = await World.build(plans));
    await meters[transport].addTo(built);
    await built.startSite(plans);
    const { box } = built;

    await built.turn(30);
    expect(box.sent()).toEqual([]);

    built.sun = 7_500;
    await built.until("charging", () => box.evse.state === "charging", 180);
    expect(box.sent()).toEqual([start]);
    expect(box.evse.current).toBe(6);

    await built.until("as much as the sun gives", () => box.evse.current === 10, 120);
    expect(built.house.grid.power).toBeLessThan(690);
    built.sun = 5_200;
    await built.until("less sun, less current", () => box.evse.current === 7, 60);
    await built.turn(60);
    expect(Math.abs(built.house.grid.power)).toBeLessThan(690);

    const keys = new Set(box.sent().map((write) => write.split("=")[0]));
    expect([...keys]).toEqual([key]);
    if (apiVersion === 1) expect(box.device.flashWrites).toBe(0);
    expect(box.device.inFlightPeak).toBe(1);
    expect(built.log.lines).toEqual([]);
  });
});
