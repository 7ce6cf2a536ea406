/** A virtual Easee cloud with one charger, and our driver on it. */

import { connectEasee, type EaseeOptions } from "../../../src/drivers/chargers/easee/charger.js";
import type { Charger } from "../../../src/drivers/driver.js";
import type { ChargerReading } from "../../../src/model/readings.js";
import { Car, type CarOptions } from "../../../src/simulator/house/car.js";
import {
  startVirtualEasee,
  type VirtualEasee,
  type VirtualEaseeOptions,
} from "../../../src/simulator/devices/easee/cloud.js";
import { Evse } from "../../../src/simulator/house/evse.js";
import { driverContext } from "../../support/driver-context.js";
import { MemoryLog } from "../../support/memory-log.js";
import { closeAfterTest } from "../../support/test-bench.js";
import { settle, TestClock } from "../../support/test-clock.js";

export const id = "EH123456";

/** ms of real time, after which something will never come. */
const patience = 60_000;

/** Waits until something holds that comes over the network; only ever as long as it takes. */
export async function eventually(holds: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + patience;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`It did not come true: ${holds.toString()}`);
    await settle();
  }
}

/** The same for what needs no waiting itself. */
export async function until(holds: () => boolean): Promise<void> {
  await eventually(async () => holds());
}

export interface Setting {
  readonly clock: TestClock;
  readonly log: MemoryLog;
  readonly cloud: VirtualEasee;
  readonly evse: Evse;
  /** Pushed by the driver. */
  readonly pushed: ChargerReading[];
  readonly charger: Charger;
  /** Another charger of the same account. */
  connect(options?: Partial<EaseeOptions>): Charger;
  /** Lets the wallbox and the clock go on together, and has the cloud push its updates. s */
  pass(seconds: number): Promise<void>;
  /** Paths of the requests so far, without the login. */
  requests(): string[];
  /** The last part of each write's path, and its body. */
  commands(): string[];
}

export interface SetUpOptions {
  readonly cloud?: Partial<VirtualEaseeOptions>;
  readonly driver?: Partial<EaseeOptions>;
  readonly car?: CarOptions | null;
}

export async function setUp({ cloud: wanted = {}, driver = {}, car = {} }: SetUpOptions = {}): Promise<Setting> {
  const clock = new TestClock();
  const log = new MemoryLog();
  const evse = new Evse({ answerTime: 0 });
  if (car !== null) evse.plug(new Car(car));
  const cloud = closeAfterTest(
    await startVirtualEasee({ chargers: [{ id, evse }], now: () => clock.now(), ...wanted }),
  );
  const pushed: ChargerReading[] = [];
  const connect = (options: Partial<EaseeOptions> = {}): Charger => {
    const all: EaseeOptions = {
      username: "somebody@example.com",
      password: "correct horse",
      chargerId: id,
      control: "charger",
      offlineCurrent: 6,
      apiUrl: cloud.apiUrl,
      streamUrl: cloud.streamUrl,
      ...driver,
      ...options,
    };
    return closeAfterTest(connectEasee(all, driverContext({ clock, log })));
  };
  const charger = connect();
  charger.watch?.((reading) => pushed.push(reading));
  return {
    clock,
    log,
    cloud,
    evse,
    pushed,
    charger,
    connect,
    async pass(seconds) {
      for (let second = 0; second < seconds; second += 1) {
        evse.advance(1);
        await clock.advance(1_000);
        cloud.update();
      }
    },
    requests: () => cloud.requests.map(({ path }) => path).filter((path) => !path.startsWith("/api/accounts/")),
    commands: () => cloud.writes.map(({ path, body }) => `${path.split("/").at(-1)} ${body}`),
  };
}

/** The same, with the stream connected and everything reported once. */
export async function setUpStreaming(options: SetUpOptions = {}): Promise<Setting> {
  const setting = await setUp(options);
  const subscribed = setting.cloud.hub.invocations;
  await setting.charger.read();
  await until(() => subscribed.length > 0);
  await delivered(setting);
  return setting;
}

/** Waits until what the cloud has sent so far has arrived, and has been pushed on. */
export async function delivered({ cloud, clock, charger }: Setting): Promise<void> {
  mark = 20 + ((mark + 1) % 40);
  cloud.say(id, 150, String(mark), { at: clock.now(), dataType: 4 });
  await eventually(async () => (await charger.read()).temperature === mark);
  await clock.advance(250);
}

let mark = 20;
