import { easee } from "../../../src/drivers/chargers/easee/index.js";
import { Car } from "../../../src/simulator/house/car.js";
import { Evse } from "../../../src/simulator/house/evse.js";
import { failureOf } from "../../support/failure.js";
import { eventually, id, setUp, setUpStreaming, delivered, type Setting, until } from "./support.js";

const byCircuit = { control: "circuit" } as const;
const limits = (p1: number, p2: number, p3: number): string =>
  `dynamicCurrent {"phase1":${p1},"phase2":${p2},"phase3":${p3},"timeToLive":10}`;
const shared = () => ({
  chargers: [
    { id, evse: new Evse() },
    { id: "EH654321", evse: new Evse() },
  ],
});

test("a current is set for the circuit that the charger is found on", async () => {
  const { charger, cloud, commands: writes } = await setUpStreaming({ driver: byCircuit });
  await charger.writes.maxAmpere(10);
  expect(cloud.writes[0]?.path).toBe("/api/sites/815/circuits/4711/dynamicCurrent");
  expect(writes()).toEqual([limits(10, 10, 10)]);
  expect(await charger.read()).toMatchObject({ maxAmpere: 10, phases: 3 });
});

test("whoever writes before anything was read has the circuit looked for first", async () => {
  const { charger, cloud } = await setUp({ driver: byCircuit });
  const written = Promise.allSettled([charger.writes.maxAmpere(10)]);
  await until(() => cloud.writes.length === 1);
  expect(cloud.writes[0]?.path).toBe("/api/sites/815/circuits/4711/dynamicCurrent");
  await charger.close();
  await written;
});

test("site and circuit of the configuration are looked at, and no others", async () => {
  const { charger, requests } = await setUp({ driver: { ...byCircuit, siteId: 815, circuitId: 4711 } });
  await charger.read();
  expect(requests()).toContain("/api/sites/815");
  expect(requests().some((path) => path.endsWith("/site"))).toBe(false);
});

test("one phase is the circuit's first, and three are all of them, with the current of before", async () => {
  const { charger, cloud, evse, pass, commands: writes } = await setUpStreaming({ driver: byCircuit });
  await charger.writes.maxAmpere(10);
  await charger.writes.phases?.(1);
  expect(await charger.read()).toMatchObject({ maxAmpere: 10, phases: 1 });
  await pass(30);
  expect(evse.draw).toEqual([10, 0, 0]);
  await charger.writes.maxAmpere(12);
  await charger.writes.phases?.(3);
  expect(writes()).toEqual([limits(10, 10, 10), limits(10, 0, 0), limits(12, 0, 0), limits(12, 12, 12)]);
  expect(await charger.read()).toMatchObject({ maxAmpere: 12, phases: 3 });
  expect(cloud.flashWrites).toBe(0);
});

test("phases are switched without a current of ours: never beyond what the charger takes", async () => {
  const { charger, commands: writes } = await setUpStreaming({ driver: byCircuit });
  await charger.writes.phases?.(1);
  expect(writes()).toEqual([limits(32, 0, 0)]);
});

test("a start and a stop are the charger's own", async () => {
  const { charger, commands: writes } = await setUpStreaming({ driver: byCircuit });
  await charger.writes.maxAmpere(10);
  await charger.writes.allowCharging(false);
  expect((await charger.read()).enabled).toBe(false);
  await charger.writes.allowCharging(true);
  expect(writes()).toEqual([limits(10, 10, 10), "pause_charging {}", "resume_charging {}"]);
  expect(await charger.read()).toMatchObject({ enabled: true, maxAmpere: 10 });
});

test("what is written for a circuit is forgotten too, and falls back to its offline limit", async () => {
  const setting = await setUpStreaming({ driver: byCircuit });
  await setting.charger.writes.maxAmpere(16);
  await setting.pass(601);
  await delivered(setting);
  expect((await setting.charger.read()).maxAmpere).toBe(6);
});

test("after a restart the circuit's current is seen to have jumped", async () => {
  const setting = await setUpStreaming({ driver: byCircuit });
  await setting.charger.writes.maxAmpere(10);
  setting.cloud.box(id).reboot();
  await setting.pass(10);
  await delivered(setting);
  expect(await setting.charger.read()).toMatchObject({ maxAmpere: 40, phases: 3 });
});

test("a circuit with other chargers is never left with one phase, and that is said once", async () => {
  const { charger, log, commands: writes } = await setUpStreaming({ driver: byCircuit, cloud: shared() });
  expect(charger.writes.phases).toBeUndefined();
  await charger.writes.maxAmpere(20);
  expect(writes()).toEqual([limits(20, 20, 20)]);
  await charger.read();
  expect(log.about("other chargers share circuit 4711")).toHaveLength(1);
});

test("set by the charger alone, phases are not switched", async () => {
  const { charger } = await setUpStreaming();
  expect(charger.writes.phases).toBeUndefined();
});

test.each<[control: "charger" | "circuit", writable: readonly string[]]>([
  ["charger", ["maxAmpere", "allowCharging"]],
  ["circuit", ["maxAmpere", "allowCharging", "phases"]],
])("by %s, this can be written", (control, writable) => {
  const options = easee.options.parse({ username: "me", password: "secret", chargerId: id, control });
  expect(easee.writable(options)).toEqual(writable);
});

test("a circuit that the charger is not on is refused, and the right one is named", async () => {
  const { charger, log, cloud } = await setUp({ driver: { ...byCircuit, circuitId: 1 } });
  expect((await charger.read()).state).toBe("connected");
  const error = await failureOf(charger.writes.maxAmpere(10));
  expect(error).toMatchObject({ code: "wrong-device" });
  expect(error.message).toContain("charger EH123456 is not on circuit 1, but on 4711");
  expect(log.about("not on circuit 1")).toHaveLength(1);
  expect(cloud.writes).toEqual([]);
});

test("a site that is not reported does not keep a charger by itself from working, and is not asked for at every poll", async () => {
  const { charger, clock, log, requests } = await setUpStreaming({ driver: { siteId: 1 } });
  await charger.writes.maxAmpere(10);
  for (let minute = 0; minute < 9; minute += 1) {
    await clock.advance(60_000);
    await charger.read();
  }
  expect(requests().filter((path) => path === "/api/sites/1")).toHaveLength(1);
  expect(log.about("site")).toEqual([]);
});

test.each<[offline: number, accepted: number, warns: boolean]>([
  [16, 6, true],
  [6, 6, false],
  [16, 16, false],
  [0, 6, false],
])("an offline limit of %p A, where the fuse carries %p A: warned %p", async (offline, accepted, warns) => {
  const { charger, cloud, log } = await setUpStreaming({
    driver: { offlineCurrent: accepted },
    cloud: { offlineCurrent: offline },
  });
  await until(() => cloud.requests.some(({ path }) => path.endsWith("/circuits/4711/settings")));
  await charger.writes.maxAmpere(10); // its request waits for the one before
  expect(log.about("offlineMaxCircuitCurrent")).toEqual(
    warns
      ? [
          `warn: Garage: without the Easee cloud its circuit may take ${offline} A per phase (offlineMaxCircuitCurrent), ` +
            `more than the ${accepted} A of \`offlineCurrent\`. If the main fuse does not carry that beside the house, ` +
            "have the limit lowered at Easee; if it does, raise `offlineCurrent`.",
        ]
      : [],
  );
});

test("a virtual charger that loses the cloud keeps to the offline limit of its circuit", async () => {
  const { cloud, evse, pass } = await setUpStreaming({ driver: byCircuit, car: null });
  evse.plug(new Car());
  await pass(30);
  expect(Math.max(...evse.draw)).toBe(16);
  cloud.box(id).online = false;
  await pass(30);
  expect(Math.max(...evse.draw)).toBe(6);
});

test("two virtual chargers share what their circuit has", async () => {
  const cloud = shared();
  const { charger } = await setUpStreaming({ driver: byCircuit, cloud });
  for (const { evse } of cloud.chargers) evse.plug(new Car({ maxCurrent: 32 }));
  await charger.writes.maxAmpere(20);
  await eventually(async () => cloud.chargers.every(({ evse }) => evse.current === 10));
});

describe("a grid without a neutral", () => {
  const itGrid = async (gridType: number, streams = true): Promise<Setting> => {
    const setting = await setUp({ driver: byCircuit });
    setting.cloud.box(id).gridType = gridType;
    if (!streams) setting.cloud.hubRefusal = 503;
    await setting.charger.read();
    return setting;
  };

  test.each([4, 5, 30, 50])("of type %p: no phase is ever left, and that is said once", async (gridType) => {
    const { charger, log, commands: writes } = await itGrid(gridType, false);
    expect(charger.writes.phases).toBeUndefined();
    await charger.read();
    await eventually(async () => {
      await charger.read();
      return log.about(`on its grid (type ${gridType})`).length === 1;
    });
    const written = charger.writes.maxAmpere(10);
    await until(() => writes().length === 1);
    expect(writes()).toEqual([limits(10, 10, 10)]);
    await charger.close();
    await Promise.allSettled([written]);
  });

  test("a phase that somebody else has left comes back with the next current", async () => {
    const { charger, cloud, clock, commands: writes } = await setUpStreaming({ driver: byCircuit });
    cloud.box(id).gridType = 4;
    cloud.box(id).circuit.setDynamic([10, 0, 0], 0, clock.now());
    cloud.update();
    await eventually(async () => (await charger.read()).phases === 1);
    await charger.writes.maxAmpere(12);
    expect(writes()).toEqual([limits(12, 12, 12)]);
  });

  test("a grid that is not known yet: phases stay, until it is", async () => {
    const setting = await itGrid(0, false);
    expect(setting.charger.writes.phases).toBeUndefined();
    expect(setting.log.about("its grid is not known")).toHaveLength(1);
    setting.cloud.box(id).gridType = 1;
    await setting.clock.advance(600_000);
    await setting.charger.read();
    expect(setting.charger.writes.phases).toBeDefined();
  });

  test.each([1, 2, 3])("TN, of type %p: phases are switched, also without the stream", async (gridType) => {
    const { charger } = await itGrid(gridType, false);
    expect(charger.writes.phases).toBeDefined();
  });
});

describe("a charger that never reports P2 and P3", () => {
  async function silentOnTwo(): Promise<Setting> {
    const setting = await setUp({ driver: byCircuit });
    setting.cloud.box(id).reportsAllPhases = false;
    await setting.charger.read();
    await until(() => setting.cloud.hub.invocations.length > 0);
    await delivered(setting);
    return setting;
  }

  test("shows its current, and takes a new one over, also where no result comes", async () => {
    const { charger, cloud } = await silentOnTwo();
    expect(await charger.read()).toMatchObject({ maxAmpere: 40 });
    cloud.commandFault = "unreported";
    await charger.writes.maxAmpere(10);
    expect(await charger.read()).toMatchObject({ maxAmpere: 10, phases: 3 });
  });

  test("is on the phases that it was switched to, over polls that report nothing of them", async () => {
    const setting = await silentOnTwo();
    const { charger, cloud, clock, commands: writes } = setting;
    await charger.writes.maxAmpere(10);
    await charger.writes.phases?.(1);
    cloud.hub.drop();
    cloud.hubRefusal = 503;
    await until(() => cloud.hub.connected === 0);
    await clock.advance(60_000);
    expect(await charger.read()).toMatchObject({ maxAmpere: 10, phases: 1 });
    const written = charger.writes.maxAmpere(8);
    await until(() => writes().length === 3);
    expect(writes().at(-1)).toBe(limits(8, 0, 0));
    await charger.close();
    await Promise.allSettled([written]);
  });

  test("is on the phases that it uses once its first one is no longer as it was set", async () => {
    const setting = await silentOnTwo();
    await setting.charger.writes.maxAmpere(10);
    await setting.charger.writes.phases?.(1);
    setting.cloud.box(id).reboot();
    await setting.pass(10);
    await delivered(setting);
    expect(await setting.charger.read()).toMatchObject({ maxAmpere: 40, phases: 3 });
  });
});
