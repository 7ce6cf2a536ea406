import { connectAsync } from "mqtt";
import type { MqttClient } from "mqtt";
import type { Broker } from "../../src/simulator/servers/broker.js";
import { startBroker } from "../../src/simulator/servers/broker.js";
import type { VirtualShelly3em, VirtualShelly3emOptions } from "../../src/simulator/devices/shelly-gen1/device.js";
import { startVirtualShelly3em } from "../../src/simulator/devices/shelly-gen1/device.js";
import type { MeteredGrid } from "../../src/simulator/devices/shelly-gen1/state.js";
import { runAfterTest, closeAfterTest } from "../support/test-bench.js";

const first: MeteredGrid = {
  powers: [1150, -230, 0],
  currents: [5, -1, 0],
  voltages: [230, 230, 231.456],
  importEnergies: [1000.5, 20, 0],
  exportEnergies: [3, 400, 0],
};

const prefix = "shellies/shellyem3-AABBCC";
let grid: MeteredGrid;
let shelly: VirtualShelly3em;

beforeEach(() => {
  grid = first;
});

async function start(options: Omit<VirtualShelly3emOptions, "grid">): Promise<void> {
  shelly = closeAfterTest(await startVirtualShelly3em({ grid: () => grid, ...options }));
}

async function newBroker(options: Parameters<typeof startBroker>[0] = {}): Promise<Broker> {
  return closeAfterTest(await startBroker(options));
}

/** A client that keeps all it hears, and lets one wait for a topic. */
class Ear {
  readonly heard: [topic: string, payload: string][] = [];
  private readonly waiting = new Set<() => void>();

  private constructor(readonly client: MqttClient) {
    client.on("message", (topic, payload) => {
      this.heard.push([topic, payload.toString()]);
      for (const check of this.waiting) check();
    });
  }

  static async at(broker: Broker): Promise<Ear> {
    const ear = new Ear(await connectAsync(broker.url, { reconnectPeriod: 50 }));
    runAfterTest(() => ear.client.endAsync(true));
    await ear.client.subscribeAsync("shellies/#");
    return ear;
  }

  async hears(topic: string, payload?: string): Promise<void> {
    const is = () => this.heard.some(([t, p]) => t === topic && (payload === undefined || p === payload));
    if (is()) return;
    await new Promise<void>((resolve) => {
      const check = () => {
        if (!is()) return;
        this.waiting.delete(check);
        resolve();
      };
      this.waiting.add(check);
    });
  }

  last(topic: string): string | undefined {
    return this.heard.findLast(([t]) => t === topic)?.[1];
  }

  forget(): void {
    this.heard.length = 0;
  }

  /** All that was sent to the broker before this has come. */
  async catchUp(): Promise<void> {
    const mark = `shellies/mark/${Math.random()}`;
    await this.client.publishAsync(mark, "");
    await this.hears(mark);
  }
}

describe("MQTT", () => {
  let broker: Broker;
  let ear: Ear;

  beforeEach(async () => {
    broker = await newBroker();
    ear = await Ear.at(broker);
    await start({ mqtt: { url: broker.url } });
    await ear.hears(`${prefix}/relay/0`);
    ear.forget();
  });

  test("a burst has every topic as a plain number; current without sign, power with", async () => {
    await shelly.publish();
    await ear.hears(`${prefix}/relay/0`);
    expect(Object.fromEntries(ear.heard)).toEqual({
      [`${prefix}/emeter/0/power`]: "1150.00",
      [`${prefix}/emeter/0/pf`]: "1.00",
      [`${prefix}/emeter/0/current`]: "5.00",
      [`${prefix}/emeter/0/voltage`]: "230.00",
      [`${prefix}/emeter/0/total`]: "1000.50",
      [`${prefix}/emeter/0/total_returned`]: "3.00",
      [`${prefix}/emeter/1/power`]: "-230.00",
      [`${prefix}/emeter/1/pf`]: "-1.00",
      [`${prefix}/emeter/1/current`]: "1.00",
      [`${prefix}/emeter/1/voltage`]: "230.00",
      [`${prefix}/emeter/1/total`]: "20.00",
      [`${prefix}/emeter/1/total_returned`]: "400.00",
      [`${prefix}/emeter/2/power`]: "0.00",
      [`${prefix}/emeter/2/pf`]: "0.00",
      [`${prefix}/emeter/2/current`]: "0.00",
      [`${prefix}/emeter/2/voltage`]: "231.46",
      [`${prefix}/emeter/2/total`]: "0.00",
      [`${prefix}/emeter/2/total_returned`]: "0.00",
      [`${prefix}/relay/0`]: "off",
    });
  });

  test.each([`${prefix}/command`, "shellies/command"])("update on %s makes it speak", async (topic) => {
    await ear.client.publishAsync(topic, "update");
    await ear.hears(`${prefix}/relay/0`);
    expect(ear.last(`${prefix}/emeter/0/power`)).toBe("1150.00");
  });

  test("announce makes it introduce itself", async () => {
    await ear.client.publishAsync("shellies/command", "announce");
    await ear.hears(`${prefix}/announce`);
    await ear.hears("shellies/announce");
    expect(JSON.parse(ear.last("shellies/announce") ?? "")).toMatchObject({ id: "shellyem3-AABBCC", model: "SHEM-3" });
  });

  test("online is retained, and turns false when the power is cut", async () => {
    const late = await Ear.at(broker);
    await late.hears(`${prefix}/online`, "true");
    await shelly.cutPower();
    await late.hears(`${prefix}/online`, "false");
  });

  test("withheld topics are no longer sent", async () => {
    shelly.withhold.add("current");
    await shelly.publish();
    await ear.hears(`${prefix}/relay/0`);
    expect(ear.last(`${prefix}/emeter/0/current`)).toBeUndefined();
    expect(ear.last(`${prefix}/emeter/0/power`)).toBe("1150.00");
  });

  test("silent is silent, whatever is asked", async () => {
    shelly.silent = true;
    await shelly.publish();
    await ear.client.publishAsync("shellies/command", "update");
    await ear.catchUp();
    expect(ear.heard.filter(([topic]) => topic.startsWith(`${prefix}/emeter`))).toEqual([]);
  });

  test("frozen repeats itself", async () => {
    shelly.frozen = true;
    grid = { ...first, powers: [2300, 0, 0] };
    await shelly.publish();
    await ear.hears(`${prefix}/emeter/0/power`, "1150.00");
    shelly.frozen = false;
    await shelly.publish();
    await ear.hears(`${prefix}/emeter/0/power`, "2300.00");
  });

  test("it finds its way back to a broker that was gone", async () => {
    await broker.kill();
    await shelly.publish();
    ear.forget();
    grid = { ...first, powers: [42, 0, 0] };
    await broker.restart();
    const late = await Ear.at(broker);
    await late.hears(`${prefix}/online`, "true");
    await shelly.publish();
    await late.hears(`${prefix}/emeter/0/power`, "42.00");
  });

  test("closing ends without a broker too", async () => {
    await broker.kill();
    await expect(shelly.close()).resolves.toBeUndefined();
  });
});

test("a retained message reaches live subscribers, also with another at its heels", async () => {
  const broker = await newBroker();
  const ear = await Ear.at(broker);
  const sent = Array.from({ length: 20 }, (_, index) => [`shellies/${index}`, String(index)] as const);
  for (const [topic, payload] of sent) ear.client.publish(topic, payload, { retain: Number(payload) % 3 === 0 });
  await ear.catchUp();
  expect(ear.heard.slice(0, -1)).toEqual(sent);
});

test("a broker with a login lets in who has it", async () => {
  const login = { username: "meter", password: "secret" };
  const broker = await newBroker({ login });
  await expect(connectAsync(broker.url, { reconnectPeriod: 0 })).rejects.toMatchObject({ code: 4 });
  await start({ mqtt: { url: broker.url, login } });
  expect(shelly.httpPort).toBeNull();
});

describe("HTTP", () => {
  const get = async (path: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`http://127.0.0.1:${shelly.httpPort}${path}`, { headers });

  test("the status has all three phases and their sum", async () => {
    await start({ http: {} });
    expect(await (await get("/status")).json()).toMatchObject({
      total_power: 920,
      relays: [{ ison: false }],
      emeters: [
        { power: 1150, pf: 1, current: 5, voltage: 230, is_valid: true, total: 1000.5, total_returned: 3 },
        { power: -230, pf: -1, current: 1, voltage: 230, is_valid: true, total: 20, total_returned: 400 },
        { power: 0, pf: 0, current: 0, voltage: 231.46, is_valid: true, total: 0, total_returned: 0 },
      ],
    });
    expect(await (await get("/emeter/1")).json()).toMatchObject({ power: -230 });
    expect(await (await get("/shelly")).json()).toMatchObject({ type: "SHEM-3", auth: false });
    const missing = await get("/emeter/3");
    expect(missing.status).toBe(404);
    await missing.text();
  });

  test("a phase whose measuring failed says so", async () => {
    await start({ http: {} });
    shelly.invalidPhases.add(0);
    expect(await (await get("/emeter/0")).json()).toMatchObject({ power: 0, voltage: 0, is_valid: false });
  });

  test("with a login, only /shelly is open", async () => {
    await start({ http: { login: { username: "admin", password: "secret" } } });
    const refused = await get("/status");
    expect([refused.status, refused.headers.get("www-authenticate")]).toEqual([401, 'Basic realm="shelly"']);
    await refused.text();
    expect(await (await get("/shelly")).json()).toMatchObject({ auth: true });
    const authorization = `Basic ${Buffer.from("admin:secret").toString("base64")}`;
    const allowed = await get("/status", { authorization });
    expect(allowed.status).toBe(200);
    await allowed.text();
  });
});
