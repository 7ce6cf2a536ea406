import { parseConfig } from "../../src/config/parse.js";
import { problemLine } from "../../src/config/problems.js";
import { charger, drivers, meter } from "./drivers.js";

function lines(block: unknown): string[] {
  return parseConfig(block, drivers).problems.map(problemLine);
}

describe("tariff", () => {
  const days = '"mon", "tue", "wed", "thu", "fri", "sat" or "sun"';
  const night = { from: "22:00", to: "06:00" };
  const start = "it takes a time with its offset, like 2026-11-21T13:00:00+01:00";
  test.each<[written: object, line: string]>([
    [{ cheapHours: night }, "tariff.cheapHours: {…} does not fit: it takes a list"],
    [{ cheapHours: [{ from: "22:00" }] }, "tariff.cheapHours[0].to: missing: it takes a time like 06:00, or 24:00"],
    [
      { cheapHours: [{ ...night, from: "24:00" }] },
      'tariff.cheapHours[0].from: "24:00" does not fit: it takes a time like 07:00',
    ],
    [
      { cheapHours: [{ ...night, to: "6:00" }] },
      'tariff.cheapHours[0].to: "6:00" does not fit: it takes a time like 06:00, or 24:00',
    ],
    [
      { cheapHours: [{ ...night, days: [] }] },
      "tariff.cheapHours[0].days: [] does not fit: it takes a list that is not empty",
    ],
    [
      { cheapHours: [{ ...night, days: ["monday"] }] },
      `tariff.cheapHours[0].days[0]: "monday" does not fit: it takes ${days}`,
    ],
    [
      { cheapHours: [{ ...night, days: ["mon", "mon"] }] },
      'tariff.cheapHours[0].days: ["mon", "mon"] does not fit: it takes each day once',
    ],
    [
      { cheapHours: [{ ...night, day: "mon" }] },
      'tariff.cheapHours[0].day: "day" is not a known key: did you mean "days"?',
    ],
    [
      { prices: [{ start: "2026-11-21 13:00", price: 0.2 }] },
      `tariff.prices[0].start: "2026-11-21 13:00" does not fit: ${start}`,
    ],
    [
      { prices: [{ start: "2026-11-21T13:00:00", price: 0.2 }] },
      `tariff.prices[0].start: "2026-11-21T13:00:00" does not fit: ${start}`,
    ],
    [
      { prices: [{ start: "2026-11-21T13:00:00Z", price: "0.2" }] },
      'tariff.prices[0].price: "0.2" does not fit: it takes a number from -1000 to 1000',
    ],
    [{ priceLimt: 0.2 }, 'tariff.priceLimt: "priceLimt" is not a known key: did you mean "priceLimit"?'],
  ])("%j", (tariff, line) => expect(lines({ tariff })).toEqual([line]));
});

describe("cars", () => {
  test.each<[cars: readonly object[], line: string]>([
    [[{ name: "Zoe" }], "cars[0].tags: missing: it takes a list that is not empty"],
    [[{ name: "Zoe", tags: [] }], "cars[0].tags: the value given does not fit: it takes a list that is not empty"],
    [
      [{ name: "Zoe", tags: [4711] }],
      "cars[0].tags[0]: the value given does not fit: it takes a text of 1 to 256 characters",
    ],
    [[{ name: "Zoe", tags: ["  "] }], "cars[0].tags[0]: a tag is not blank"],
    [
      [
        { name: "Zoe", tags: ["A1", "B2"] },
        { name: "Leaf", tags: ["C3", " b2 "] },
      ],
      'cars[1].tags[1]: it already belongs to "Zoe"',
    ],
    [
      [
        { name: "Zoe", tags: ["A1"] },
        { name: "Zoe", tags: ["B2"] },
      ],
      'cars[1].name: "Zoe" is already the name of cars[0]',
    ],
    [
      [{ name: "Zoe", tags: ["A1"], minCurrent: 13, maxCurrent: 10 }],
      "cars[0].minCurrent: 13 A is above maxCurrent (10 A)",
    ],
    [
      [{ name: "Zoe", tags: ["A1"], minCurrent: 5 }],
      "cars[0].minCurrent: 5 does not fit: it takes a number from 6 to 80 A",
    ],
    [[{ name: "Zoe", tags: ["A1"], sunOnly: "yes" }], 'cars[0].sunOnly: "yes" does not fit: it takes true or false'],
    [[{ name: "Zoe", tags: ["A1"], tag: "A1" }], 'cars[0].tag: "tag" is not a known key: did you mean "tags"?'],
  ])("%j", (cars, line) => expect(lines({ cars })).toEqual([line]));
});

describe("scheduling settings of a charger", () => {
  test.each<[keys: object, line: string]>([
    [{ targets: [{ energy: 20 }] }, "chargers[0].targets[0].time (Garage): missing: it takes a time like 07:00"],
    [
      { targets: [{ time: "7" }] },
      'chargers[0].targets[0].time (Garage): "7" does not fit: it takes a time like 07:00',
    ],
    [
      { targets: [{ time: "07:00", energy: 0 }] },
      "chargers[0].targets[0].energy (Garage): 0 does not fit: it takes a number from 0.1 to 1000 or null",
    ],
    [{ unknownTags: "deny" }, 'chargers[0].unknownTags (Garage): "deny" does not fit: it takes "allow" or "refuse"'],
    [
      { plugInHold: { current: 8 } },
      "chargers[0].plugInHold.duration (Garage): missing: it takes a number from 1 to 3600 s",
    ],
    [
      { plugInHold: { current: 20, duration: 60 } },
      "chargers[0].plugInHold.current (Garage): 20 A is not within 6 to 16 A (minCurrent, maxCurrent)",
    ],
    [{ unpluggedCurrent: 3 }, "chargers[0].unpluggedCurrent (Garage): 3 does not fit: it takes 0 (pause) or 6 to 80 A"],
    [
      { unpluggedCurrent: 8, minCurrent: 10 },
      "chargers[0].unpluggedCurrent (Garage): 8 A is not within 10 to 16 A (minCurrent, maxCurrent)",
    ],
    [{ cheapHours: [] }, "chargers[0].cheapHours (Garage): [] does not fit: it takes true or false"],
    [
      { stopOnUnplugged: true },
      'chargers[0].stopOnUnplugged (Garage): "stopOnUnplugged" is not a known key: did you mean "stopOnUnplug"?',
    ],
  ])("%j", (keys, line) => expect(lines({ chargers: [charger(keys)] })).toEqual([line]));
});

describe("warnings at the start", () => {
  const garage = (keys: object) => ({ site: { mainFuse: 25 }, meters: [meter()], chargers: [charger(keys)] });
  const warnings = (block: object) => parseConfig(block, drivers).warnings;

  test("unknown tags are refused, and no tag is configured", () => {
    const refusing = garage({ unknownTags: "refuse" });
    expect(warnings(refusing)).toEqual(["Garage refuses every car: none has a tag in cars"]);
    expect(warnings({ ...refusing, cars: [{ name: "Zoe", tags: ["A1"] }] })).toEqual([]);
  });

  test("the time zone is not configured", () => {
    const expected = [expect.stringMatching(/^times of the week are in the system's zone, \S+: set site.timeZone/)];
    const timed = garage({ targets: [{ time: "07:00" }] });
    expect(warnings(timed)).toEqual(expected);
    expect(warnings({ ...garage({}), tariff: { cheapHours: [{ from: "22:00", to: "06:00" }] } })).toEqual(expected);
    expect(warnings({ ...timed, site: { mainFuse: 25, timeZone: "Europe/Berlin" } })).toEqual([]);
  });

  test("a charger with cheap hours needs no meter to charge in them", () => {
    const block = { chargers: [charger({ cheapHours: true })] };
    expect(warnings(block)).toEqual(["nothing guards the main fuse: set site.mainFuse"]);
  });
});
