import { currentRange } from "../../../src/drivers/chargers/easee/charger.js";
import type { CommandFault } from "../../../src/simulator/devices/easee/commands.js";
import { failureOf } from "../../support/failure.js";
import { settle } from "../../support/test-clock.js";
import { eventually, id, type Setting, setUp, setUpStreaming, delivered, until } from "./support.js";

const current = (amps: number): string => `set_dynamic_charger_current {"amps":${amps},"minutes":10}`;

/** Waits until so many writes have come in. */
const written = ({ commands: writes }: Setting, count: number): Promise<void> => until(() => writes().length === count);

test.each([currentRange.min, 13, currentRange.max])("%p A are this request, and then hold", async (amps) => {
  const { charger, cloud, commands: writes } = await setUpStreaming();
  await charger.writes.maxAmpere(amps);
  expect(cloud.writes).toEqual([
    {
      path: "/api/chargers/EH123456/commands/set_dynamic_charger_current",
      body: `{"amps":${amps},"minutes":10}`,
    },
  ]);
  expect(writes()).toEqual([current(amps)]);
  expect(cloud.box(id).dynamicCurrent).toBe(amps);
  expect((await charger.read()).maxAmpere).toBe(amps);
});

test.each([0, 5, 33, 6.9, NaN, -6])("%p A are refused before anything is sent", async (amps) => {
  const { charger, cloud } = await setUpStreaming();
  expect(await failureOf(charger.writes.maxAmpere(amps))).toMatchObject({ code: "unsupported" });
  expect(cloud.writes).toEqual([]);
});

test("what was written is forgotten after as long as the driver says", async () => {
  const setting = await setUpStreaming();
  const { charger, pass } = setting;
  await charger.writes.maxAmpere(10);
  expect(charger.expiry).toBe(600_000);
  await pass(599);
  expect((await charger.read()).maxAmpere).toBe(10);
  await pass(1);
  await delivered(setting);
  expect((await charger.read()).maxAmpere).toBe(40);
});

test("a stop is a pause, and a start resumes with the current of before", async () => {
  const { charger, cloud, commands: writes } = await setUpStreaming();
  await charger.writes.maxAmpere(10);
  await charger.writes.allowCharging(false);
  expect(await charger.read()).toMatchObject({ enabled: false, allowCharging: false, maxAmpere: null });
  await charger.writes.allowCharging(true);
  expect(writes()).toEqual([current(10), "pause_charging {}", "resume_charging {}", current(10)]);
  expect(await charger.read()).toMatchObject({ enabled: true, allowCharging: true, maxAmpere: 10 });
  expect(cloud.box(id).dynamicCurrent).toBe(10);
});

test("a charger that goes on is not resumed again, whose current would jump", async () => {
  const { charger, commands: writes } = await setUpStreaming();
  await charger.writes.allowCharging(true);
  expect(writes()).toEqual([]);
});

test("a pause is sent again each time, since it may have been forgotten", async () => {
  const { charger, commands: writes } = await setUpStreaming();
  await charger.writes.allowCharging(false);
  await charger.writes.allowCharging(false);
  expect(writes()).toEqual(["pause_charging {}", "pause_charging {}"]);
});

test("a pause made in the Easee app is seen as a stop", async () => {
  const setting = await setUpStreaming();
  setting.cloud.box(id).pause();
  setting.cloud.update();
  await delivered(setting);
  expect(setting.pushed.at(-1)).toMatchObject({ enabled: false, state: "connected" });
});

test("a charger that is disabled in the app is not started: that is kept in flash", async () => {
  const setting = await setUpStreaming();
  setting.cloud.box(id).enabled = false;
  setting.cloud.update();
  await delivered(setting);
  const error = await failureOf(setting.charger.writes.allowCharging(true));
  expect(error).toMatchObject({ code: "refused" });
  expect(error.message).toContain("disabled in the Easee app");
  expect(setting.cloud.writes).toEqual([]);
});

test("after a restart the next reading shows that the current has jumped", async () => {
  const setting = await setUpStreaming();
  const { charger, cloud, pass } = setting;
  await charger.writes.maxAmpere(10);
  cloud.box(id).reboot();
  await pass(10);
  await delivered(setting);
  expect((await charger.read()).maxAmpere).toBe(40);
});

test("a day of set-points and pauses writes nothing to flash", async () => {
  const { charger, clock, cloud } = await setUpStreaming();
  for (let hour = 0; hour < 24; hour += 1) {
    await charger.writes.maxAmpere(6 + hour);
    await charger.writes.allowCharging(hour % 2 === 0);
    await clock.advance(3_600_000);
  }
  expect(cloud.flashWrites).toBe(0);
  expect(cloud.writes.length).toBeGreaterThanOrEqual(36);
  expect(cloud.writes.every(({ path }) => path.includes("/commands/"))).toBe(true);
  for (const { body } of cloud.writes.filter(({ path }) => path.endsWith("_current")))
    expect(JSON.parse(body).minutes).toBeGreaterThan(0);
});

test.each<[why: string, fault: CommandFault]>([
  ["comes before the request is answered", "early"],
  ["does not come, but the charger shows the new current", "unreported"],
])("a result that %s is good enough", async (_why, fault) => {
  const { charger, cloud } = await setUpStreaming();
  cloud.commandFault = fault;
  await charger.writes.maxAmpere(10);
  expect((await charger.read()).maxAmpere).toBe(10);
});

test("a command that the charger refuses is an error", async () => {
  const { charger, cloud } = await setUpStreaming();
  cloud.commandFault = "refuse";
  const error = await failureOf(charger.writes.maxAmpere(10));
  expect(error).toMatchObject({ code: "refused" });
  expect(error.message).toContain("refuses set_dynamic_charger_current (result 14)");
  expect((await charger.read()).maxAmpere).toBe(32);
});

test("a command that was passed on and never carried out is an error after ten seconds", async () => {
  const setting = await setUpStreaming();
  setting.cloud.commandFault = "never";
  const failure = failureOf(setting.charger.writes.maxAmpere(10));
  await written(setting, 1);
  await eventually(async () => setting.clock.pending >= 3);
  await setting.clock.advance(9_999);
  await setting.clock.advance(1);
  expect((await failure).code).toBe("not-taken-over");
  expect((await setting.charger.read()).maxAmpere).toBe(32);
});

test("results of others, doubles and wrong ticks are no answer to ours", async () => {
  const setting = await setUpStreaming();
  const { cloud, charger, clock } = setting;
  cloud.commandFault = "never";
  let settled = false;
  const failure = failureOf(charger.writes.maxAmpere(10)).finally(() => (settled = true));
  await written(setting, 1);
  await until(() => clock.pending >= 3);
  for (const response of [
    { id: 48, ticks: 639_000_000_000_000_000, wasAccepted: true, resultCode: 0 },
    { id: 22, ticks: 638_000_000_000_000_000, wasAccepted: true, resultCode: 0 },
    { id: 48, wasAccepted: true },
    { id: 48, ticks: "soon", wasAccepted: true },
    { id: 48, ticks: 639_000_000_000_000_000, wasAccepted: "yes" },
  ])
    cloud.respond(id, response);
  await delivered(setting);
  await settle();
  expect(settled).toBe(false);
  await clock.advance(10_000);
  expect((await failure).code).toBe("not-taken-over");
});

test("an old command that is carried out late shows as what it is, and the newer one is not undone by its result", async () => {
  const setting = await setUpStreaming();
  const { cloud, charger, clock } = setting;
  cloud.commandFault = "late";
  const failure = failureOf(charger.writes.maxAmpere(16));
  await written(setting, 1);
  await until(() => clock.pending >= 3);
  await clock.advance(10_000);
  await failure;
  cloud.commandFault = null;
  await charger.writes.maxAmpere(6);
  // The result and echo of the old command, stamped when it was given: neither counts any more.
  cloud.say(id, 48, "16", { at: clock.now() - 9_000 });
  await delivered(setting);
  expect((await charger.read()).maxAmpere).toBe(6);
  // It is carried out now, three minutes late: that is true, and is shown, so that the house can set it right.
  await clock.advance(180_000);
  cloud.releaseLate();
  await delivered(setting);
  expect((await charger.read()).maxAmpere).toBe(16);
});

test("without a stream the charger is asked whether it has taken it over", async () => {
  const { cloud, charger, clock, requests } = await setUp();
  cloud.hubRefusal = 503;
  await charger.read();
  const before = requests().length;
  let done = false;
  const write = charger.writes.maxAmpere(10).finally(() => (done = true));
  await until(() => cloud.box(id).dynamicCurrent === 10);
  await settle();
  await eventually(async () => {
    if (!done) await clock.advance(500);
    return done;
  });
  await write;
  expect(
    requests()
      .slice(before)
      .filter((path) => path.endsWith("/state")).length,
  ).toBeLessThanOrEqual(2);
  expect((await charger.read()).maxAmpere).toBe(10);
});

test.each<[why: string, body: string, code: string]>([
  ["200: it was so already", '""', "done"],
  ["202 with ticks of 0: there was nothing to do", '{"device":"EH123456","commandId":48,"ticks":0}', "done"],
  ["202 in a list", '[{"device":"EH123456","commandId":48,"ticks":0}]', "done"],
  ["202 that names no command", '{"device":"EH123456"}', "protocol"],
  ["202 without a body", "null", "protocol"],
])("an answer of %s", async (why, body, code) => {
  const { charger, cloud } = await setUpStreaming();
  cloud.fault = { status: why.startsWith("200") ? 200 : 202, body };
  const outcome = await charger.writes.maxAmpere(10).then(
    () => "done",
    (error: { code: string }) => error.code,
  );
  expect(outcome).toBe(code);
});

test.each([400, 404, 409])("HTTP %p is an error, and nothing is taken for done", async (status) => {
  const { charger, cloud } = await setUpStreaming();
  cloud.fault = { status };
  expect((await failureOf(charger.writes.maxAmpere(10))).message).toContain(`HTTP ${status}`);
  expect((await charger.read()).maxAmpere).toBe(32);
});

test("while Easee asks us to wait nothing is sent, and then the newest decrease goes out by itself", async () => {
  const setting = await setUpStreaming();
  const { charger, cloud, clock } = setting;
  cloud.fault = { status: 429, retryAfter: "120" };
  const first = await failureOf(charger.writes.maxAmpere(16));
  expect(first.message).toContain("asks us to wait (HTTP 429); the next try is possible in 2 min");
  cloud.fault = null;
  await failureOf(charger.writes.maxAmpere(13));
  await failureOf(charger.writes.maxAmpere(8));
  expect(setting.commands()).toEqual([current(16)]);
  await clock.advance(119_999);
  expect(setting.commands()).toEqual([current(16)]);
  await clock.advance(1);
  await written(setting, 2);
  expect(setting.commands()).toEqual([current(16), current(8)]);
  await eventually(async () => (await charger.read()).maxAmpere === 8);
});

test("a raise that had to wait is not sent by itself: it may not be wanted any more", async () => {
  const setting = await setUpStreaming();
  const { charger, cloud, clock } = setting;
  await charger.writes.maxAmpere(6);
  cloud.fault = { status: 429, retryAfter: "60" };
  await failureOf(charger.writes.allowCharging(false));
  cloud.fault = null;
  await failureOf(charger.writes.maxAmpere(20));
  await clock.advance(120_000);
  await delivered(setting);
  expect(setting.commands()).toEqual([current(6), "pause_charging {}"]);
});

test("403 is reported clearly, and not retried at once", async () => {
  const { charger, cloud, clock } = await setUpStreaming();
  cloud.fault = { status: 403 };
  const error = await failureOf(charger.writes.maxAmpere(10));
  expect(error).toMatchObject({ code: "refused" });
  expect(error.message).toContain("forbids set_dynamic_charger_current (HTTP 403)");
  for (let minute = 0; minute < 14; minute += 1) {
    await clock.advance(60_000);
    await failureOf(charger.writes.maxAmpere(20));
  }
  expect(cloud.writes.length).toBe(1);
});

test("closing ends a write that waits for its result", async () => {
  const setting = await setUpStreaming();
  setting.cloud.commandFault = "never";
  const failure = failureOf(setting.charger.writes.maxAmpere(10));
  await written(setting, 1);
  await setting.charger.close();
  expect(["not-taken-over", "unreachable"]).toContain((await failure).code);
  expect(setting.clock.pending).toBe(0);
});

test("a decrease that went out by itself is what a later start goes on with", async () => {
  const { charger, cloud, clock, commands: writes } = await setUpStreaming();
  await charger.writes.maxAmpere(16);
  cloud.fault = { status: 429, retryAfter: "60" };
  await failureOf(charger.writes.maxAmpere(8));
  cloud.fault = null;
  await clock.advance(60_000);
  await eventually(async () => (await charger.read()).maxAmpere === 8);
  await charger.writes.allowCharging(false);
  await charger.writes.allowCharging(true);
  expect(writes().at(-1)).toBe(current(8));
});

test("a pause that is refused without a car says why", async () => {
  const { charger, cloud } = await setUpStreaming({ car: null });
  cloud.box(id).pausesWithoutCar = false;
  const error = await failureOf(charger.writes.allowCharging(false));
  expect(error).toMatchObject({ code: "refused" });
  expect(error.message).toContain("no car is plugged in, so there is nothing to pause");
});
