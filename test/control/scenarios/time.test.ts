import { charger, charging, connected, pass, Run, siteSettings, start } from "../support.js";
import { alive, live } from "./support.js";

test("surplus starts a charge once 5 Wh were missed, and the current follows", () => {
  const run = new Run();
  live(run, 10, -12);
  expect(run.decision("Garage")).toMatchObject({ current: 0 });
  expect(run.decision("Garage").reasons).toMatchObject([{ code: "surplus-too-new" }]);
  live(run, 150, -12);
  expect(run.decision("Garage")).toMatchObject({ current: 12, allowCharging: true });
});

test("sun that is gone ends it after the minimum run, and the pause lasts as well", () => {
  const run = new Run();
  live(run, 60, -12);
  const startedAt = run.seconds;
  live(run, 200, 2);
  expect(run.decision("Garage").current).toBe(6);
  live(run, 150, 2);
  expect(run.decision("Garage").current).toBe(0);
  expect(run.seconds - startedAt).toBeGreaterThan(300);
  live(run, 90, -14);
  expect(run.decision("Garage").reasons).toMatchObject([{ code: "minimum-pause" }]);
  live(run, 240, -14);
  expect(run.decision("Garage").current).toBe(14);
});

describe("paused by an overload", () => {
  function overloaded(): Run {
    const run = new Run(siteSettings({ chargers: [charger({ mode: "fast" })] }));
    live(run, 60, 2);
    live(run, 20, 23);
    if (run.decision("Garage").current > 0) throw new Error("it should pause");
    return run;
  }

  test("it comes back by itself after the minimum pause", () => {
    const run = overloaded();
    live(run, 270, 2);
    expect(run.decision("Garage").current).toBe(0);
    live(run, 60, 2);
    expect(run.decision("Garage").current).toBe(16);
  });

  test("not as long as the headroom does not last", () => {
    const run = overloaded();
    for (let times = 0; times < 40; times++) {
      live(run, 15, 2);
      live(run, 5, 23);
    }
    expect(run.decision("Garage").current).toBe(0);
  });

  test("a start by hand does not wait for the end of the pause", () => {
    const run = overloaded();
    live(run, 60, 2);
    run.after(5, { commands: { Garage: { allowCharging: true } }, meters: { Grid: alive(run, 2) } });
    expect(run.decision("Garage").current).toBe(16);
  });
});

test("only what we paused comes back: a stop by hand during our pause stays", () => {
  const run = new Run(siteSettings({ chargers: [charger({ mode: "fast" })] }));
  live(run, 60, 2);
  live(run, 20, 23);
  run.after(5, { commands: { Garage: { allowCharging: false } } });
  live(run, 1_200, 2);
  expect(run.decision("Garage").current).toBe(0);
});

/** Two charges beside 16 A of others on 25 A, for a minute, of which the second one obeys or not. */
function twoCharges(yardObeys: boolean): readonly boolean[] {
  const chargers = [charger({ mode: "fast" }), charger({ name: "Yard", mode: "fast" })];
  const run = new Run(siteSettings({ chargers }));
  run.after(5, { meters: { Grid: alive(run, 28) }, chargers: { Garage: charging(6), Yard: charging(6) } });
  const currentOf = (name: string) => run.decision(name).current;
  const reading = (current: number) => (current > 0 ? charging(current) : connected());
  for (let passes = 0; passes < 11; passes++) {
    const garage = currentOf("Garage");
    const yard = yardObeys ? currentOf("Yard") : 6;
    const meters = { Grid: alive(run, 16 + garage + yard) };
    run.after(5, { meters, chargers: { Garage: reading(garage), Yard: reading(yard) } });
  }
  return [currentOf("Garage") > 0, currentOf("Yard") > 0];
}

test("two charges on a circuit that carries one: one pauses", () => {
  expect(twoCharges(true)).toEqual([true, false]);
});

test("and if the one that shall pause goes on, the other one pauses", () => {
  expect(twoCharges(false)).toEqual([false, false]);
});

test("time that goes back is refused, time that stands still is not", () => {
  const { settings, memory } = new Run();
  const at = (time: number, before = memory) =>
    pass(settings, before, { time, meters: {}, chargers: { Garage: connected() }, commands: {} });
  const after = at(start).memory;
  expect(() => at(start - 1, after)).toThrow(RangeError);
  expect(() => at(start, after)).not.toThrow();
});

test("pass changes nothing of what it is given", () => {
  const run = new Run();
  live(run, 60, -12);
  const before = JSON.stringify(run.memory);
  const kept = run.memory;
  live(run, 60, 20);
  expect(JSON.stringify(kept)).toBe(before);
});
