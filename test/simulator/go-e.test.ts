import { Car } from "../../src/simulator/house/car.js";
import { Evse } from "../../src/simulator/house/evse.js";
import type { VirtualGoE, VirtualGoEOptions } from "../../src/simulator/devices/go-e/server.js";
import { startVirtualGoE } from "../../src/simulator/devices/go-e/server.js";

let goE: VirtualGoE;
let evse: Evse;

afterEach(() => goE.close());

async function start(
  apiVersion: VirtualGoEOptions["apiVersion"],
  more: Partial<VirtualGoEOptions> = {},
): Promise<void> {
  evse = new Evse({ ...(more.firmware === "042" && { current: 10 }) });
  goE = await startVirtualGoE({ evse, apiVersion, ...more });
}

async function get(path: string): Promise<unknown> {
  const response = await fetch(`http://127.0.0.1:${goE.port}${path}`);
  return response.json();
}

function charge(): void {
  evse.plug(new Car());
  evse.advance(60);
}

describe("API v1", () => {
  beforeEach(() => start(1));

  test("every scalar is text, nrg is numbers in its own units", async () => {
    charge();
    const status = await get("/status");
    expect(status).toMatchObject({ car: "2", amp: "16", amx: "16", alw: "1", cbl: "32", pha: "63", sse: "012345" });
    expect(status).toMatchObject({ nrg: [230, 230, 230, 0, 160, 160, 160, 37, 37, 37, 0, 1104, 100, 100, 100, 0] });
    expect(status).toMatchObject({
      dws: String(Math.floor(evse.sessionEnergy * 360)),
      eto: String(Math.floor(evse.totalEnergy / 100)),
    });
    const odd = Object.entries(status ?? {}).filter(([, value]) => typeof value !== "string" && !Array.isArray(value));
    expect(odd).toEqual([]);
  });

  test("amx and amp both read back what was set last; only amp is stored", async () => {
    expect(await get("/mqtt?payload=amx=10")).toMatchObject({ amp: "10", amx: "10" });
    expect(goE.flashWrites).toBe(0);
    goE.reboot();
    evse.advance(10);
    expect(await get("/status")).toMatchObject({ amp: "16", amx: "16", rbc: "1", rbt: "2000" });
    expect(await get("/mqtt?payload=amp=12")).toMatchObject({ amp: "12", amx: "12" });
    expect(goE.flashWrites).toBe(1);
    goE.reboot();
    evse.advance(10);
    expect(await get("/status")).toMatchObject({ amp: "12" });
  });

  test.each(["amx=5", "amx=33", "amx=", "amx=7.5", "amp=40", "alw=2", "fwv=1", "nothing=1", "amx"])(
    "%s is refused in silence",
    async (payload) => {
      const before = await get("/status");
      expect(await get(`/mqtt?payload=${payload}`)).toEqual(before);
    },
  );

  test("alw stops and starts; the pilot follows a second later", async () => {
    charge();
    expect(await get("/mqtt?payload=alw=0")).toMatchObject({ alw: "0", car: "2" });
    evse.advance(1);
    expect(await get("/status")).toMatchObject({ alw: "0", car: "4" });
    goE.appStart();
    evse.advance(10);
    expect(await get("/status")).toMatchObject({ alw: "1", car: "2" });
  });

  test("dwo counts while stp is 2, and then takes alw away", async () => {
    await get("/mqtt?payload=dwo=1");
    expect(evse.sessionLimit).toBeNull();
    await get("/mqtt?payload=stp=2");
    expect(evse.sessionLimit).toBe(100);
    charge();
    expect(await get("/status")).toMatchObject({ alw: "0", dwo: "1", stp: "2" });
  });

  test("a card first: nothing is charged until alw is written", async () => {
    await get("/mqtt?payload=ast=1");
    charge();
    expect(await get("/status")).toMatchObject({ ast: "1", alw: "0", car: "3" });
    await get("/mqtt?payload=alw=1");
    evse.advance(10);
    expect(await get("/status")).toMatchObject({ alw: "1", car: "2" });
  });

  test.each([
    ["no car", () => undefined, { car: "1", cbl: "0", pha: "56", err: "0" }],
    ["a ground fault", () => (evse.fault = "ground"), { err: "8" }],
  ])("%s", async (_name, prepare, expected) => {
    prepare();
    expect(await get("/status")).toMatchObject(expected);
  });

  test("API v2 is not there", async () => {
    const response = await fetch(`http://127.0.0.1:${goE.port}/api/status`);
    expect(response.status).toBe(404);
    await response.text();
  });
});

test("hardware V2 with firmware 042 takes amx only up to amp", async () => {
  await start(1, { firmware: "042" });
  expect(await get("/mqtt?payload=amx=12")).toMatchObject({ amx: "10" });
  await get("/mqtt?payload=amp=16");
  expect(await get("/mqtt?payload=amx=12")).toMatchObject({ amx: "12" });
});

test("the legacy API of newer hardware has decimals in nrg", async () => {
  await start("both");
  evse.voltage = 231.4;
  expect(await get("/status")).toMatchObject({ nrg: expect.arrayContaining([231.4]) });
  expect(await get("/api/status?filter=frc")).toEqual({ frc: 0 });
});

describe("API v2", () => {
  beforeEach(() => start(2));

  test("without a filter there is everything, in plain units", async () => {
    charge();
    const status = await get("/api/status");
    expect(status).toMatchObject({ car: 2, amp: 16, alw: true, frc: 0, psm: 2, acs: 0, trx: null, dwo: null, err: 0 });
    expect(status).toMatchObject({ nrg: [230, 230, 230, 0, 16, 16, 16, 3680, 3680, 3680, 0, 11040, 100, 100, 100, 0] });
    expect(status).toMatchObject({
      cbl: 32,
      wh: evse.sessionEnergy,
      modelStatus: 15,
      tma: [expect.any(Number), expect.any(Number)],
    });
    expect(Object.keys(status ?? {}).length).toBeGreaterThan(55);
  });

  test.each(["car,amp,unheard", '["car","amp","unheard"]'])("filter=%s", async (filter) => {
    expect(await get(`/api/status?filter=${encodeURIComponent(filter)}`)).toEqual({ car: 1, amp: 16 });
  });

  test.each([
    ["amp=10", { amp: true }],
    ["amp=10&frc=1", { amp: true, frc: true }],
    ["amp=33", { amp: "value must be between 6 and 32" }],
    ["amp=7.5", { amp: "value must be an integer" }],
    ['amp="10"', { amp: "value must be an integer" }],
    ["amp=ten", { amp: "value is no valid JSON" }],
    ["frc=3", { frc: "value must be one of 0, 1, 2" }],
    ["alw=true", { alw: "key is read-only" }],
    ["unheard=1", { unheard: "unknown key" }],
    ["amx=10", { amx: "unknown key" }],
    ["dwo=null", { dwo: true }],
    ["dwo=10000", { dwo: true }],
    ["trx=0", { trx: true }],
    ["amp=40&frc=1", { amp: "value must be between 6 and 32", frc: true }],
  ])("set?%s", async (query, answer) => {
    expect(await get(`/api/set?${query}`)).toEqual(answer);
  });

  test.each([
    [1, false, 4],
    [0, true, 2],
    [2, true, 2],
  ])("frc %i: alw becomes %s a second later, car %i", async (frc, alw, car) => {
    charge();
    await get(`/api/set?frc=${frc}`);
    evse.advance(1);
    expect(await get("/api/status?filter=frc,alw,car")).toEqual({ frc, alw, car });
  });

  test("the app stops, and says so in frc", async () => {
    charge();
    goE.appStop();
    evse.advance(1);
    expect(await get("/api/status?filter=frc,car,modelStatus")).toEqual({ frc: 1, car: 4, modelStatus: 4 });
    goE.appStart(2);
    evse.advance(10);
    expect(await get("/api/status?filter=frc,car,modelStatus")).toEqual({ frc: 2, car: 2, modelStatus: 3 });
  });

  test("a phase switch interrupts the charge for its pause", async () => {
    charge();
    await get("/api/set?psm=1");
    evse.advance(2);
    expect(await get("/api/status?filter=psm,car,modelStatus,pnp")).toEqual({
      psm: 1,
      car: 3,
      modelStatus: 23,
      pnp: 0,
    });
    evse.advance(30);
    expect(await get("/api/status?filter=car,pnp")).toEqual({ car: 2, pnp: 1 });
    expect(evse.draw).toEqual([16, 0, 0]);
  });

  test("a card opens one session", async () => {
    await get("/api/set?acs=1");
    charge();
    expect(await get("/api/status?filter=alw,modelStatus")).toEqual({ alw: false, modelStatus: 2 });
    await get("/api/set?trx=2");
    evse.advance(10);
    expect(await get("/api/status?filter=alw,trx,car")).toEqual({ alw: true, trx: 2, car: 2 });
    evse.unplug();
    evse.advance(1);
    expect(await get("/api/status?filter=alw,trx,car")).toEqual({ alw: false, trx: null, car: 1 });
  });

  test("a limit of the session stops it", async () => {
    await get("/api/set?dwo=100");
    charge();
    expect(await get("/api/status?filter=alw,modelStatus,dwo")).toEqual({ alw: false, modelStatus: 6, dwo: 100 });
  });

  test("a fault is an error of its own numbers", async () => {
    charge();
    evse.fault = "ground";
    evse.advance(1);
    expect(await get("/api/status?filter=car,err,alw")).toEqual({ car: 5, err: 8, alw: false });
  });

  test("who listens hears what was taken over, and nothing else", async () => {
    const writes: unknown[] = [];
    const end = goE.onWrite((key, value) => writes.push([key, value]));
    await get("/api/set?amp=10&frc=9&dwo=null");
    end();
    await get("/api/set?amp=11");
    expect(writes).toEqual([
      ["amp", 10],
      ["dwo", null],
    ]);
    expect(goE.requests.map(({ url }) => url)).toEqual(["/api/set?amp=10&frc=9&dwo=null", "/api/set?amp=11"]);
    expect(goE.inFlightPeak).toBe(1);
  });
});

test("firmware before 051.4 wants an array of at most ten keys", async () => {
  await start(2, { firmware: "051.3" });
  expect(await get("/api/status?filter=car,amp")).toEqual({});
  expect(await get('/api/status?filter=["car","amp"]')).toEqual({ car: 1, amp: 16 });
  const many = JSON.stringify(Array.from({ length: 11 }, () => "car"));
  await expect(get(`/api/status?filter=${many}`)).rejects.toThrow();
});

describe("misbehaviour", () => {
  beforeEach(() => start(2));

  test("refuse resets the connection", async () => {
    goE.fault = "refuse";
    await expect(get("/api/status")).rejects.toMatchObject({ cause: { code: "ECONNRESET" } });
  });

  test.each(["garbage", "html"] as const)("%s is no JSON", async (fault) => {
    goE.fault = fault;
    await expect(get("/api/status")).rejects.toMatchObject({ name: "SyntaxError" }); // of another realm in jest
  });

  test("any HTTP status", async () => {
    goE.fault = { status: 503 };
    const response = await fetch(`http://127.0.0.1:${goE.port}/api/status`);
    expect(response.status).toBe(503);
    await response.text();
  });

  test("ignore-writes says yes and does nothing", async () => {
    goE.fault = "ignore-writes";
    expect(await get("/api/set?amp=10")).toEqual({ amp: true });
    expect(await get("/api/status?filter=amp")).toEqual({ amp: 16 });
  });

  test("slow answers late", async () => {
    goE.fault = "slow";
    goE.slowness = 1;
    expect(await get("/api/status?filter=amp")).toEqual({ amp: 16 });
    goE.slowness = 60_000;
    const seen = new Promise<void>((resolve) => goE.onRequest(() => resolve()));
    let answered = false;
    const late = get("/api/status").then(
      () => (answered = true),
      () => undefined,
    );
    await seen;
    goE.fault = null;
    await get("/api/status?filter=amp");
    expect(answered).toBe(false);
    await goE.close();
    await late;
  });

  test("silent takes the request and never answers; closing ends it all the same", async () => {
    goE.fault = "silent";
    const seen = new Promise<void>((resolve) => goE.onRequest(() => resolve()));
    const answer = expect(get("/api/status")).rejects.toThrow();
    await seen;
    await goE.close();
    await answer;
  });

  test("unreachable while it restarts", async () => {
    goE.reboot();
    await expect(get("/api/status")).rejects.toThrow();
    evse.advance(8);
    expect(await get("/api/status?filter=rbc")).toEqual({ rbc: 1 });
  });
});
