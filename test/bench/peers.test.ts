/** The published rules of others, as far as the benchmark leans on them. */

import type { Controller } from "../../bench/ground/controller.js";
import { runPlant } from "../../bench/ground/plant.js";
import { auto16, chargerName, onePhase32, sunSettings, type Charging } from "../../bench/ground/settings.js";
import { dynLoadManager } from "../../bench/peers/dynloadmgr.js";
import { evcc } from "../../bench/peers/evcc.js";
import { goERule } from "../../bench/peers/go-e-rule.js";
import { openEvse } from "../../bench/peers/openevse.js";
import { wallboxManager } from "../../bench/peers/wallbox.js";
import type { PerPhase } from "../../src/model/phases.js";

interface Second {
  /** A; 0: not allowed */
  readonly told: number;
  readonly phases: 1 | 3;
}

/** What it tells the charger of an ideal car at each second, a reading every 5 s. @param sun W at a second */
function run(
  controller: Controller,
  seconds: number,
  sun: (second: number) => number,
  charging: Charging = onePhase32,
): readonly Second[] {
  const none: PerPhase<number> = [0, 0, 0];
  const told: Second[] = [];
  runPlant(
    controller,
    {
      settings: sunSettings(charging, 1),
      surroundings: {
        pv: Float64Array.from({ length: seconds }, (_, second) => sun(second)),
        household: Array.from({ length: seconds }, () => none),
      },
      evse: { answerTime: 0, switchPause: 0 },
      cars: [{ response: 0, ramp: Infinity, lazyStart: 0, phases: charging.phases === 1 ? 1 : 3 }],
    },
    ({ evses: [evse] }) => {
      if (evse) told.push({ told: evse.allowed ? evse.current : 0, phases: evse.phases });
    },
  );
  return told;
}

function firstSecond(seconds: readonly Second[], is: (second: Second) => boolean): number {
  return seconds.findIndex(is);
}

const [divert, noWaste] = openEvse;

describe("evcc's law", () => {
  const dark = 600;
  const dawn = (second: number) => (second < dark ? 0 : 5_000);

  test("starts at 6 A once there was enough for 60 s, as its loop of 30 s sees it", () => {
    const seconds = run(evcc, 900, dawn);
    const start = firstSecond(seconds, ({ told }) => told > 0);
    expect(start - dark).toBeGreaterThanOrEqual(60);
    expect(start - dark).toBeLessThanOrEqual(90);
    expect(seconds[start]?.told).toBe(6);
  });

  test("takes all whole amperes in its next turn", () => {
    const seconds = run(evcc, 900, dawn);
    const start = firstSecond(seconds, ({ told }) => told > 0);
    expect(seconds[start + 30]?.told).toBe(21);
  });

  test("goes on at 6 A for 180 s without sun, and stops", () => {
    const seconds = run(evcc, 900, (second) => (second < 300 ? 5_000 : 0));
    const least = firstSecond(seconds, ({ told }) => told === 6 && told > 0);
    expect(least).toBeGreaterThanOrEqual(0);
    const stop = seconds.findIndex(({ told }, second) => second > 300 && told === 0);
    expect(stop - 300).toBeGreaterThanOrEqual(180);
    expect(stop - 300).toBeLessThanOrEqual(215);
  });

  test("switches to three phases after 60 s of more than 16 A on one, and back after 180 s of too little", () => {
    const seconds = run(evcc, 1_200, (second) => (second < 600 ? 6_000 : 1_500), auto16);
    expect(firstSecond(seconds, ({ phases }) => phases === 3)).toBeLessThanOrEqual(120);
    const back = seconds.findIndex(({ phases }, second) => second > 600 && phases === 1);
    expect(back - 600).toBeGreaterThanOrEqual(180);
    expect(back - 600).toBeLessThanOrEqual(215);
  });
});

describe("OpenEVSE's rule", () => {
  if (divert === undefined || noWaste === undefined) throw new Error("two of its settings are missing");

  test("keeps 100 W back by default", () => {
    expect(run(divert, 300, () => 7 * 230 + 90).at(-1)?.told).toBe(6);
    expect(run(divert, 300, () => 7 * 230 + 110).at(-1)?.told).toBe(7);
  });

  test("without waste it starts at half of 6 A, and takes an ampere of which half is sun", () => {
    expect(run(noWaste, 300, () => 3.6 * 230).at(-1)?.told).toBe(6);
    expect(run(noWaste, 300, () => 8.6 * 230).at(-1)?.told).toBe(9);
    expect(run(noWaste, 300, () => 3.4 * 230).at(-1)?.told).toBe(0);
  });

  test("charges for ten minutes at least", () => {
    const seconds = run(divert, 4_000, (second) => (second < 120 ? 3_000 : 0));
    const start = firstSecond(seconds, ({ told }) => told > 0);
    const end = seconds.findIndex(({ told }, second) => second > start && told === 0);
    expect(end - start).toBeGreaterThanOrEqual(600);
  });
});

describe("openHAB's go-e rule", () => {
  test.each([
    [1_300, 0, 1],
    [1_500, 6, 1],
    [4_100, 16, 1],
    [4_200, 6, 3],
    [20_000, 16, 3],
  ])("%i W of sun: %i A on %i phases", (sun, told, phases) => {
    const last = run(goERule, 60, () => sun, auto16).at(-1);
    expect(last?.told).toBe(told);
    if (told > 0) expect(last?.phases).toBe(phases);
  });
});

describe("hce's wallbox manager", () => {
  test("begins with 8 A for three minutes, whatever the sun does", () => {
    const seconds = run(wallboxManager, 170, () => 0);
    expect(seconds.slice(6).every(({ told }) => told === 8)).toBe(true);
  });

  test("goes up by one ampere every 20 s, and down at once", () => {
    const seconds = run(wallboxManager, 600, (second) => (second < 450 ? 5_000 : 2_000));
    const steps = seconds.flatMap(({ told }, i) => (told > (seconds[i - 1]?.told ?? told) ? [told] : []));
    expect(steps).toEqual([9, 10, 11, 12, 13, 14, 15, 16]);
    expect(seconds[480]?.told).toBe(8);
  });

  test("halts for two minutes when there is too little", () => {
    const seconds = run(wallboxManager, 900, (second) => (second < 400 || second > 450 ? 5_000 : 0));
    const stop = seconds.findIndex(({ told }, second) => second >= 400 && told === 0);
    const again = seconds.findIndex(({ told }, second) => second > stop && told > 0);
    expect(again - stop).toBe(120);
  });
});

test("dynloadmgr's rule fills the fuse up, and never goes below 6 A", () => {
  const settings = sunSettings({ ...auto16, phases: 3 }, 1);
  const decide = dynLoadManager.start(settings);
  const tell = (second: number, current: number) => {
    const grid = {
      power: 0,
      currents: [current, 0, 0],
      voltages: [230, 230, 230],
      powers: [null, null, null],
    } as const;
    const meter = { grid: { ...grid, importEnergy: null, exportEnergy: null, soc: null } };
    return decide({ time: 1e12 + second * 1_000, meters: { Grid: meter }, chargers: {}, commands: {} })[chargerName];
  };
  expect(tell(0, 10)?.current).toBe(16);
  for (let second = 5; second < 60; second += 5) tell(second, 30);
  expect(tell(60, 30)?.current).toBe(6);
});
