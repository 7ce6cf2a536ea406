/** Rows of the fault list that show only in a whole house: C-10, M-12, M-18, N-12, N-13 and Q-16. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { parseConfig } from "../../src/config/parse.js";
import { problemLine } from "../../src/config/problems.js";
import type { ReasonCode } from "../../src/model/reasons.js";
import { Car } from "../../src/simulator/house/car.js";
import { startVirtualDctr } from "../../src/simulator/devices/doepke-dctr/server.js";
import { startVirtualE3dc } from "../../src/simulator/devices/e3dc/server.js";
import { startVirtualEasee } from "../../src/simulator/devices/easee/cloud.js";
import { Evse } from "../../src/simulator/house/evse.js";
import { startVirtualGoE } from "../../src/simulator/devices/go-e/server.js";
import { startVirtualMennekes } from "../../src/simulator/devices/mennekes/server.js";
import { startVirtualOpenEvse } from "../../src/simulator/devices/openevse/server.js";
import { startVirtualP1Gateway } from "../../src/simulator/devices/p1/gateway.js";
import { startVirtualShelly3em } from "../../src/simulator/devices/shelly-gen1/device.js";
import { startVirtualPac2200 } from "../../src/simulator/devices/siemens-pac2200/device.js";
import { startVirtualSunSpec } from "../../src/simulator/devices/sunspec/device.js";
import { sendJson } from "../support/raw-http.js";
import { afterwards, ending, served } from "../support/stage.js";
import { TestClock } from "../support/test-clock.js";
import { startFaultyTcp } from "./faulty-tcp.js";
import { SiteHouse } from "./site-house.js";

/** A row about the house, and the drivers that it is carried out with. */
export interface SiteFault {
  readonly id: string;
  readonly what: string;
  readonly drivers: readonly string[];
  run(): Promise<void>;
}

const host = "127.0.0.1";
const circuit = "Garage line";

interface Box {
  readonly evse: Evse;
  readonly block: object;
  pass(seconds: number): void;
}

/** Its own settings are taken over at once. */
function boxInside(options: object = {}): Evse {
  const evse = new Evse({ current: 16, allowed: true, answerTime: 0, ...options });
  evse.plug(new Car());
  return evse;
}

const boxes: Readonly<Record<string, (clock: TestClock) => Promise<Box>>> = {
  async "go-e"() {
    const evse = boxInside();
    const { port } = ending(await startVirtualGoE({ evse, apiVersion: 2 }));
    return { evse, block: { driver: "go-e", host, port, apiVersion: 2 }, pass: (seconds) => evse.advance(seconds) };
  },
  async openevse() {
    const evse = boxInside({ phases: 1 });
    const twin = ending(await startVirtualOpenEvse({ evse }));
    return {
      evse,
      block: { driver: "openevse", host, port: twin.port, phases: 1 },
      pass(seconds) {
        evse.advance(seconds);
        twin.push();
      },
    };
  },
  async easee(clock) {
    const evse = boxInside();
    const [id, username, password] = ["EH123456", "somebody@example.com", "correct horse"];
    const twin = ending(
      await startVirtualEasee({ chargers: [{ id, evse }], username, password, now: () => clock.now() }),
    );
    const { apiUrl, streamUrl } = twin;
    return {
      evse,
      block: { driver: "easee", chargerId: id, username, password, apiUrl, streamUrl },
      pass(seconds) {
        evse.advance(seconds);
        twin.update();
      },
    };
  },
  async mennekes() {
    const evse = boxInside();
    const twin = ending(await startVirtualMennekes({ evse, timeout: 60 }));
    return {
      evse,
      block: { driver: "mennekes", host, port: twin.port },
      pass(seconds) {
        evse.advance(seconds);
        twin.advance(seconds);
      },
    };
  },
};

/** A meter at the grid that sees a house with 690 W, and the wallboxes. */
async function gridMeter(evses: () => readonly Evse[] = () => []) {
  const each = (share: (evse: Evse) => number | undefined): number =>
    evses().reduce((sum, evse) => sum + (share(evse) ?? 0), 1);
  const values = () => {
    const currents = [0, 1, 2].map((phase) => each(({ draw }) => draw[phase]));
    const [l1 = 0, l2 = 0, l3 = 0] = currents;
    return {
      powers: [l1 * 230, l2 * 230, l3 * 230] as const,
      currents: [l1, l2, l3] as const,
      voltages: [230, 230, 230] as const,
      importEnergy: 1_500,
      exportEnergy: 10.5,
    };
  };
  const { port } = ending(await startVirtualPac2200({ values }));
  return { name: "Grid", driver: "siemens-pac2200", host, port };
}

async function houseWith(box: Box, more: object, clock: TestClock, block: object = {}): Promise<SiteHouse> {
  const house = new SiteHouse(
    {
      site: { mainFuse: 25, circuits: [{ name: circuit, limit: 16 }] },
      surplus: { minimumPause: 0, minimumRun: 0 },
      meters: [await gridMeter(() => [box.evse])],
      chargers: [{ name: "Garage", mode: "fast", phases: 3, ...box.block, ...more }],
      ...block,
    },
    clock,
    (seconds) => box.pass(seconds),
  );
  await house.start();
  return house;
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
  ...Object.entries(boxes).map(([driver, start]) => ({
    id: "C-10",
    what: `room for 6.9 A at a ${driver}: it is told 6 A`,
    drivers: [driver],
    async run() {
      const clock = new TestClock();
      const box = await start(clock);
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
      const twin = ending(await startVirtualMennekes({ evse, timeout: 30, safeCurrent: 16, heeds: "writes" }));
      let alone = 0;
      const pass = (seconds: number): void => {
        evse.advance(seconds);
        twin.advance(seconds);
        if (twin.isAlone) alone += 1;
      };
      const box = { evse, block: { driver: "mennekes", host, port: twin.port }, pass };
      const house = await houseWith(box, { maxCurrent: 10 }, clock);
      await house.turn(10);
      alone = 0;
      await house.turn(180);
      expect([alone, twin.limit]).toEqual([0, 10]);
      house.site.command("Garage", { mode: "off" });
      await house.turn(180);
      expect([alone, twin.limit, evse.power]).toEqual([0, 0, 0]);
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
      const twin = ending(await startVirtualDctr());
      const monitor = { name: "RCM", driver: "doepke-dctr", host, port: twin.port, onAlarm };
      const house = await houseWith(box, {}, clock, { residualCurrentMonitors: [monitor] });
      await house.turn(30);
      expect(box.evse.power).toBeGreaterThan(0);
      const stops = onAlarm === "stop";
      const charges = (): boolean => box.evse.power > 0;

      twin.currents.dc = twin.thresholdsA.dc;
      await house.turn(5);
      expect(charges()).toBe(!stops);
      expect(house.log.about("alarm A dc")).toHaveLength(1);
      twin.currents.dc = 2;
      await house.turn(60);
      expect(charges()).toBe(!stops);
      if (stops) expect(reasonIn(house)).toBe("residual-current-alarm");

      house.site.command("Garage", { allowCharging: true });
      await house.turn(30);
      expect(charges()).toBe(true);
      twin.modbus.fault = "reset";
      await house.turn(120);
      expect(charges()).toBe(!stops);
      if (stops) expect(reasonIn(house)).toBe("monitor-silent");
      twin.modbus.fault = null;
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

function boxOf(driver: keyof typeof boxes, clock: TestClock): Promise<Box> {
  const start = boxes[driver];
  if (!start) throw new RangeError(`There is no box ${driver}`);
  return start(clock);
}

/** s that they are away. */
const outage = 300;

async function everythingAway(): Promise<void> {
  const clock = new TestClock();
  /** s at which each door was knocked at. */
  const knocks: number[][] = [];
  let away = false;
  const from = clock.now();
  const doors: (() => void)[] = [];
  const behindDoor = async (port: number): Promise<number> => {
    const own: number[] = [];
    knocks.push(own);
    const door = ending(await startFaultyTcp(() => port));
    doors.push(() => {
      door.fault = away
        ? {
            onConnect(client) {
              own.push((clock.now() - from) / 1_000);
              client.resetAndDestroy();
            },
          }
        : null;
      if (away) door.resetAll();
    });
    return door.port;
  };
  const chargers: Box[] = await Promise.all(["go-e", "openevse", "mennekes"].map((driver) => boxOf(driver, clock)));
  const grid = await gridMeter(() => chargers.map(({ evse }) => evse));
  const flows = () => ({ grid: 0, pv: 0, battery: 0, house: 0, soc: 50 });
  const e3dc = ending(await startVirtualE3dc({ flows }));
  const sunspec = ending(await startVirtualSunSpec({ models: [{ id: 103, values: () => ({ power: 1_000 }) }] }));
  const house3 = () => ({
    powers: [100, 100, 100] as const,
    currents: [1, 1, 1] as const,
    voltages: [230, 230, 230] as const,
    importEnergies: [0, 0, 0] as const,
    exportEnergies: [0, 0, 0] as const,
    imported: [0, 0] as const,
    exported: [0, 0] as const,
  });
  const p1 = ending(await startVirtualP1Gateway({ values: house3, now: () => clock.now() }));
  const json = ending(await startVirtualShelly3em({ grid: house3, http: {} }));
  const monitor = ending(await startVirtualDctr());
  const values = { power: { path: "total_power" } };
  const house = new SiteHouse(
    {
      site: { mainFuse: 63 },
      surplus: { minimumPause: 0 },
      chargers: await Promise.all(
        chargers.map(async ({ block }, place) => ({
          name: `Box ${place}`,
          mode: "fast",
          ...block,
          port: await behindDoor(portIn(block)),
        })),
      ),
      meters: [
        { ...grid, port: await behindDoor(grid.port) },
        { name: "Battery", driver: "e3dc", measures: ["battery"], host, port: await behindDoor(e3dc.port) },
        { name: "Roof", driver: "sunspec", measures: ["pv"], host, port: await behindDoor(sunspec.port) },
        { name: "Flat", driver: "p1", measures: ["house"], host, port: await behindDoor(p1.port) },
        {
          name: "Shed",
          driver: "http",
          measures: ["house"],
          url: `http://${host}:${await behindDoor(json.httpPort ?? 0)}/status`,
          values,
        },
      ],
      residualCurrentMonitors: [
        { name: "RCM", driver: "doepke-dctr", host, port: await behindDoor(monitor.port), onAlarm: "notify" },
      ],
    },
    clock,
    (seconds) => {
      for (const { pass } of chargers) pass(seconds);
      p1.send();
    },
  );
  await house.start();
  const reachable = (): boolean =>
    [...house.site.view.chargers, ...house.site.view.meters].every((device) => device.reachable === true);
  await house.turn(60);
  expect(reachable()).toBe(true);
  expect(chargers.every(({ evse }) => evse.power > 0)).toBe(true);

  away = true;
  for (const door of doors) door();
  await house.turn(outage);
  for (const { decision, reachable: there } of house.site.view.chargers)
    expect([there, decision?.allowCharging]).toEqual([false, false]);
  const late = knocks.map((own) => own.filter((at) => at > 120));
  // Less and less often: no more than one attempt in 10 s, of two connections, where the house asks a meter every 2 s.
  for (const own of late) {
    expect(own.length).toBeGreaterThan(1);
    expect(own.length).toBeLessThanOrEqual(2 * ((outage - 60) / 10) + 4);
  }
  // Never all at one moment.
  const moments = new Map<number, number>();
  for (const at of late.flatMap((own) => [...new Set(own)])) moments.set(at, (moments.get(at) ?? 0) + 1);
  expect(Math.max(...moments.values())).toBeLessThan(knocks.length / 2);
  // A device's trouble is said once.
  expect(house.log.about("Box 0").filter((line) => line.startsWith("warn")).length).toBeLessThanOrEqual(2);

  away = false;
  for (const door of doors) door();
  await house.turn(90);
  expect(reachable()).toBe(true);
  expect(chargers.every(({ evse }) => evse.power > 0)).toBe(true);
}

async function withoutDescriptors(): Promise<void> {
  const clock = new TestClock();
  const chargers = await Promise.all(Object.keys(boxes).map((driver) => boxOf(driver, clock)));
  const flows = () => ({ grid: 0, pv: 0, battery: 0, house: 0, soc: 50 });
  const e3dc = ending(await startVirtualE3dc({ flows }));
  const sunspec = ending(await startVirtualSunSpec({ models: [{ id: 103, values: () => ({ power: 1_000 }) }] }));
  const json = await served((_request, response) => sendJson(response, { power: 100 }));
  const monitor = ending(await startVirtualDctr());
  const values = { power: { path: "power" } };
  const block = {
    chargers: chargers.map(({ block }, place) => ({ name: `Box ${place}`, ...block })),
    meters: [
      await gridMeter(),
      { name: "Battery", driver: "e3dc", measures: ["battery"], host, port: e3dc.port },
      { name: "Roof", driver: "sunspec", measures: ["pv"], host, port: sunspec.port },
      { name: "Shed", driver: "http", measures: ["house"], url: `http://${host}:${json.port}/`, values },
    ],
    residualCurrentMonitors: [{ name: "RCM", driver: "doepke-dctr", host, port: monitor.port }],
  };
  const script = fileURLToPath(new URL("few-descriptors.js", import.meta.url));
  const limited = 'ulimit -n 60; exec "$0" "$@"';
  const child = spawn("/bin/sh", ["-c", limited, process.execPath, script, JSON.stringify(block)]);
  afterwards(() => child.kill("SIGKILL"));
  let [out, errors] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  await once(child, "close");
  expect({ code: child.exitCode, errors }).toEqual({ code: 0, errors: "" });
  const names = [...block.chargers, ...block.meters, ...block.residualCurrentMonitors].map(({ name }) => name);
  expect(out.trim().split("\n")).toEqual(names.map((name) => `${name}: unreachable, read`));
}

function portIn(block: object): number {
  if ("port" in block && typeof block.port === "number") return block.port;
  throw new Error("It has no port");
}
