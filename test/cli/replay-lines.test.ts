import { charging, grid, lastDecision, replay, replayText, start, sunny } from "./replay-support.js";

describe("an invalid line is answered in its place, and the replay goes on", () => {
  test.each<[what: string, line: unknown, message: RegExp]>([
    ["not JSON", "time: 5", /not JSON/],
    ["half a line", '{"time": 17500', /not JSON/],
    ["a list", [], /not an object/],
    ["null", null, /not an object/],
    ["a text", '"hello"', /not an object/],
    ["no time", { meters: {} }, /^time: .*ms since 1970/],
    ["a time that is text", { time: String(start) }, /^time: /],
    ["a time that is null", { time: null }, /^time: /],
    ["a time beyond all numbers", '{"time": 1e999}', /^time: /],
    ["time going back", { time: start - 1 }, /goes back/],
    ["an unknown mode", { time: start, commands: { Garage: { mode: "sun" } } }, /^commands\.Garage\.mode: /],
    ["a mode that is null", { time: start, commands: { Garage: { mode: null } } }, /^commands\.Garage\.mode: /],
    ["a command that is no block", { time: start, commands: { Garage: "off" } }, /^commands\.Garage: /],
    ["a command for an unknown charger", { time: start, commands: { Garge: { mode: "off" } } }, /"Garge"/],
    ["a cap that is text", { time: start, commands: { Garage: { maxAmpere: "8" } } }, /^commands\.Garage\.maxAmpere: /],
    ["a cap below zero", { time: start, commands: { Garage: { maxAmpere: -1 } } }, /^commands\.Garage\.maxAmpere: /],
    ["a permission that is text", { time: start, commands: { Garage: { allowCharging: "off" } } }, /allowCharging: /],
    ["a limit that is text", { time: start, site: { powerLimit: "4200" } }, /^site\.powerLimit: /],
    ["a limit below zero", { time: start, site: { powerLimit: -1 } }, /^site\.powerLimit: /],
    [
      "a minimum that is text",
      { time: start, commands: { Garage: { minAmpere: "8" } } },
      /^commands\.Garage\.minAmpere: /,
    ],
    [
      "a time to stop that is text",
      { time: start, commands: { Garage: { until: "22:00" } } },
      /^commands\.Garage\.until: /,
    ],
    [
      "a target without a time",
      { time: start, commands: { Garage: { targets: [{ energy: 5 }] } } },
      /^commands\.Garage\.targets\.0\.time: it takes a time like 07:00/,
    ],
    [
      "a target with a key that is misspelt",
      { time: start, commands: { Garage: { targets: [{ time: "07:00", kwh: 5 }] } } },
      /targets\.0: "kwh" is no part of a target/,
    ],
    ["a limit that is misspelt", { time: start, site: { powerlimit: 4_200 } }, /^site: .* did you mean "powerLimit"/],
    ["prices that are no list", { time: start, site: { prices: {} } }, /^site\.prices: /],
    [
      "a price without an offset in its time",
      { time: start, site: { prices: [{ start: "2026-11-21T13:00:00", price: 0.2 }] } },
      /^site\.prices\.0\.start: it takes a time with its offset/,
    ],
    [
      "a price that is text",
      { time: start, site: { prices: [{ start: "2026-11-21T13:00:00Z", price: "0.2" }] } },
      /^site\.prices\.0\.price: /,
    ],
    [
      "a price with a key that is misspelt",
      { time: start, site: { prices: [{ start: "2026-11-21T13:00:00Z", price: 0.2, prise: 0.2 }] } },
      /^site\.prices\.0: "prise" is no part of a price; did you mean "price"/,
    ],
    ["meters that are a list", { time: start, meters: [] }, /^meters: /],
    ["chargers that are text", { time: start, chargers: "Garage" }, /^chargers: /],
  ])("%s", async (_what, line, message) => {
    const [first, bad, next] = await replay([sunny(0), line, sunny(1)]);
    const [, undisturbed] = await replay([sunny(0), sunny(1)]);
    expect(first).toHaveProperty("time", start);
    expect(bad).toEqual({ error: expect.stringMatching(message) });
    expect(next).toEqual(undisturbed);
  });

  test("the error for a misspelt key of a command names the nearest", async () => {
    const [answer] = await replay([{ time: start, commands: { Garage: { maxAmpre: 8 } } }]);
    expect(answer).toEqual({ error: expect.stringContaining('did you mean "maxAmpere"?') });
  });

  test("a command with an invalid part has no effect at all", async () => {
    const half = { ...sunny(1), commands: { Garage: { mode: "off", maxAmpere: "8" } } };
    expect(lastDecision(await replay([sunny(0), half, sunny(2)])).allowCharging).toBe(true);
  });
});

describe("a value of the wrong type raises no current", () => {
  const values = ["-20000", "Infinity", [], [-20_000], {}, true, null, { value: -20_000 }];

  test.each(values)("the grid's power: %j", async (power) => {
    const wrong = { ...sunny(0), meters: { Grid: { grid: { power, currents: [-3, -3, -3] } } } };
    expect(lastDecision(await replay([wrong])).current).toBeLessThanOrEqual(6);
  });

  test.each([...values, [-50], ["-50", "-50", "-50"], "-50,-50,-50"])("the grid's currents: %j", async (currents) => {
    // The fuse is full: 19 A of the house, 6 A of the car.
    const full = { ...sunny(0), meters: grid(17_250, 25), commands: { Garage: { mode: "fast" } } };
    const wrong = [2, 4, 6].map((at) => ({ ...sunny(at), meters: { Grid: { grid: { power: 17_250, currents } } } }));
    for (const answer of await replay([full, ...wrong])) expect(lastDecision([answer]).current).toBeLessThanOrEqual(6);
  });

  test.each(["grid", 5, [], true])("the whole meter: %j", async (meter) => {
    const lines = [sunny(0), { ...sunny(2), meters: { Grid: meter } }];
    const [before] = await replay([sunny(0)]);
    if (before === undefined) throw new Error("No answer");
    expect(lastDecision(await replay(lines)).current).toBeLessThanOrEqual(lastDecision([before]).current);
  });

  test.each(["charging", 5, [], true, { state: "banana", power: "9999", currents: "x" }])(
    "the whole charger: %j",
    async (charger) => {
      const lines = [0, 2, 4].map((at) => ({ ...sunny(at), chargers: { Garage: charger } }));
      expect(lastDecision(await replay(lines)).current).toBeLessThanOrEqual(6);
    },
  );

  test("a number that overflows is invalid", async () => {
    const line = JSON.stringify(sunny(0)).replace("-2300", "-1e999");
    expect(lastDecision(await replay([line])).current).toBeLessThanOrEqual(6);
  });
});

describe("how lines end", () => {
  const lines = [sunny(0), sunny(1), sunny(2)].map((line) => JSON.stringify(line));
  const plain = async () => replayText([`${lines.join("\n")}\n`]);

  test("with CR and LF", async () => {
    expect(await replayText([`${lines.join("\r\n")}\r\n`])).toEqual(await plain());
  });

  test("without an end of the last one", async () => {
    expect(await replayText([lines.join("\n")])).toEqual(await plain());
  });

  test("with empty and blank lines, which are ignored", async () => {
    expect(await replayText([`\n\r\n  ${lines.join("\n\n \t\n")}  \n\n`])).toEqual(await plain());
  });

  test("in chunks that end anywhere, also within a multi-byte character", async () => {
    const named = JSON.stringify({ ...sunny(0), meters: { ...grid(-2_300, -3.3), "Zähler ☀️": null } });
    const bytes = Buffer.from(`${named}\n${lines[1] ?? ""}\n`);
    const pieces = Array.from(bytes, (byte) => Buffer.from([byte]));
    expect(await replayText(pieces)).toEqual(await replay([sunny(0), sunny(1)]));
  });

  test("without lines there are no answers", async () => {
    expect(await replayText([])).toEqual([]);
    expect(await replayText(["\n\n"])).toEqual([]);
  });

  test("with a byte order mark before the first, as PowerShell writes it", async () => {
    expect(await replayText([`\uFEFF${lines.join("\n")}\n`])).toEqual(await plain());
  });
});

test("a name such as __proto__ is a name like any other", async () => {
  const line = `{"time": ${start}, "meters": {"__proto__": {"grid": {"power": -9000}}, "constructor": null}, "chargers": {"toString": null}}`;
  const [answer] = await replay([line]);
  expect(answer).toMatchObject({ time: start, chargers: { Garage: { current: 0 } } });
});

test("the same time twice is allowed", async () => {
  const [, second] = await replay([sunny(0), { ...sunny(0), chargers: { Garage: charging } }]);
  expect(second).toMatchObject({ time: start });
});
