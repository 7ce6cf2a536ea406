import { drawOf } from "../../../src/control/observe/charger-draw.js";
import type { ChargerSettings } from "../../../src/control/settings.js";
import type { PerPhase } from "../../../src/model/phases.js";
import type { ChargerReading } from "../../../src/model/readings.js";
import { charger, charging, connected } from "../support.js";

interface Case {
  readonly reading: ChargerReading;
  readonly settings?: Partial<ChargerSettings>;
  /** A of the last command. */
  readonly last?: number;
  /** A of the highest command of the last seconds. */
  readonly highest?: number;
}

function draw({ reading, settings = {}, last = 0, highest = 16 }: Case) {
  return drawOf(reading, charger(settings), 230, { last, highest });
}

const unmeasured = { currentL1: null, currentL2: null, currentL3: null, power: null };

test.each<[why: string, facts: Case, currents: PerPhase<number>, power: number]>([
  ["what it measures", { reading: charging(10, 3) }, [10, 10, 10], 6_900],
  ["on the site's phases", { reading: charging(10), settings: { rotation: [1, 2, 0] } }, [0, 10, 0], 2_300],
  ["no currents: by its power", { reading: charging(10, 3, { ...unmeasured, power: 4_140 }) }, [6, 6, 6], 4_140],
  ["no power: by its currents", { reading: charging(10, 1, { power: null }) }, [10, 0, 0], 2_300],
  ["neither: what it offers, while it charges", { reading: charging(8, 1, unmeasured) }, [8, 0, 0], 1_840],
  [
    "not even that: its last command",
    { reading: charging(8, 1, { ...unmeasured, maxAmpere: null }), last: 7 },
    [7, 0, 0],
    1_610,
  ],
  ["neither, and no charge", { reading: connected(unmeasured) }, [0, 0, 0], 0],
  ["not more than its maximum, a tenth and half an ampere", { reading: charging(40) }, [18.1, 0, 0], 4_887.45],
  ["nothing below zero", { reading: charging(10, 1, { currentL1: -10, power: -2_300 }) }, [0, 0, 0], 0],
  ["a power that its currents don't bear out", { reading: charging(10, 1, { power: 40_000 }) }, [10, 0, 0], 2_745],
])("%s", (_why, facts, currents, power) => {
  expect(draw(facts).currents).toEqual(currents.map((current) => expect.closeTo(current, 6)));
  expect(draw(facts).power).toBeCloseTo(power, 6);
});

test.each<[why: string, facts: Case, beyond: number]>([
  ["nothing beyond what it was offered", { reading: charging(10), highest: 10 }, 0],
  ["a car may draw a little more than it is offered", { reading: charging(10.7), highest: 10 }, 0],
  ["half an ampere and a tenth more, and no more than that", { reading: charging(14), highest: 10 }, 2.5],
  ["paused", { reading: charging(10), highest: 0 }, 10],
])("%s", (_why, facts, beyond) => expect(draw(facts).beyond).toEqual([expect.closeTo(beyond, 6), 0, 0]));
