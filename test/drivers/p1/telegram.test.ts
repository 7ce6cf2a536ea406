import fc from "fast-check";
import { crc16, parseTelegram, TelegramCutter } from "../../../src/drivers/meters/p1/telegram.js";

const lines = [
  "/ISK5\\2M550T-1012",
  "",
  "1-3:0.2.8(50)",
  "0-0:1.0.0(261120213000W)",
  "0-0:96.1.1(4530303434303037)",
  "1-0:1.8.1(001581.123*kWh)",
  "1-0:1.8.2(001435.706*kWh)",
  "1-0:2.8.1(000002.444*kWh)",
  "1-0:2.8.2(000010.001*kWh)",
  "0-0:96.14.0(0002)",
  "1-0:1.7.0(00.000*kW)",
  "1-0:2.7.0(01.049*kW)",
  "0-0:96.7.21(00013)",
  "1-0:99.97.0(1)(0-0:96.7.19)(000104180320W)(0000237126*s)",
  "1-0:32.32.0(00000)",
  "0-0:96.13.0()",
  "1-0:32.7.0(231.2*V)",
  "1-0:52.7.0(230.0*V)",
  "1-0:72.7.0(229.9*V)",
  "1-0:31.7.0(006*A)",
  "1-0:51.7.0(010*A)",
  "1-0:71.7.0(000*A)",
  "1-0:21.7.0(01.250*kW)",
  "1-0:41.7.0(00.000*kW)",
  "1-0:61.7.0(00.001*kW)",
  "1-0:22.7.0(00.000*kW)",
  "1-0:42.7.0(02.300*kW)",
  "1-0:62.7.0(00.000*kW)",
  "0-1:24.1.0(003)",
  "0-1:24.2.1(261120212500W)(00981.443*m3)",
  "!",
] as const;

const text = lines.join("\r\n");
const whole = `${text}51BC\r\n`;

const expected = {
  power: -1_049,
  powers: [1_250, -2_300, 1],
  currents: [6, -10, 0],
  voltages: [231.2, 230, 229.9],
  importEnergy: 3_016.829,
  exportEnergy: 12.445,
  soc: null,
};

test("the checksum is CRC-16/ARC, whose check value is known", () => expect(crc16("123456789")).toBe(0xbb3d));

test("a telegram of a DSMR 5 meter", () => {
  expect(new TelegramCutter().add(Buffer.from(whole))).toEqual([{ text }]);
  expect(parseTelegram(text)).toEqual({ time: Date.UTC(2026, 10, 20, 20, 30, 0), quantities: expected });
});

test("summer time is two hours ahead", () =>
  expect(parseTelegram("0-0:1.0.0(260620213000S)\r\n").time).toBe(Date.UTC(2026, 5, 20, 19, 30, 0)));

test.each(["0-0:1.0.0(261320213000W)", "0-0:1.0.0(261120213000)", "0-0:1.0.0(26112021300W)", "0-0:1.0.0()", ""])(
  "%j tells no time",
  (line) => expect(parseTelegram(line).time).toBeNull(),
);

function changed(from: string, to: string) {
  const other = text.replace(from, to);
  expect(other).not.toBe(text);
  return parseTelegram(other).quantities;
}

test.each<[why: string, from: string, to: string, reading: object]>([
  ["no import: no power", "1-0:1.7.0(00.000*kW)\r\n", "", { power: null }],
  ["no export: no power", "1-0:2.7.0(01.049*kW)\r\n", "", { power: null }],
  ["import and export are netted", "1-0:1.7.0(00.000", "1-0:1.7.0(02.000", { power: 951 }],
  [
    "a phase without its export has no power, and its current no sign",
    "1-0:42.7.0(02.300*kW)\r\n",
    "",
    {
      powers: [1_250, null, 1],
      currents: [6, 10, 0],
    },
  ],
  ["an unknown unit", "01.049*kW", "01.049*MW", { power: null }],
  ["no unit", "01.049*kW", "01.049", { power: null }],
  ["a comma", "01.049", "01,049", { power: null }],
  ["a sign", "01.049", "-1.049", { power: null }],
  ["a blank", "(01.049", "( 1.049", { power: null }],
  ["a power that there is not", "01.049", "9999.0", { power: null }],
  ["a voltage that there is not", "231.2", "999.9", { voltages: [null, 230, 229.9] }],
  ["one tariff alone is no total", "1-0:1.8.2(001435.706*kWh)\r\n", "", { importEnergy: null, exportEnergy: 12.445 }],
  ["the meter's own total", "1-0:1.8.1(", "1-0:1.8.0(007000.5*kWh)\r\n1-0:1.8.1(", { importEnergy: 7_000.5 }],
  ["currents with decimals", "(006*A)", "(0.48*A)", { currents: [0.48, -10, 0] }],
  ["watts", "01.049*kW", "000001049*W", { power: -1_049 }],
  ["watt-hours", "001581.123*kWh", "001581123*Wh", { importEnergy: 3_016.829 }],
])("%s", (_why, from, to, reading) => expect(changed(from, to)).toMatchObject(reading));

test("a telegram comes in any pieces, after anything, and before the next", () => {
  const stream = Buffer.from(`half of one*kWh)\r\n!ABCD\r\n${whole}${whole}`);
  for (const size of [1, 2, 7, 100, 5_000]) {
    const cutter = new TelegramCutter();
    const cuts = [];
    for (let at = 0; at < stream.length; at += size) cuts.push(...cutter.add(stream.subarray(at, at + size)));
    expect(cuts).toEqual([{ text }, { text }]);
  }
});

test("the checksum may be written small", () => {
  const small = `${text}51bc\r\n`;
  expect(new TelegramCutter().add(Buffer.from(small))).toEqual([{ text }]);
});

test.each<[why: string, bytes: string, fault: RegExp]>([
  ["a changed digit", whole.replace("02.300", "02.400"), /checksum of a telegram is wrong/],
  ["a lost line", whole.replace("0-1:24.1.0(003)\r\n", ""), /checksum of a telegram is wrong/],
  ["another checksum", whole.replace("51BC", "0000"), /checksum of a telegram is wrong/],
  ["no checksum", `${text}\r\n`, /no checksum/],
  ["no end", `/${"x".repeat(17_000)}`, /without the end/],
])("%s makes no telegram, and the next one is whole again", (_why, bytes, fault) => {
  const cutter = new TelegramCutter();
  expect(cutter.add(Buffer.from(bytes))).toEqual([{ fault: expect.stringMatching(fault) }]);
  expect(cutter.add(Buffer.from(whole))).toEqual([{ text }]);
});

test("a telegram that lost its end costs the next one nothing", () => {
  const half = whole.slice(0, 300);
  expect(new TelegramCutter().add(Buffer.from(`${half}${whole}`))).toEqual([{ text }]);
});

test("any bytes are cut and read without a throw, and never pile up", () => {
  const piece = fc.oneof(fc.string(), fc.constantFrom("/", "!", "\r\n", "\r\n!", "1-0:1.7.0(01.193*kW)", whole));
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const cutter = new TelegramCutter();
      for (const each of pieces)
        for (const cut of cutter.add(Buffer.from(each))) if ("text" in cut) parseTelegram(cut.text);
      parseTelegram(pieces.join(""));
    }),
  );
});
