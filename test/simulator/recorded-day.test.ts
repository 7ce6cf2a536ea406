import { parseDay } from "../../src/simulator/house/recorded-day.js";

function csv(...lines: string[]): string {
  return `${lines.join("\n")}\n`;
}

const hour = 3_600;

const threeRows = [
  { at: 0, pv: 0, house: 300 },
  { at: 60, pv: 1_200, house: 310.5 },
  { at: 180, pv: 4_800, house: 290 },
];

describe("times", () => {
  test.each([
    ["ISO 8601 with Z", 8 * hour, ["2026-06-21T08:00:00Z", "2026-06-21T08:01:00Z", "2026-06-21T08:03:00Z"]],
    [
      "ISO 8601 with a zone",
      8 * hour,
      ["2026-06-21T10:00:00+02:00", "2026-06-21T10:01:00+0200", "2026-06-21T08:03:00Z"],
    ],
    ["ISO 8601 without a zone", 8 * hour, ["2026-06-21T08:00:00", "2026-06-21 08:01:00", "2026-06-21T08:03"]],
    ["HH:MM", 8 * hour, ["08:00", "08:01", "08:03"]],
    ["H:MM:SS", 8 * hour, ["8:00:00", "8:01:00", "8:03:00"]],
    ["seconds", 0, ["0", "60", "180"]],
    ["seconds since 1970", 15 * hour + 400, ["1750000000", "1750000060", "1750000180.0"]],
    ["HH:MM over midnight", 24 * hour - 120, ["23:58", "23:59", "00:01"]],
    ["seconds of the day over midnight", 86_280, ["86280", "86340", "60"]],
    [
      "ISO 8601 over midnight",
      24 * hour - 120,
      ["2026-06-21T23:58:00Z", "2026-06-21T23:59:00Z", "2026-06-22T00:01:00Z"],
    ],
  ])("%s", (_what, start, [first, second, third]) => {
    const day = parseDay(csv("time,pv,house", `${first},0,300`, `${second},1200,310.5`, `${third},4800,290`));
    // The last row lasts as long as the one before.
    expect(day).toEqual({ rows: threeRows, start, length: 300 });
  });

  test("over midnight it goes on, also for many rows", () => {
    const { rows } = parseDay(csv("time,pv", "22:00,1", "23:59,2", "00:00,3", "06:00,4", "12:00,5"));
    expect(rows.map(({ at }) => at)).toEqual([0, 7_140, 7_200, 28_800, 50_400]);
  });

  test("a day of one row lasts a minute", () => {
    const rows = [{ at: 0, pv: 5_000, house: 0 }];
    expect(parseDay(csv("time,pv", "10:00,5000"))).toEqual({ rows, start: 10 * hour, length: 60 });
  });

  test.each([
    ["the same again", ["10:00", "10:00"]],
    ["earlier, but not midnight", ["10:00", "09:59"]],
    ["earlier, with a date", ["2026-06-21T08:00:00Z", "2026-06-21T07:00:00Z"]],
  ])("%s is told with its line", (_what, [first, second]) => {
    expect(() => parseDay(csv("time,pv", `${first},1`, `${second},2`))).toThrow(
      "line 3: its time is not after that of the line before",
    );
  });

  test.each(["", "noon", "8 o'clock", "-5", "2026-06-21", "21.06.2026 08:00", "NaN", "8:5"])(
    "%j is no time",
    (time) => {
      expect(() => parseDay(csv("time,pv", `${time},1`))).toThrow(
        /^line 2: .* is no time; it takes 2026-06-21T08:00:00Z/,
      );
    },
  );

  test.each(["25:00", "10:60", "10:00:60", "2026-02-30T10:00:00Z"])("%s is no time of any day", (time) => {
    expect(() => parseDay(csv("time,pv", `${time},1`))).toThrow(/^line 2: .* is no time/);
  });

  test("milliseconds, or years, are not a day", () => {
    expect(() => parseDay(csv("time,pv", "1750000000000,1", "1750003600000,1"))).toThrow(/^line 3: /);
    expect(() => parseDay(csv("time,pv", "2026-01-01T00:00:00Z,1", "2027-01-01T00:00:00Z,1"))).toThrow(/^line 3: /);
  });
});

describe("columns", () => {
  test("stand in any order, in any case, with blanks, beside others", () => {
    const day = parseDay(
      csv(" House , note, PV ,Time", " 300 ,cloudy,0, 08:00", "310.5,,1200,08:01", "290,x,4800,08:03"),
    );
    expect(day.rows).toEqual(threeRows);
  });

  test("only pv: the house needs nothing", () => {
    expect(parseDay(csv("time,pv", "0,100", "60,200")).rows).toEqual([
      { at: 0, pv: 100, house: 0 },
      { at: 60, pv: 200, house: 0 },
    ]);
  });

  test("only house: there is no sun", () => {
    expect(parseDay(csv("time,house", "0,100")).rows).toEqual([{ at: 0, pv: 0, house: 100 }]);
  });

  test("only grid: export is what the roof gave beyond the house, import is the house", () => {
    expect(parseDay(csv("time,grid", "0,-1500", "60,400")).rows).toEqual([
      { at: 0, pv: 1_500, house: 0 },
      { at: 60, pv: 0, house: 400 },
    ]);
  });

  test("pv and grid: the house is what is between them", () => {
    expect(parseDay(csv("time,pv,grid", "0,2000,-1500", "60,0,400")).rows).toEqual([
      { at: 0, pv: 2_000, house: 500 },
      { at: 60, pv: 0, house: 400 },
    ]);
  });

  test("pv, house and grid: the house was measured, and counts", () => {
    expect(parseDay(csv("time,pv,house,grid", "0,2000,450,-1500")).rows).toEqual([{ at: 0, pv: 2_000, house: 450 }]);
  });

  test("a roof that takes a little at night gives nothing", () => {
    expect(parseDay(csv("time,pv", "0,-5")).rows).toEqual([{ at: 0, pv: 0, house: 0 }]);
  });

  test("an empty cell, or none, repeats the one above; at the top it is nothing", () => {
    expect(parseDay(csv("time,pv,house", "0,,", "60,100,200", "120,,", "180")).rows).toEqual([
      { at: 0, pv: 0, house: 0 },
      { at: 60, pv: 100, house: 200 },
      { at: 120, pv: 100, house: 200 },
      { at: 180, pv: 100, house: 200 },
    ]);
  });

  test.each(["x", "1.5.2", "5 W", "NaN", "Infinity"])("%j is no number of watts, and told with its line", (cell) => {
    expect(() => parseDay(csv("time,pv,house", "0,1,1", "", `60,1,${cell}`))).toThrow(
      `line 4: house is ${JSON.stringify(cell)}, which is no number of watts`,
    );
  });

  test.each(["1e9", "-1000001"])("%s W are of no house, and told with their line", (cell) => {
    expect(() => parseDay(csv("time,pv", "0,1", `60,${cell}`))).toThrow(/^line 3: pv is .* W, which no house has/);
  });
});

describe("files", () => {
  const plain = csv("time,pv", "0,1", "60,2");

  test.each([
    ["with a byte order mark", `\uFEFF${plain}`],
    ["with CR and LF", plain.replaceAll("\n", "\r\n")],
    ["without an end to the last line", plain.trimEnd()],
    ["with empty lines", `${plain.replaceAll("\n", "\n\n  \n")}\n\n`],
  ])("%s", (_what, text) => {
    expect(parseDay(text)).toEqual(parseDay(plain));
  });

  test("with quotes around their cells, as many programs write them", () => {
    expect(parseDay('"time","pv"\n"0","1"\n"60","2"\n')).toEqual(parseDay(plain));
  });

  test("with semicolons are told what separates columns", () => {
    expect(() => parseDay("time;pv\n0;1\n")).toThrow(/comma/);
  });

  test.each([
    ["nothing", "", /^line 1: no column is named time/],
    ["no time", csv("pv,house", "1,2"), /^line 1: no column is named time/],
    ["no power", csv("time,soc", "0,50"), /^line 1: no column is named pv, house or grid/],
    ["no rows", csv("time,pv"), /^line 2: the day has no rows/],
  ])("with %s are told what is missing", (_what, text, told) => {
    expect(() => parseDay(text)).toThrow(told);
  });
});
