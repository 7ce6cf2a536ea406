/** Group C of the fault list: what a vendor's cloud does to those who live by its stream and its commands. */

import { once } from "node:events";
import { createServer } from "node:https";
import { currentRange, lifetime } from "../../src/drivers/chargers/easee/charger.js";
import { loginDistance } from "../../src/drivers/chargers/easee/cloud.js";
import type { DeviceError } from "../../src/model/errors.js";
import { eventually, id, setUp, setUpStreaming, type Setting, delivered, until } from "../drivers/easee/support.js";
import { type CertificateName, identityOf, trustAuthority } from "../support/certificates.js";
import { afterwards } from "../support/stage.js";
import { settle } from "../support/test-clock.js";
import { type Course, failure } from "./fault.js";

const minute = 60_000;
/** Observation id of the dynamic charger current, and of what the charger does. */
const dynamicCurrent = 48;
const opMode = 109;

/** On a cloud of its own with its stream: the bench's driver is only asked. */
function row(fault: string, what: string, run: () => Promise<void>): Course {
  return { id: fault, what, on: ({ driver }) => driver === "easee", run };
}

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

/** What is wrong with a certificate, and how OpenSSL says it. */
const untrusted: readonly (readonly [name: CertificateName, what: string, code: string])[] = [
  ["selfSigned", "a certificate that nobody has signed", "DEPTH_ZERO_SELF_SIGNED_CERT"],
  ["early", "a certificate from the future, as with a clock that is far behind", "CERT_NOT_YET_VALID"],
  ["expired", "a certificate that is over", "CERT_HAS_EXPIRED"],
];

/** Stands where the cloud should, and answers nothing that makes sense. */
async function secureServer(name: CertificateName) {
  let [requests, connections] = [0, 0];
  const server = createServer(identityOf(name), (_request, response) => {
    requests += 1;
    response.writeHead(503).end();
  });
  server.on("connection", () => (connections += 1));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  afterwards(() => server.close());
  afterwards(() => server.closeAllConnections());
  const bound = server.address();
  const port = bound !== null && typeof bound === "object" ? bound.port : 0;
  return { url: `https://127.0.0.1:${port}`, requests: () => requests, connections: () => connections };
}

export const cloudFaults: readonly Course[] = [
  row(
    "C-01",
    "the token expires mid-stream: renewed once for all, and the stream comes back with the new one",
    async () => {
      const setting = await setUpStreaming({ cloud: { tokenLife: 3_600 } });
      const { clock, cloud, charger, log } = setting;
      await clock.advance(60 * minute);
      await Promise.all([charger.writes.maxAmpere(10), charger.writes.maxAmpere(9), charger.read()]);
      const subscribed = cloud.hub.invocations.length;
      cloud.hub.drop();
      await until(() => log.about("interrupted").length === 1);
      await clock.advance(3_000);
      await until(() => cloud.hub.invocations.length > subscribed);
      await delivered(setting);
      expect(cloud.accounts).toMatchObject({ refreshes: 1, logins: 1, refusedLogins: 0 });
      expect((await charger.read()).maxAmpere).toBe(9);
    },
  ),
  row("C-01", "the token ends before its time: renewed, and the write sent once more", async () => {
    const { cloud, charger } = await setUpStreaming();
    cloud.accounts.expire();
    await charger.writes.maxAmpere(10);
    expect(cloud.accounts).toMatchObject({ refreshes: 1, logins: 1 });
    expect(cloud.box(id).dynamicCurrent).toBe(10);
  }),
  row("C-02", "access is revoked and the password changed: told, the password sent once in ten minutes", async () => {
    const { cloud, charger, clock } = await setUpStreaming();
    await clock.advance(loginDistance);
    cloud.accounts.revoke();
    cloud.accounts.password = "new battery";
    for (let waited = 0; waited < loginDistance; waited += minute) {
      expect(await failure(charger.writes.maxAmpere(10))).toMatchObject({ code: "login-refused" });
      await clock.advance(minute);
    }
    expect(cloud.accounts.refusedLogins).toBe(1);
    cloud.accounts.password = "correct horse";
    await charger.writes.maxAmpere(10);
    expect(cloud.accounts).toMatchObject({ refusedLogins: 1, logins: 2 });
  }),
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
  row("C-13", "a guest network's page: told as what it is, and not asked at every poll", async () => {
    const { cloud, clock, charger, requests } = await setUp();
    cloud.hubRefusal = 503;
    cloud.fault = "html";
    expect(await failure(charger.read())).toMatchObject({ code: "protocol", message: expect.stringContaining("JSON") });
    const before = requests().length;
    for (let second = 0; second < 120; second += 5) {
      await failure(charger.read());
      await clock.advance(5_000);
    }
    expect(requests().length - before).toBeLessThanOrEqual(15);
    cloud.fault = null;
    await clock.advance(20 * minute);
    expect((await charger.read()).state).toBe("connected");
  }),
  row("C-13", "a name that nobody knows: told as such, and the clock goes on between the attempts", async () => {
    const { connect, clock } = await setUp();
    const charger = connect({ apiUrl: "https://nobody.invalid", streamUrl: "https://nobody.invalid/hub" });
    const error = await failure(charger.read());
    expect(error).toMatchObject({
      code: "unreachable",
      message: expect.stringMatching(/nobody\.invalid: (ENOTFOUND|EAI_)/),
    });
    await clock.advance(minute);
    expect(await failure(charger.read())).toMatchObject({ code: "unreachable" });
  }),
  row("C-13", "no TLS where it is expected: told as such", async () => {
    const { cloud, connect } = await setUp();
    const error = await failure(connect({ apiUrl: cloud.apiUrl.replace("http:", "https:") }).read());
    expect(error).toMatchObject({ code: "unreachable", message: expect.stringContaining("can't be trusted") });
  }),
  ...untrusted.map(([name, what, code]) =>
    row("C-13", `${what}: told as such, nothing is sent, and asked again with back-off`, async () => {
      const { connect, clock } = await setUp();
      afterwards(trustAuthority());
      const server = await secureServer(name);
      const charger = connect({ apiUrl: server.url, streamUrl: `${server.url}/hub` });
      const error = await failure(charger.read());
      expect(error).toMatchObject({ code: "unreachable", message: expect.stringContaining(code) });
      expect(error.message).toMatch(/clock|date and time/);
      for (let second = 0; second < 120; second += 5) {
        await failure(charger.read());
        await clock.advance(5_000);
      }
      expect(server.requests()).toBe(0);
      expect(server.connections()).toBeLessThanOrEqual(20);
    }),
  ),
  row("C-13", "a certificate that holds: asked over it", async () => {
    const { connect } = await setUp();
    afterwards(trustAuthority());
    const server = await secureServer("valid");
    await failure(connect({ apiUrl: server.url, streamUrl: `${server.url}/hub` }).read());
    expect(server.requests()).toBeGreaterThan(0);
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
