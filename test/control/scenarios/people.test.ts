import type { ChargerMode } from "../../../src/model/commands.js";
import { charger, charging, connected, disconnected, Run, siteSettings } from "../support.js";
import { alive, live, restart } from "./support.js";

/** A charge by the sun, or by the fuse in a fast mode, that has run for a minute. */
function charge(mode: ChargerMode = "solar"): Run {
  const run = new Run(siteSettings({ chargers: [charger({ mode })] }));
  live(run, 120, -12);
  if (run.decision("Garage").current === 0) throw new Error("it should charge");
  return run;
}

describe.each<[mode: ChargerMode]>([["solar"], ["solar-min"], ["fast"]])(
  "stopped at the charger in mode %s",
  (mode) => {
    function stopped(): Run {
      const run = charge(mode);
      live(run, 5, -12, connected());
      return run;
    }

    test("it stays stopped, however much sun there is", () => {
      const run = stopped();
      live(run, 1_800, -16, connected());
      expect(run.decision("Garage")).toMatchObject({ current: 0, allowCharging: false });
      expect(run.decision("Garage").reasons).toEqual([{ code: "stopped-by-hand" }]);
    });

    test("also over a restart of the program, and one of the charger", () => {
      const run = stopped();
      live(run, 30, -12, connected({ uptime: 90_000 }));
      restart(run);
      live(run, 600, -12, connected({ uptime: 8_000 }));
      expect(run.decision("Garage").current).toBe(0);
    });

    test("another mode does not start it", () => {
      const run = stopped();
      run.after(5, { commands: { Garage: { mode: "fast" } } });
      live(run, 600, -12, connected());
      expect(run.decision("Garage").current).toBe(0);
    });

    test("a start by hand does", () => {
      const run = stopped();
      live(run, 30, -12, connected());
      run.after(5, {
        commands: { Garage: { allowCharging: true } },
        meters: { Grid: alive(run, -12) },
        chargers: { Garage: connected() },
      });
      expect(run.decision("Garage").current).toBeGreaterThanOrEqual(6);
    });

    test("a start at the charger does", () => {
      const run = stopped();
      live(run, 30, -12, connected());
      live(run, 5, -12, charging(6));
      expect(run.decision("Garage").current).toBeGreaterThanOrEqual(6);
    });

    test("the next car is charged again", () => {
      const run = stopped();
      live(run, 30, -12, disconnected);
      live(run, 120, -12);
      expect(run.decision("Garage").current).toBeGreaterThanOrEqual(6);
    });
  },
);

test("a charger that is off because it restarted is started again", () => {
  const run = charge();
  const uptime = (ms: number, current: number) =>
    current > 0 ? charging(current, 1, { uptime: ms }) : connected({ uptime: ms });
  live(run, 10, -12, uptime(100_000, 12));
  live(run, 5, -12, uptime(4_000, 0));
  expect(run.decision("Garage").current).toBeGreaterThan(0);
  live(run, 30, -12, uptime(60_000, 12));
  expect(run.decision("Garage").current).toBeGreaterThan(0);
});

test("a charger that restarts and charges by itself is not a person who starts it", () => {
  const run = new Run();
  live(run, 60, 2, connected({ uptime: 100_000 }));
  live(run, 5, 18, charging(16, 1, { uptime: 4_000 }));
  expect(run.decision("Garage").current).toBe(0);
});

test("after a power cut that hit program and charger nobody has started anything", () => {
  const run = new Run();
  live(run, 60, 2);
  restart(run);
  live(run, 60, 18, charging(16, 1, { uptime: 8_000 }));
  expect(run.decision("Garage").current).toBe(0);
});

test("a charge runs on over a restart of the program", () => {
  const run = charge();
  const { current } = run.decision("Garage");
  restart(run);
  live(run, 5, -12, charging(current));
  expect(run.decision("Garage").current).toBe(current);
});

test("a start by hand charges without sun, at the minimum, and is not ended by the sun", () => {
  const run = new Run();
  live(run, 30, 2);
  run.after(5, { commands: { Garage: { allowCharging: true } } });
  live(run, 1_200, 2);
  expect(run.decision("Garage")).toMatchObject({ current: 6, allowCharging: true });
});

test("a start by hand is no leave to overload the fuse", () => {
  const run = new Run();
  live(run, 30, 24);
  run.after(5, { commands: { Garage: { allowCharging: true } } });
  live(run, 60, 24);
  expect(run.decision("Garage").current).toBe(0);
});

test("a charger that is slow to obey is not taken for a person", () => {
  const run = new Run(siteSettings({ chargers: [charger({ mode: "fast" })] }));
  live(run, 60, 2, connected());
  expect(run.decision("Garage").current).toBeGreaterThan(0);
  live(run, 60, 2, charging(16));
  expect(run.decision("Garage").reasons).toEqual([{ code: "fast-mode" }]);
});
