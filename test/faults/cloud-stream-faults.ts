/** Group C of the fault list: what a vendor's cloud pushes over its stream, or keeps to itself. */

import { eventually, id, setUpStreaming, delivered, until } from "../drivers/easee/support.js";
import { type Course, failure, rowOf } from "./fault.js";

const minute = 60_000;
/** Observation id of the dynamic charger current. */
const dynamicCurrent = 48;
/** Observation id of what the charger does. */
const opMode = 109;

/** On a cloud of its own with its stream: the bench's driver is only asked. */
const row = rowOf("easee");

export const cloudStreamFaults: readonly Course[] = [
  row(
    "C-03",
    "a hub that is silent for 20 minutes: asked instead, fails where that fails too, subscribed to anew",
    async () => {
      const setting = await setUpStreaming();
      const { cloud, charger, clock, evse, pass } = setting;
      await pass(60);
      await delivered(setting);
      const before = await charger.read();
      expect(before.power).toBeGreaterThan(3_000);
      cloud.hub.silent = true;
      await clock.advance(21 * minute);
      cloud.fault = { status: 503 };
      expect(await failure(charger.read())).toMatchObject({ code: "unreachable" });
      cloud.fault = null;
      await clock.advance(minute);
      expect((await charger.read()).power).toBe(before.power);
      evse.unplug();
      await clock.advance(minute);
      expect(await charger.read()).toMatchObject({ state: "disconnected", power: 0 });
      await clock.advance(20 * minute);
      await until(() => cloud.hub.invocations.length >= 2);
      cloud.hub.silent = false;
      await delivered(setting);
    },
  ),
  row("C-04", "observations in any order, and twice: the newest counts", async () => {
    const setting = await setUpStreaming();
    const { cloud, charger, clock } = setting;
    for (const order of ["123", "132", "213", "231", "312", "321"]) {
      await clock.advance(minute);
      for (const place of [...order, ...order].map(Number))
        cloud.say(id, dynamicCurrent, String(10 + place), { at: clock.now() + place });
      await delivered(setting);
      expect({ order, amperes: (await charger.read()).maxAmpere }).toEqual({ order, amperes: 13 });
    }
  }),
  row("C-08", "offline at the vendor: not there, says what it keeps to, and comes back by itself", async () => {
    const { cloud, charger } = await setUpStreaming();
    const online = (): Promise<boolean> =>
      charger.read().then(
        () => true,
        () => false,
      );
    cloud.box(id).online = false;
    cloud.update();
    await eventually(async () => !(await online()));
    const error = await failure(charger.read());
    expect(error).toMatchObject({ code: "unreachable" });
    expect(error.message).toContain("keeps to its offline limit");
    cloud.box(id).online = true;
    cloud.update();
    await eventually(online);
  }),
  row("C-11", "a restart to 40 A: the next reading shows it, and one write sets it right", async () => {
    const setting = await setUpStreaming();
    const { cloud, charger, pass } = setting;
    await charger.writes.maxAmpere(10);
    cloud.box(id).reboot();
    await pass(10);
    await delivered(setting);
    expect((await charger.read()).maxAmpere).toBe(40);
    await charger.writes.maxAmpere(10);
    expect((await charger.read()).maxAmpere).toBe(10);
    expect(cloud.box(id).dynamicCurrent).toBe(10);
  }),
  row("C-12", "an offline limit above what the fuse carries: warned of, once", async () => {
    const { charger, log, clock } = await setUpStreaming({ cloud: { offlineCurrent: 16 } });
    await until(() => log.about("offlineMaxCircuitCurrent").length === 1);
    expect(log.about("may take 16 A per phase")).toHaveLength(1);
    await clock.advance(60 * minute);
    await charger.read();
    expect(log.about("offlineMaxCircuitCurrent")).toHaveLength(1);
  }),
  row("C-15", "observations and states that nobody knows yet: what is known goes on", async () => {
    const setting = await setUpStreaming();
    const { cloud, charger, clock } = setting;
    const before = await charger.read();
    for (const [observation, value] of [
      [102, "7"],
      [9_999, "x"],
      [-1, ""],
    ] as const)
      cloud.say(id, observation, value, { dataType: 99 });
    await delivered(setting);
    expect(await charger.read()).toEqual({ ...before, temperature: expect.any(Number) });
    cloud.say(id, opMode, "4711", { at: clock.now(), dataType: 4 });
    await delivered(setting);
    expect(await charger.read()).toMatchObject({ state: "fault", error: "UNKNOWN 4711", maxAmpere: before.maxAmpere });
    cloud.say(id, opMode, "6", { at: clock.now(), dataType: 4 });
    await delivered(setting);
    expect(await charger.read()).toMatchObject({ state: before.state, error: "NONE" });
  }),
];
