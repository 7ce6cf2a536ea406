/** Group C of the fault list: what comes of commands to a vendor's cloud. */

import { currentRange, lifetime } from "../../src/drivers/chargers/easee/charger.js";
import type { DeviceError } from "../../src/model/errors.js";
import { eventually, id, setUpStreaming, type Setting, delivered, until } from "../drivers/easee/support.js";
import { settle } from "../support/test-clock.js";
import { type Course, failure, rowOf } from "./fault.js";

const minute = 60_000;
/** Observation id of the dynamic charger current. */
const dynamicCurrent = 48;

/** On a cloud of its own with its stream: the bench's driver is only asked. */
const row = rowOf("easee");

/** A write that nothing comes of so far: its result is waited for. */
async function startWrite(setting: Setting, amperes: number): Promise<{ readonly error: Promise<DeviceError> }> {
  const { charger, cloud, clock } = setting;
  const before = cloud.writes.length;
  const error = failure(charger.writes.maxAmpere(amperes));
  await until(() => cloud.writes.length === before + 1);
  await until(() => clock.pending >= 3);
  return { error };
}

/** Ticks of the command that the cloud takes at this moment, as a client without long numbers reads them. */
const ticksAt = (now: number): number => Number(621_355_968_000_000_000n + BigInt(now) * 10_000n + 1_234n);

export const cloudCommandFaults: readonly Course[] = [
  row("C-05", "results of others, doubles and wrong ticks: no result of ours", async () => {
    const setting = await setUpStreaming();
    const { cloud, charger, clock } = setting;
    const first = { id: dynamicCurrent, ticks: ticksAt(clock.now()), wasAccepted: true, resultCode: 0 };
    await charger.writes.maxAmpere(10);
    await clock.advance(1_000);
    cloud.commandFault = "never";
    const { error } = await startWrite(setting, 8);
    const own = { ...first, ticks: ticksAt(clock.now()) };
    for (const rogue of [
      first,
      first,
      { ...own, id: 22 },
      { ...own, ticks: own.ticks + 1_000_000 },
      { ...own, ticks: "soon" },
      { ...own, wasAccepted: "yes" },
      { ...own, serialNumber: "EH999999" },
    ])
      cloud.respond(id, rogue);
    await delivered(setting);
    await clock.advance(10_000);
    expect(await error).toMatchObject({ code: "not-taken-over" });
    expect((await charger.read()).maxAmpere).toBe(10);
  }),
  row("C-05", "the result twice: taken once", async () => {
    const setting = await setUpStreaming();
    const { cloud, charger, clock } = setting;
    cloud.commandFault = "never";
    const before = cloud.writes.length;
    const write = charger.writes.maxAmpere(8);
    await until(() => cloud.writes.length === before + 1 && clock.pending >= 3);
    const result = { id: dynamicCurrent, ticks: ticksAt(clock.now()), wasAccepted: true, resultCode: 0 };
    for (let time = 0; time < 2; time += 1) cloud.respond(id, result);
    await write;
    expect((await charger.read()).maxAmpere).toBe(8);
  }),
  row("C-05", "the result before the request is answered: taken", async () => {
    const { cloud, charger } = await setUpStreaming();
    cloud.commandFault = "early";
    await charger.writes.maxAmpere(10);
    expect((await charger.read()).maxAmpere).toBe(10);
  }),
  row(
    "C-06",
    "202, and never carried out: fails after ten seconds, shows what is so, and works when told again",
    async () => {
      const setting = await setUpStreaming();
      const { cloud, charger, clock } = setting;
      cloud.commandFault = "never";
      const { error } = await startWrite(setting, 10);
      let failed = false;
      void error.then(() => (failed = true));
      await clock.advance(9_999);
      await settle();
      expect(failed).toBe(false);
      await clock.advance(1);
      expect(await error).toMatchObject({ code: "not-taken-over" });
      expect((await charger.read()).maxAmpere).toBe(32);
      cloud.commandFault = null;
      await charger.writes.maxAmpere(10);
      expect((await charger.read()).maxAmpere).toBe(10);
    },
  ),
  row(
    "C-07",
    "an old command's echo after a newer one: left out; carried out late: shown, and set right again",
    async () => {
      const setting = await setUpStreaming();
      const { cloud, charger, clock } = setting;
      cloud.commandFault = "late";
      const { error } = await startWrite(setting, 16);
      await clock.advance(10_000);
      expect(await error).toMatchObject({ code: "not-taken-over" });
      cloud.commandFault = null;
      await charger.writes.maxAmpere(6);
      cloud.say(id, dynamicCurrent, "16", { at: clock.now() - 9_000 });
      await delivered(setting);
      expect((await charger.read()).maxAmpere).toBe(6);
      await clock.advance(3 * minute);
      cloud.releaseLate();
      await delivered(setting);
      expect((await charger.read()).maxAmpere).toBe(16);
      await charger.writes.maxAmpere(6);
      expect((await charger.read()).maxAmpere).toBe(6);
      // A start goes on with what was wanted last, not with what came late.
      await charger.writes.allowCharging(false);
      await charger.writes.allowCharging(true);
      expect(cloud.box(id).dynamicCurrent).toBe(6);
    },
  ),
  row(
    "C-09",
    "every current and every number of phases is for some minutes, and the driver says for how long",
    async () => {
      for (const control of ["charger", "circuit"] as const) {
        const { cloud, charger } = await setUpStreaming({ driver: { control } });
        for (let amperes = currentRange.min; amperes <= currentRange.max; amperes += 13) {
          await charger.writes.maxAmpere(amperes);
          await charger.writes.phases?.(1);
          await charger.writes.phases?.(3);
          await charger.writes.allowCharging(false);
          await charger.writes.allowCharging(true);
        }
        const dynamic = cloud.writes.filter(({ path }) => /urrent$/.test(path));
        expect(dynamic.length).toBeGreaterThanOrEqual(6);
        for (const { path, body } of dynamic) {
          const { minutes, timeToLive = minutes } = JSON.parse(body);
          expect({ path, timeToLive }).toEqual({ path, timeToLive: lifetime });
        }
        expect(cloud.flashWrites).toBe(0);
        expect(charger.expiry).toBe(lifetime * minute);
      }
      expect(lifetime).toBeGreaterThanOrEqual(1);
    },
  ),
  row("C-10", "parts of an ampere: refused before anything is sent", async () => {
    const { cloud, charger } = await setUpStreaming();
    for (const amperes of [6.9, 31.5, 32.000_1])
      expect(await failure(charger.writes.maxAmpere(amperes))).toMatchObject({ code: "unsupported" });
    expect(cloud.writes).toEqual([]);
  }),
  row("C-14", "a day with the stream and a new current every ten minutes: little more than its writes", async () => {
    const { cloud, clock, charger, evse } = await setUpStreaming();
    cloud.requests.length = 0;
    let writes = 0;
    for (let time = 0; time < 24 * 60; time += 1) {
      if (time % 10 === 0) {
        await charger.writes.maxAmpere(6 + (time % 7));
        writes += 1;
      }
      evse.advance(60);
      await clock.advance(minute);
      cloud.update();
      await charger.read();
    }
    expect(cloud.writes).toHaveLength(writes);
    expect(cloud.requests.length).toBeLessThanOrEqual(writes + 24);
  }),
  row("C-14", "429: nothing is sent until then, and the newest decrease goes out by itself", async () => {
    const setting = await setUpStreaming();
    const { cloud, charger, clock } = setting;
    cloud.fault = { status: 429, retryAfter: "120" };
    expect(await failure(charger.writes.maxAmpere(16))).toMatchObject({ code: "unreachable" });
    cloud.fault = null;
    await failure(charger.writes.maxAmpere(8));
    await clock.advance(2 * minute - 1);
    expect(cloud.writes).toHaveLength(1);
    await clock.advance(1);
    await eventually(async () => (await charger.read()).maxAmpere === 8);
  }),
  row("C-14", "403: told, and not insisted on", async () => {
    const { cloud, charger, clock } = await setUpStreaming();
    cloud.fault = { status: 403 };
    expect(await failure(charger.writes.maxAmpere(10))).toMatchObject({ code: "refused" });
    for (let waited = 0; waited < 14; waited += 1) {
      await clock.advance(minute);
      await failure(charger.writes.maxAmpere(20));
    }
    expect(cloud.writes).toHaveLength(1);
  }),
];
