/** How often measured values change on the endpoint: in bounds, whatever the charger says each second. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ServerNode } from "@matter/main";
import { MdnsService } from "@matter/protocol";
import { MatterCharger } from "../../../src/integrations/matter/charger.js";
import { PersistentStateFile } from "../../../src/integrations/matter/persistent-state.js";
import { createEnvironment } from "../../../src/integrations/matter/node.js";
import { MemoryLog } from "../../support/memory-log.js";
import { TestClock } from "../../support/test-clock.js";
import "./controller.js";
import { TestSite } from "./test-site.js";

interface Change {
  /** s since the beginning */
  readonly at: number;
  readonly value: unknown;
}

const clock = new TestClock();
const site = new TestSite();
const log = new MemoryLog();
const powers: Change[] = [];
const currents: Change[] = [];
const energies: Change[] = [];
let folder: string;
let node: ServerNode;
let memory: PersistentStateFile;
let charger: MatterCharger;
let beginning: number;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ev-charging-reports-"));
  const environment = createEnvironment(folder);
  node = await ServerNode.create({ id: "node", environment });
  const [view] = site.view.chargers;
  if (view === undefined) throw new Error("the site has a charger");
  memory = new PersistentStateFile(join(folder, "chargers.json"), log);
  charger = new MatterCharger(view, { site, clock, log, memory, place: null });
  const { endpoint, phases } = charger.evse;
  await node.add(endpoint);
  for (const phase of phases) await endpoint.add(phase.endpoint);
  site.onChange((now) => charger.refresh(now));
  const note = (list: Change[]) => (value: unknown) =>
    void list.push({ at: Math.round((clock.now() - beginning) / 1_000), value });
  const { electricalPowerMeasurement, electricalEnergyMeasurement } = endpoint.events;
  electricalPowerMeasurement.activePower$Changed.on(note(powers));
  electricalPowerMeasurement.activeCurrent$Changed?.on(note(currents));
  electricalEnergyMeasurement.cumulativeEnergyMeasured?.on(({ energyImported }) => note(energies)(energyImported));
});

afterAll(async () => {
  await charger.stop();
  await memory.settled();
  await node.close();
  await node.env.root.maybeGet(MdnsService)?.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

beforeEach(() => {
  beginning = clock.now();
  for (const list of [powers, currents, energies]) list.length = 0;
});

/** A report of the charger each second. */
async function run(seconds: number, reported: (second: number) => Parameters<TestSite["report"]>[0]): Promise<void> {
  for (let second = 1; second <= seconds; second++) {
    await clock.advance(1_000);
    site.report(reported(second));
    await charger.settled();
  }
}

function gaps(changes: readonly Change[]): number[] {
  return changes.slice(1).map(({ at }, i) => at - (changes[i]?.at ?? 0));
}

test("power that moves each second is told every 5 s", async () => {
  await run(120, (second) => ({ power: 5_000 + 1_000 * Math.sin(second) }));
  expect(Math.min(...gaps(powers))).toBe(5);
  expect(powers.length).toBeGreaterThan(20);
});

test("power that only trembles is not told again", async () => {
  const trembling = (second: number) => ({ power: 5_000 + 20 * Math.sin(second) });
  await run(10, trembling);
  powers.length = 0;
  await run(60, trembling);
  expect(powers).toEqual([]);
});

test("the end of a charge is told soon, and exactly", async () => {
  await run(10, () => ({ power: 0, currentL1: 0, currentL2: 0, currentL3: 0 }));
  expect(powers.at(-1)).toEqual({ at: expect.any(Number), value: 0 });
  expect(currents.at(-1)?.value ?? 0).toBe(0);
});

test("energy that is counted each second is told every 30 s", async () => {
  await run(180, (second) => ({ totalConsumption: 200 + second * 0.003 }));
  expect(gaps(energies).every((gap) => gap >= 30 && gap <= 60)).toBe(true);
  expect(energies.length).toBeGreaterThanOrEqual(5);
  expect(energies.at(-1)?.value).toEqual({ energy: expect.any(Number), endTimestamp: expect.any(Number) });
});

test("a charge of an hour: how many reports of each", async () => {
  await run(3_600, (second) => ({
    power: 7_000 + 3_000 * Math.sin(second / 60),
    totalConsumption: 300 + second * 0.002,
  }));
  expect(powers.length).toBeLessThanOrEqual(720);
  expect(energies.length).toBeLessThanOrEqual(120);
}, 60_000);

test("nobody was told of trouble", () => {
  expect(log.lines).toEqual([]);
});
