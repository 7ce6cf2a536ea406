import { persistentStateOf } from "../../../src/control/memory.js";
import { disconnected, start, type Run } from "../support.js";
import { command, hour, live, restart, runWith } from "./support.js";

describe("a minimum by hand", () => {
  test("is what it charges with at least, also where the sun gives less", () => {
    const run = runWith({ mode: "solar-min" });
    live(run, 60, 2);
    expect(run.decision("Garage").current).toBe(6);
    command(run, { minAmpere: 9 });
    live(run, 60, 2);
    expect(run.decision("Garage").current).toBe(9);
  });

  test("is what the sun has to give for a start", () => {
    const run = runWith({ mode: "solar", maxCurrent: 16 }, { importPenalty: 10 });
    command(run, { minAmpere: 9 });
    live(run, 1_200, -8);
    expect(run.decision("Garage")).toMatchObject({ current: 0 });
    live(run, 300, -12);
    expect(run.decision("Garage").current).toBeGreaterThanOrEqual(9);
  });

  test("is no leave to overload the fuse: where it does not fit, it pauses", () => {
    const run = runWith({ mode: "fast" });
    command(run, { minAmpere: 10 });
    live(run, 60, 17);
    expect(run.decision("Garage").current).toBe(0);
  });

  test("survives a restart, and null lifts it", () => {
    const run = runWith({ mode: "solar-min" });
    live(run, 60, 2);
    command(run, { minAmpere: 9 });
    restart(run);
    live(run, 60, 2);
    expect(run.decision("Garage").current).toBe(9);
    command(run, { minAmpere: null });
    live(run, 60, 2);
    expect(run.decision("Garage").current).toBe(6);
  });
});

describe("a start by hand until a time", () => {
  function started(): Run {
    const run = runWith({ mode: "solar" });
    live(run, 30, 2);
    command(run, { allowCharging: true, until: start + hour * 1_000 });
    live(run, 300, 2);
    if (run.decision("Garage").current !== 6) throw new Error("it should charge");
    return run;
  }

  const until = { weekday: null, minutes: 16 * 60 + 6 };

  test("ends by a stop, however much sun there is then", () => {
    const run = started();
    expect(run.decision("Garage").reasons).toMatchObject([{ why: { code: "started-by-hand", until } }]);
    live(run, hour - run.seconds, -14);
    expect(run.decision("Garage").current).toBe(0);
    live(run, 900, -14);
    expect(run.decision("Garage")).toMatchObject({ current: 0 });
    expect(run.decision("Garage").reasons).toEqual([{ code: "timed-start-over", until }]);
  });

  test("also over a restart, and if nobody looked at that time", () => {
    const run = started();
    restart(run);
    run.seconds = hour + 600;
    live(run, 60, -14);
    expect(run.decision("Garage").current).toBe(0);
  });

  test("a start without a time goes on", () => {
    const run = started();
    command(run, { allowCharging: true });
    live(run, 2 * hour, 2);
    expect(run.decision("Garage").current).toBe(6);
  });

  test("the next car is charged again", () => {
    const run = started();
    live(run, hour, 2);
    live(run, 30, 2, disconnected);
    live(run, 600, -14);
    expect(run.decision("Garage").current).toBeGreaterThanOrEqual(6);
  });
});

describe("a limit of the site", () => {
  test("holds beside the grid operator's, and the lower one counts", () => {
    const run = runWith({ mode: "fast" }, { powerLimit: 2_300 });
    live(run, 60, 2);
    expect(run.decision("Garage").current).toBe(10);
    run.after(1, { powerLimit: 1_840 });
    live(run, 30, 2);
    expect(run.decision("Garage").current).toBe(8);
    run.after(1, { powerLimit: 9_000 });
    live(run, 60, 2);
    expect(run.decision("Garage").current).toBe(10);
    run.after(1, { powerLimit: null });
    live(run, 60, 2);
    expect(run.decision("Garage").current).toBe(10);
  });

  test("the grid operator's survives a restart, and is not mistaken for that of the site", () => {
    const run = runWith({ mode: "fast" }, { powerLimit: 2_300 });
    live(run, 60, 2);
    expect(persistentStateOf(run.memory).powerLimit).toBeNull();
    run.after(1, { powerLimit: 1_840 });
    restart(run);
    live(run, 60, 2);
    expect(run.decision("Garage").current).toBe(8);
  });
});
