import { loginDistance } from "../../../src/drivers/chargers/easee/cloud.js";
import { Evse } from "../../../src/simulator/house/evse.js";
import { failureOf } from "../../support/failure.js";
import { setUp, setUpStreaming, delivered, until } from "./support.js";
import { advanceUntilSettled } from "../../support/deadlines.js";

const minute = 60_000;

test("the login is this request, and its token goes with the next", async () => {
  const { charger, cloud } = await setUp();
  await charger.read();
  expect(cloud.requests[0]).toMatchObject({
    method: "POST",
    path: "/api/accounts/login",
    body: '{"userName":"somebody@example.com","password":"correct horse"}',
  });
  expect(cloud.requests[1]).toMatchObject({ method: "GET", path: "/api/chargers/EH123456/state", body: "" });
  expect(cloud.accounts.logins).toBe(1);
});

test("two chargers of one account share one login, one stream, and one request at a time", async () => {
  const other = new Evse();
  const { connect, charger, cloud } = await setUp({
    cloud: {
      chargers: [
        { id: "EH123456", evse: new Evse() },
        { id: "EH654321", evse: other, circuit: 2 },
      ],
    },
  });
  const second = connect({ chargerId: "EH654321" });
  await Promise.all([charger.read(), second.read()]);
  await until(() => cloud.hub.invocations.length === 2);
  expect(cloud.accounts.logins).toBe(1);
  expect(cloud.hub.peak).toBe(1);
  expect(cloud.hub.invocations).toEqual([
    'SubscribeWithCurrentState("EH123456", true)',
    'SubscribeWithCurrentState("EH654321", true)',
  ]);
  expect(cloud.inFlightPeak).toBeLessThanOrEqual(2); // the stream's own request is the second
  await charger.close();
  expect((await second.read()).state).toBe("disconnected");
});

test("the token is renewed a minute before its end, once for all who wait", async () => {
  const setting = await setUpStreaming({ cloud: { tokenLife: 3_600 } });
  const { clock, cloud, charger } = setting;
  await clock.advance(59 * minute - 1_000);
  await delivered(setting);
  await charger.writes.maxAmpere(10);
  expect(cloud.accounts.refreshes).toBe(0);
  await clock.advance(1_000);
  await Promise.all([charger.writes.maxAmpere(9), charger.writes.maxAmpere(8)]);
  expect(cloud.accounts).toMatchObject({ refreshes: 1, logins: 1 });
});

test("a token that no longer holds is renewed, and the request repeated", async () => {
  const { charger, cloud } = await setUpStreaming();
  cloud.accounts.expire();
  await charger.writes.maxAmpere(10);
  expect(cloud.accounts).toMatchObject({ refreshes: 1, logins: 1 });
  expect(cloud.box("EH123456").dynamicCurrent).toBe(10);
});

test("a renewal that is refused leads to one login", async () => {
  const { charger, cloud, clock } = await setUpStreaming();
  await clock.advance(loginDistance);
  cloud.accounts.revoke();
  await charger.writes.maxAmpere(10);
  expect(cloud.accounts).toMatchObject({ refreshes: 0, logins: 2 });
});

test("access that is withdrawn right after the login is not fought for", async () => {
  const { charger, cloud } = await setUpStreaming();
  cloud.accounts.revoke();
  const error = await failureOf(charger.writes.maxAmpere(10));
  expect(error.code).toBe("login-refused");
  expect(error.message).toContain("withdrawn our access soon after the login");
  expect(cloud.accounts.logins).toBe(1);
});

test("a renewal that fails in passing does no harm while the token still holds", async () => {
  const setting = await setUpStreaming({ cloud: { tokenLife: 3_600 } });
  const { charger, cloud, clock } = setting;
  await clock.advance(59 * minute + 1_000);
  cloud.accountFault = { status: 503 };
  await charger.writes.maxAmpere(10);
  expect(cloud.box("EH123456").dynamicCurrent).toBe(10);
});

test("a password that is refused is not tried again for ten minutes, and is in no message", async () => {
  const { charger, cloud, clock, log } = await setUp({ driver: { password: "wrong pony" } });
  const error = await failureOf(charger.read());
  expect(error.code).toBe("login-refused");
  expect(error.message).toContain("refuses username and password; the next login is tried in 10 min");
  for (let second = 0; second < 590; second += 10) {
    await clock.advance(10_000);
    expect((await failureOf(charger.read())).code).toBe("login-refused");
  }
  expect(cloud.accounts.refusedLogins).toBe(1);
  await clock.advance(11_000);
  await failureOf(charger.read());
  expect(cloud.accounts.refusedLogins).toBe(2);
  expect(JSON.stringify([error.message, log.entries])).not.toContain("wrong pony");
});

test("a password that was corrected at Easee works with the next login", async () => {
  const { charger, cloud, clock } = await setUp({ driver: { password: "new battery" } });
  await failureOf(charger.read());
  cloud.accounts.password = "new battery";
  await clock.advance(loginDistance);
  expect((await charger.read()).state).toBe("connected");
});

test.each<[why: string, body: string]>([
  ["without a refresh token", '{"accessToken":"a","expiresIn":3600}'],
  ["without an end", '{"accessToken":"a","refreshToken":"b"}'],
])("a login that is answered %s is no login", async (_why, body) => {
  const { charger, cloud } = await setUp();
  cloud.accounts.login = () => [200, JSON.parse(body)];
  expect(await failureOf(charger.read())).toMatchObject({ code: "protocol", device: "Garage" });
});

test("the stream is opened again after it broke, and everything is subscribed to anew", async () => {
  const setting = await setUpStreaming();
  const { cloud, clock, log, charger } = setting;
  cloud.hub.drop();
  await until(() => log.about("interrupted").length === 1);
  await clock.advance(3_000);
  await until(() => cloud.hub.invocations.length === 2);
  cloud.box("EH123456").setDynamic(13, 0, clock.now());
  cloud.update();
  await delivered(setting);
  expect((await charger.read()).maxAmpere).toBe(13);
  expect(cloud.hub.peak).toBe(1);
  expect(log.about("stream")).toEqual([
    "warn: Easee: the stream of the cloud is interrupted; chargers are polled until it is back",
    "info: Easee: the stream of the cloud is connected again",
  ]);
});

test("the stream is opened with a token that holds", async () => {
  const { cloud, clock, log } = await setUpStreaming({ cloud: { tokenLife: 600 } });
  await clock.advance(700_000);
  cloud.hub.drop();
  await until(() => log.about("interrupted").length === 1);
  await clock.advance(3_000);
  await until(() => cloud.hub.invocations.length === 2);
  expect(cloud.accounts.refreshes).toBeGreaterThan(0);
});

test("a stream that refuses us is tried ever less, and reported once", async () => {
  const { charger, cloud, clock, log } = await setUp();
  cloud.hubRefusal = 503;
  await charger.read();
  const tries = () => cloud.requests.filter(({ path }) => path.endsWith("/negotiate")).length;
  await until(() => tries() === 1 && log.about("HTTP 503").length === 1);
  for (let attempt = 2; attempt < 8; attempt += 1) {
    await clock.advance(2_000 * 2 ** attempt);
    await until(() => tries() >= attempt);
  }
  expect(log.about("stream")).toHaveLength(1);
  cloud.hubRefusal = null;
  await advanceUntilSettled(
    clock,
    until(() => cloud.hub.connected === 1),
  );
});

test("closing ends everything, also while the stream is being opened", async () => {
  const { charger, clock, cloud } = await setUp();
  await charger.read();
  await charger.close();
  await until(() => cloud.hub.connected === 0);
  expect(clock.pending).toBe(0);
  expect(await failureOf(charger.read())).toMatchObject({ code: "unreachable" });
});
