import { DeviceError } from "../../src/model/errors.js";
import { ActuatorBox, obeying } from "./actuator-box.js";

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
