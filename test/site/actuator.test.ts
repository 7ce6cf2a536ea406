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
