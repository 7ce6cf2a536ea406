/** Rows of the fault list that show only in a whole house: C-10, M-12, M-18, N-12, N-13 and Q-16. */

import { parseConfig } from "../../src/config/parse.js";
import { problemLine } from "../../src/config/problems.js";
import type { ReasonCode } from "../../src/model/reasons.js";
import { startVirtualDctr } from "../../src/simulator/devices/doepke-dctr/server.js";
import { startVirtualMennekes } from "../../src/simulator/devices/mennekes/server.js";
import { host } from "../../src/simulator/roster/entry.js";
import { closeAfterTest } from "../support/test-bench.js";
import { TestClock } from "../support/test-clock.js";
import { everythingAway, withoutDescriptors } from "./all-devices.js";
import { boxDrivers, boxInside, boxOf, circuit, houseWith } from "./site-chargers.js";
import type { SiteHouse } from "./site-house.js";

/** A row about the house, and the drivers that it is carried out with. */
export interface SiteFault {
  readonly id: string;
  readonly what: string;
  readonly drivers: readonly string[];
  run(): Promise<void>;
}

function reasonIn({ site }: SiteHouse): ReasonCode | undefined {
  return site.view.chargers[0]?.decision?.reasons[0]?.code;
}

/** Topics that nobody can mean. */
const topics: readonly string[] = ["a/#", "a/+/b", "#", "$SYS/broker/load", "my meter/power", "a/", "a//b", ""];

/** Drivers with topics, and where one stands. */
const withTopic: Readonly<Record<string, (topic: string) => object>> = {
  "go-e": (topic) => ({ chargers: [{ name: "A", driver: "go-e", transport: "mqtt", topic }] }),
  "shelly-3em": (topic) => ({ meters: [{ name: "A", driver: "shelly-3em", topic }] }),
  "shelly-pro-3em": (topic) => ({ meters: [{ name: "A", driver: "shelly-pro-3em", transport: "mqtt", topic }] }),
  mqtt: (topic) => ({ meters: [{ name: "A", driver: "mqtt", values: { power: { topic } } }] }),
};

export const siteFaults: readonly SiteFault[] = [
  ...boxDrivers.map((driver) => ({
    id: "C-10",
    what: `room for 6.9 A at a ${driver}: it is told 6 A`,
    drivers: [driver],
    async run() {
      const clock = new TestClock();
      const box = await boxOf(driver, clock);
      const site = { mainFuse: 25, circuits: [{ name: circuit, limit: 6.9 }] };
      const house = await houseWith(box, { circuit }, clock, { site });
      await house.turn(60);
      expect(house.site.view.chargers[0]?.reading).toMatchObject({ maxAmpere: 6, state: "charging" });
      expect(box.evse.draw[0]).toBe(6);
    },
  })),
  {
    id: "M-12",
    what: "a limit that expires unless it is written anew: it never does, in a charge and in a pause",
    drivers: ["mennekes"],
    async run() {
      const clock = new TestClock();
      const evse = boxInside();
      const device = closeAfterTest(
        await startVirtualMennekes({ evse, timeout: 30, safeCurrent: 16, heeds: "writes" }),
      );
      let alone = 0;
      const pass = (seconds: number): void => {
        evse.advance(seconds);
        device.advance(seconds);
        if (device.isAlone) alone += 1;
      };
      const box = { evse, block: { driver: "mennekes", host, port: device.port }, pass };
      const house = await houseWith(box, { maxCurrent: 10 }, clock);
      await house.turn(10);
      alone = 0;
      await house.turn(180);
      expect([alone, device.limit]).toEqual([0, 10]);
      house.site.command("Garage", { mode: "off" });
      await house.turn(180);
      expect([alone, device.limit, evse.power]).toEqual([0, 0, 0]);
    },
  },
  ...(["stop", "notify"] as const).map((onAlarm) => ({
    id: "M-18",
    what:
      onAlarm === "stop"
        ? "an alarm, and then silence: all stops within seconds, and until a person starts it; silence stops too"
        : "an alarm and silence, where they are only to be told: told, and the charge goes on",
    drivers: ["doepke-dctr"],
    async run() {
      const clock = new TestClock();
      const box = await boxOf("go-e", clock);
      const device = closeAfterTest(await startVirtualDctr());
      const monitor = { name: "RCM", driver: "doepke-dctr", host, port: device.port, onAlarm };
      const house = await houseWith(box, {}, clock, { residualCurrentMonitors: [monitor] });
      await house.turn(30);
      expect(box.evse.power).toBeGreaterThan(0);
      const stops = onAlarm === "stop";
      const charges = (): boolean => box.evse.power > 0;

      device.currents.dc = device.thresholdsA.dc;
      await house.turn(5);
      expect(charges()).toBe(!stops);
      expect(house.log.about("alarm A dc")).toHaveLength(1);
      device.currents.dc = 2;
      await house.turn(60);
      expect(charges()).toBe(!stops);
      if (stops) expect(reasonIn(house)).toBe("residual-current-alarm");

      house.site.command("Garage", { allowCharging: true });
      await house.turn(30);
      expect(charges()).toBe(true);
      device.modbus.fault = "reset";
      await house.turn(120);
      expect(charges()).toBe(!stops);
      if (stops) expect(reasonIn(house)).toBe("monitor-silent");
      device.modbus.fault = null;
      await house.turn(60);
      expect(charges()).toBe(true);
    },
  })),
  {
    id: "N-12",
    what: "all devices away for five minutes: nothing charges, they are asked one by one and less often, and all come back",
    drivers: ["go-e", "openevse", "mennekes", "siemens-pac2200", "e3dc", "sunspec", "p1", "http", "doepke-dctr"],
    run: everythingAway,
  },
  {
    id: "N-13",
    what: "no file descriptor left: a failed reading of each device and nothing raised, and back by itself",
    drivers: ["go-e", "openevse", "easee", "mennekes", "siemens-pac2200", "e3dc", "sunspec", "http", "doepke-dctr"],
    run: withoutDescriptors,
  },
  ...Object.entries(withTopic).map(([driver, block]) => ({
    id: "Q-16",
    what: `a topic of ${driver} with a wildcard, of the broker's own, with a blank or an empty level: refused`,
    drivers: [driver],
    async run() {
      for (const topic of topics) {
        const lines = parseConfig({ mqtt: { url: "mqtt://127.0.0.1" }, ...block(topic) }).problems.map(problemLine);
        expect({ topic, lines }).toEqual({ topic, lines: [expect.stringMatching(/topic.* (does not fit|missing)/)] });
      }
      const good = parseConfig({ mqtt: { url: "mqtt://127.0.0.1" }, ...block("haus/zähler/Süd-1") }).problems;
      expect(good).toEqual([]);
    },
  })),
];
