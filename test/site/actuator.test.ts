import { DeviceError } from "../../src/model/errors.js";
import { ActuatorBox, obeying, stopped } from "./actuator-box.js";

const gone = new Error("Garage: no answer from 192.168.1.36 within 5 s. (unreachable)");

describe("the order of writes", () => {
  test("current and phases come before a start", async () => {
    const box = new ActuatorBox();
    await box.aim(10, 1);
    expect(box.sent()).toEqual(["A 10", "phases 1", "start"]);
  });

  test("a pause comes first, and alone", async () => {
    const box = new ActuatorBox();
    await box.aim(10, 3);
    box.sent();
    await box.aim(0, 1);
    expect(box.sent()).toEqual(["stop"]);
  });

  test("a pause is written even when nothing is known of the charger", async () => {
    const box = new ActuatorBox();
    await box.aim(0);
    expect(box.sent()).toEqual(["stop"]);
  });

  test("a charger without phases to switch is never asked to", async () => {
    const box = new ActuatorBox({ switchesPhases: false });
    await box.hear({ ...stopped, phases: 3 });
    await box.aim(8, 1);
    expect(box.sent()).toEqual(["A 8", "start"]);
  });

  test("what the charger already is, is not written", async () => {
    const box = new ActuatorBox();
    await box.hear(obeying(8));
    await box.aim(8);
    await box.aim(9);
    expect(box.sent()).toEqual(["A 9"]);
  });

  test("where a start and stop switch is told apart from what it comes to, the switch counts", async () => {
    const box = new ActuatorBox();
    await box.hear({ ...obeying(8), allowCharging: false });
    await box.aim(8);
    expect(box.sent()).toEqual([]);
  });
});

describe("one write at a time", () => {
  test("nothing is written twice, however often it is decided", async () => {
    const box = new ActuatorBox();
    for (let pass = 0; pass < 100; pass++) await box.aim(10);
    expect(box.sent()).toEqual(["A 10", "phases 3", "start"]);
  });

  test("nothing is written twice while the first write is under way", async () => {
    const box = new ActuatorBox();
    await box.hear(obeying(16));
    box.holding = true;
    await box.aim(10);
    await box.aim(10);
    await box.aim(10);
    await box.release();
    expect(box.sent()).toEqual(["A 10"]);
  });

  test("the newest decision wins, and those between are never sent", async () => {
    const box = new ActuatorBox();
    await box.hear(obeying(6));
    box.holding = true;
    await box.aim(8);
    await box.aim(10);
    await box.aim(12);
    box.holding = false;
    await box.release();
    expect(box.sent()).toEqual(["A 8", "A 12"]);
  });

  test("a pause decided during a start is the next write, and the start is not finished", async () => {
    const box = new ActuatorBox();
    await box.hear(stopped);
    box.holding = true;
    await box.aim(10, 1);
    await box.aim(0);
    box.holding = false;
    await box.release();
    expect(box.sent()).toEqual(["A 10"]);
  });

  test("idle waits for what is under way, and for what follows from it", async () => {
    const box = new ActuatorBox();
    await box.hear(obeying(6));
    box.holding = true;
    await box.aim(8);
    await box.aim(10);
    box.holding = false;
    const idle = box.actuator.idle().then(() => box.sent());
    await box.release();
    expect(await idle).toEqual(["A 8", "A 10"]);
  });

  test("idle without anything to do is over at once", async () => {
    await expect(new ActuatorBox().actuator.idle()).resolves.toBeUndefined();
  });
});

describe("read back", () => {
  test.each<[what: string, reading: object, write: string]>([
    ["another current", obeying(16), "A 10"],
    ["another number of phases", obeying(10, 1), "phases 3"],
    ["not started", { ...obeying(10), enabled: false }, "start"],
  ])("%s is written again", async (_what, reading, write) => {
    const box = new ActuatorBox();
    await box.aim(10);
    box.sent();
    await box.clock.advance(3_000);
    await box.hear(reading);
    await box.aim(10);
    expect(box.sent()).toEqual([write]);
  });

  test("a charger that goes on although it was paused is stopped again", async () => {
    const box = new ActuatorBox();
    await box.aim(0);
    box.sent();
    await box.clock.advance(5_000);
    await box.hear(obeying(16));
    await box.aim(0);
    expect(box.sent()).toEqual(["stop"]);
  });

  test("the current of a paused charger is its own business", async () => {
    const box = new ActuatorBox();
    await box.aim(0);
    box.sent();
    await box.clock.advance(5_000);
    await box.hear({ ...stopped, maxAmpere: 32, phases: 1 });
    await box.aim(0);
    expect(box.sent()).toEqual([]);
  });

  test("for three seconds after a write the charger may still show its old setting", async () => {
    const box = new ActuatorBox();
    await box.hear(obeying(16));
    await box.aim(10);
    box.sent();
    await box.clock.advance(2_999);
    await box.hear(obeying(16));
    await box.aim(10);
    expect(box.sent()).toEqual([]);
    await box.clock.advance(1);
    await box.hear(obeying(16));
    await box.aim(10);
    expect(box.sent()).toEqual(["A 10"]);
  });

  test("what was read before a write, and comes after it, undoes nothing", async () => {
    const box = new ActuatorBox();
    await box.hear(obeying(16));
    box.holding = true;
    await box.aim(10);
    await box.hear(obeying(16));
    box.holding = false;
    await box.release();
    await box.aim(10);
    expect(box.sent()).toEqual(["A 10"]);
  });
});

describe("writes that fail", () => {
  async function failed(first: number, then?: number): Promise<ActuatorBox> {
    const box = new ActuatorBox();
    await box.hear(obeying(first));
    await box.aim(first);
    box.failure = gone;
    await box.aim(then ?? first + 2);
    box.sent();
    return box;
  }

  test("nothing is tried again until the charger has been heard of", async () => {
    const box = await failed(8);
    box.failure = null;
    for (let pass = 0; pass < 60; pass++) await box.aim(12);
    expect(box.sent()).toEqual([]);
    await box.hear(obeying(8));
    await box.aim(12);
    expect(box.sent()).toEqual(["A 12"]);
  });

  test("an increase waits", async () => {
    const box = await failed(8);
    await box.aim(11);
    await box.aim(12);
    await box.aim(16);
    expect(box.sent()).toEqual([]);
  });

  test("a decrease passes", async () => {
    const box = await failed(10, 12);
    await box.aim(7);
    expect(box.sent()).toEqual(["A 7"]);
  });

  test("a pause passes", async () => {
    const box = await failed(10, 12);
    await box.aim(0);
    expect(box.sent()).toEqual(["stop"]);
  });

  test("after a failure it is not known what the charger is set to: all is written again", async () => {
    const box = await failed(10, 12);
    box.failure = null;
    await box.aim(8);
    expect(box.sent()).toEqual(["A 8", "phases 3", "start"]);
  });

  test("a decrease decided while a write is under way that fails passes too", async () => {
    const box = new ActuatorBox();
    await box.hear(obeying(8));
    box.holding = true;
    await box.aim(16);
    await box.aim(0);
    box.holding = false;
    box.failure = gone;
    await box.release();
    box.failure = null;
    await box.aim(0);
    expect(box.sent()).toEqual(["A 16", "stop"]);
  });

  test("people are told once, after three failures, and again only after it worked", async () => {
    const box = await failed(8);
    for (let round = 0; round < 10; round++) {
      expect(box.log.lines).toHaveLength(round < 2 ? 0 : 1);
      await box.hear(obeying(8));
      await box.aim(10);
    }
    expect(box.log.lines).toEqual([`warn: ${gone.message}`]);
    box.failure = null;
    await box.hear(obeying(8));
    await box.aim(10);
    await box.clock.advance(5_000);
    await box.hear(obeying(10));
    box.failure = gone;
    for (let round = 0; round < 4; round++) {
      await box.hear(obeying(8));
      await box.aim(14 + round);
    }
    expect(box.log.lines).toHaveLength(2);
  });

  test("a person is told once of a charger that says yes and does nothing", async () => {
    const box = new ActuatorBox();
    for (let poll = 0; poll < 20; poll++) {
      await box.clock.advance(5_000);
      await box.hear(obeying(16));
      await box.aim(6);
    }
    expect(box.log.lines).toHaveLength(1);
  });
});

test("what the charger does not tell is no difference", async () => {
  const box = new ActuatorBox();
  await box.aim(10);
  box.sent();
  for (let poll = 0; poll < 5; poll++) {
    await box.clock.advance(5_000);
    await box.hear({ enabled: null, allowCharging: null, maxAmpere: null, phases: null });
    await box.aim(10);
  }
  expect(box.sent()).toEqual([]);
});

describe("refused writes", () => {
  const refusal = new DeviceError({ code: "refused", device: "Garage", what: "it says no", advice: "Ask it why" });
  const withoutCar = { ...obeying(32), state: "disconnected" } as const;

  /** A day of polls, 5 s apart. */
  async function pollForADay(box: ActuatorBox, current: number, reading: object): Promise<string[]> {
    for (let poll = 0; poll < 17_280; poll++) {
      await box.clock.advance(5_000);
      await box.hear(reading);
      await box.aim(current);
    }
    return box.sent();
  }

  test("a pause that is refused without a car is asked ever less often, and nobody is warned of it", async () => {
    const box = new ActuatorBox();
    box.failure = refusal;
    expect((await pollForADay(box, 0, withoutCar)).length).toBeLessThan(300);
    expect(box.log.lines).toEqual([]);
    await box.hear({ ...withoutCar, state: "connected" });
    await box.aim(0);
    expect(box.sent()).toEqual(["stop"]);
  });

  test("the second time comes with the next reading, then the waits double", async () => {
    const box = new ActuatorBox();
    const times: number[] = [];
    box.failure = refusal;
    for (let second = 0; second <= 160; second++) {
      if (second % 5 === 0) await box.hear({ ...obeying(16), state: "connected" });
      await box.aim(0);
      if (box.sent().length > 0) times.push(second);
      await box.clock.advance(1_000);
    }
    expect(times).toEqual([0, 5, 15, 35, 75, 155]);
  });

  test("while a car charges a refused pause is asked four times a minute", async () => {
    const box = new ActuatorBox();
    box.failure = refusal;
    const sent = await pollForADay(box, 0, { ...obeying(16), state: "charging" });
    expect(sent.length).toBeGreaterThanOrEqual(5_760);
    expect(sent.length).toBeLessThan(5_780);
  });

  test("a current that the charger accepts and does not keep is written ever less often too", async () => {
    const box = new ActuatorBox();
    expect((await pollForADay(box, 6, { ...obeying(13), state: "connected" })).length).toBeLessThan(300);
  });

  test("a lower current than the refused one passes, once", async () => {
    const box = new ActuatorBox();
    await box.hear(obeying(8));
    box.failure = refusal;
    for (const current of [16, 14, 16, 14, 12, 14]) {
      await box.hear(obeying(8));
      await box.aim(current);
    }
    expect(box.sent()).toEqual(["A 16", "A 14", "A 12"]);
  });

  test("a pause passes after a refused current", async () => {
    const box = new ActuatorBox();
    box.failure = refusal;
    await box.aim(16);
    await box.aim(0);
    expect(box.sent()).toEqual(["A 16", "stop"]);
  });

  test("at the end of the program a refused pause is tried once more", async () => {
    const box = new ActuatorBox();
    box.failure = refusal;
    await box.aim(0);
    await box.hear({ ...obeying(16), state: "connected" });
    await box.aim(0);
    box.sent();
    box.actuator.insist();
    await box.aim(0);
    expect(box.sent()).toEqual(["stop"]);
  });

  test("what kept is forgiven: another app that interferes later is answered at once", async () => {
    const box = new ActuatorBox();
    await box.aim(6);
    for (const reported of [16, 6, 16, 6, 16]) {
      await box.clock.advance(5_000);
      await box.hear({ ...obeying(reported), state: "charging" });
      await box.aim(6);
    }
    expect(box.sent().filter((write) => write === "A 6")).toHaveLength(4);
  });

  test("no answer is no refusal: it is tried again with each reading", async () => {
    const box = new ActuatorBox();
    box.failure = new DeviceError({ code: "unreachable", device: "Garage", what: "no answer", advice: "Check it" });
    for (let poll = 0; poll < 12; poll++) {
      await box.hear(obeying(16));
      await box.aim(0);
      await box.clock.advance(5_000);
    }
    expect(box.sent()).toHaveLength(12);
  });
});
