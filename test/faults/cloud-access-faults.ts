/** Group C of the fault list: what keeps us out of a vendor's cloud: tokens, passwords, names and certificates. */

import { once } from "node:events";
import { createServer } from "node:https";
import { loginDistance } from "../../src/drivers/chargers/easee/cloud.js";
import { id, setUp, setUpStreaming, delivered, until } from "../drivers/easee/support.js";
import { type CertificateName, identityOf, trustAuthority } from "../support/certificates.js";
import { runAfterTest } from "../support/test-bench.js";
import { type Course, failure, rowOf } from "./fault.js";

const minute = 60_000;

/** On a cloud of its own with its stream: the bench's driver is only asked. */
const row = rowOf("easee");

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
  runAfterTest(() => server.close());
  runAfterTest(() => server.closeAllConnections());
  const bound = server.address();
  const port = bound !== null && typeof bound === "object" ? bound.port : 0;
  return { url: `https://127.0.0.1:${port}`, requests: () => requests, connections: () => connections };
}

export const cloudAccessFaults: readonly Course[] = [
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
      runAfterTest(trustAuthority());
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
    runAfterTest(trustAuthority());
    const server = await secureServer("valid");
    await failure(connect({ apiUrl: server.url, streamUrl: `${server.url}/hub` }).read());
    expect(server.requests()).toBeGreaterThan(0);
  }),
];
