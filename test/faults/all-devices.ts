/** What befalls all devices of a house at once: none is reached, and no file descriptor is left (N-12, N-13). */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { startVirtualDctr } from "../../src/simulator/devices/doepke-dctr/server.js";
import { startVirtualE3dc } from "../../src/simulator/devices/e3dc/server.js";
import { startVirtualP1Gateway } from "../../src/simulator/devices/p1/gateway.js";
import { startVirtualShelly3em } from "../../src/simulator/devices/shelly-gen1/device.js";
import { startVirtualSunSpec } from "../../src/simulator/devices/sunspec/device.js";
import { host } from "../../src/simulator/roster/entry.js";
import { sendJson } from "../support/raw-http.js";
import { runAfterTest, closeAfterTest, serveHttp } from "../support/test-bench.js";
import { TestClock } from "../support/test-clock.js";
import { startFaultyTcp } from "./faulty-tcp.js";
import { type Box, boxDrivers, boxOf, gridMeter } from "./site-chargers.js";
import { SiteHouse } from "./site-house.js";

/** s that they are away. */
const outage = 300;

export async function everythingAway(): Promise<void> {
  const clock = new TestClock();
  /** s at which each door was knocked at. */
  const knocks: number[][] = [];
  let away = false;
  const from = clock.now();
  const doors: (() => void)[] = [];
  const behindDoor = async (port: number): Promise<number> => {
    const own: number[] = [];
    knocks.push(own);
    const door = closeAfterTest(await startFaultyTcp(() => port));
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
  const e3dc = closeAfterTest(await startVirtualE3dc({ flows }));
  const sunspec = closeAfterTest(
    await startVirtualSunSpec({ models: [{ id: 103, values: () => ({ power: 1_000 }) }] }),
  );
  const house3 = () => ({
    powers: [100, 100, 100] as const,
    currents: [1, 1, 1] as const,
    voltages: [230, 230, 230] as const,
    importEnergies: [0, 0, 0] as const,
    exportEnergies: [0, 0, 0] as const,
    imported: [0, 0] as const,
    exported: [0, 0] as const,
  });
  const p1 = closeAfterTest(await startVirtualP1Gateway({ values: house3, now: () => clock.now() }));
  const json = closeAfterTest(await startVirtualShelly3em({ grid: house3, http: {} }));
  const monitor = closeAfterTest(await startVirtualDctr());
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

export async function withoutDescriptors(): Promise<void> {
  const clock = new TestClock();
  const chargers = await Promise.all(boxDrivers.map((driver) => boxOf(driver, clock)));
  const flows = () => ({ grid: 0, pv: 0, battery: 0, house: 0, soc: 50 });
  const e3dc = closeAfterTest(await startVirtualE3dc({ flows }));
  const sunspec = closeAfterTest(
    await startVirtualSunSpec({ models: [{ id: 103, values: () => ({ power: 1_000 }) }] }),
  );
  const json = await serveHttp((_request, response) => sendJson(response, { power: 100 }));
  const monitor = closeAfterTest(await startVirtualDctr());
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
  runAfterTest(() => child.kill("SIGKILL"));
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
