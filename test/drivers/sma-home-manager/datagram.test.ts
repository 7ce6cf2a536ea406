import fc from "fast-check";
import { parseDatagram } from "../../../src/drivers/meters/sma-home-manager/datagram.js";
import { SeenMeters } from "../../../src/drivers/meters/sma-home-manager/seen-meters.js";
import { noQuantities } from "../../../src/model/readings.js";

const rows = [
  "534d4100", // "SMA\0"
  "0004 02a0 00000001", // group 1
  "00b4 0010", // 180 bytes follow
  "6069", // protocol of meters
  "015d 00003039", // SUSyID 349, serial number 12345
  "000186a0", // ticker 100000 ms
  "00010400 00000000", // import 0 W
  "00010800 0000000141dd7600", // imported 5.4e9 Ws
  "00020400 00002904", // export 1050.0 W
  "00020800 00000000001b7740", // exported 1.8e6 Ws
  "00030400 0000000a", // reactive power
  "000d0400 000003e2", // cos phi
  "000e0400 0000c35a", // frequency
  "00150400 000030d9", // L1 import 1250.5 W
  "00160400 00000000",
  "001f0400 00001590", // L1 5520 mA
  "00200400 00038720", // L1 231200 mV
  "00290400 00000000",
  "002a0400 000059d8", // L2 export 2300.0 W
  "00330400 0000271a", // L2 10010 mA
  "00340400 00038270", // L2 230000 mV
  "003d0400 00000000",
  "003e0400 00000005", // L3 export 0.5 W
  "00470400 0000000a", // L3 10 mA
  "00480400 0003820c", // L3 229900 mV
  "90000000 02030452", // firmware 2.3.4.R
  "00000000", // end
] as const;

function bytesOf(changes: Readonly<Record<string, string>> = {}): Buffer {
  return Buffer.from(
    rows
      .map((row) => changes[row] ?? row)
      .join("")
      .replaceAll(" ", ""),
    "hex",
  );
}

const quantities = {
  power: -1_050,
  powers: [1_250.5, -2_300, -0.5],
  currents: [5.52, -10.01, -0.01],
  voltages: [231.2, 230, 229.9],
  importEnergy: 1_500,
  exportEnergy: 0.5,
  soc: null,
};

test("a datagram of an Energy Meter", () =>
  expect(parseDatagram(bytesOf())).toEqual({ susyId: 349, serial: 12_345, ticker: 100_000, quantities }));

test("what follows the datagram does not matter", () =>
  expect(parseDatagram(Buffer.concat([bytesOf(), Buffer.alloc(50, 0xff)]))?.quantities).toEqual(quantities));

test.each<[why: string, from: string, to: string, reading: object]>([
  ["import and export are netted", "00010400 00000000", "00010400 00004e20", { power: 950 }],
  ["no import: no power", "00010400 00000000", "00030400 00000000", { power: null }],
  [
    "no export of a phase: no power of it, and no sign",
    "002a0400 000059d8",
    "00030400 00000000",
    {
      power: -1_050,
      powers: [1_250.5, null, -0.5],
      currents: [5.52, 10.01, -0.01],
    },
  ],
  ["another channel is not ours", "00020400 00002904", "01020400 00002904", { power: null }],
  ["a power that there is not", "00020400 00002904", "00020400 ffffffff", { power: null }],
  ["a voltage that there is not", "00200400 00038720", "00200400 ffffffff", { voltages: [null, 230, 229.9] }],
  ["a current that there is not", "001f0400 00001590", "001f0400 7fffffff", { currents: [null, -10.01, -0.01] }],
  ["a counter that there is not", "00010800 0000000141dd7600", "00010800 ffffffffffffffff", { importEnergy: null }],
])("%s", (_why, from, to, reading) =>
  expect(parseDatagram(bytesOf({ [from]: to }))?.quantities).toMatchObject(reading),
);

test.each<[string, Buffer]>([
  ["nothing", Buffer.alloc(0)],
  ["a datagram that is cut off", bytesOf().subarray(0, 100)],
  ["the head alone", bytesOf().subarray(0, 28)],
  ["an inverter", bytesOf({ "6069": "6065" })],
  ["another group", bytesOf({ "0004 02a0 00000001": "0004 02a0 00000002" })],
  ["another tag", bytesOf({ "00b4 0010": "00b4 0020" })],
  ["another vendor", bytesOf({ "534d4100": "534d4200" })],
  ["a search for devices", Buffer.from("534d4100000402a0ffffffff0000002000000000", "hex")],
  ["a record of a type that is not known", bytesOf({ "000d0400 000003e2": "000d0500 000003e2" })],
  ["a length within a record", bytesOf({ "00b4 0010": "00b1 0010" })],
  ["text", Buffer.from("SMA ".repeat(100))],
])("no datagram of a meter: %s", (_why, bytes) => expect(parseDatagram(bytes)).toBeNull());

test("any bytes are read without a throw", () => {
  const head = fc.constantFrom(bytesOf().subarray(0, 28), Buffer.alloc(0));
  fc.assert(
    fc.property(head, fc.uint8Array({ maxLength: 700 }), (start, rest) => {
      parseDatagram(Buffer.concat([start, rest]));
    }),
  );
});

const meter = (serial: number, ticker = 0) => ({ susyId: 349, serial, ticker, quantities: noQuantities });

test.each<
  [why: string, wanted: number | undefined, heard: [serial: number, ticker: number, at: number][], taken: boolean]
>([
  ["the only one", undefined, [[1, 0, 0]], true],
  [
    "none of two",
    undefined,
    [
      [1, 0, 0],
      [2, 0, 0],
    ],
    false,
  ],
  [
    "the other, once one has been silent for a minute",
    undefined,
    [
      [1, 0, 0],
      [2, 0, 60_000],
    ],
    true,
  ],
  [
    "the one that is meant",
    2,
    [
      [1, 0, 0],
      [2, 0, 0],
    ],
    true,
  ],
  ["not another one", 2, [[1, 0, 0]], false],
  [
    "the next one",
    1,
    [
      [1, 1_000, 0],
      [1, 2_000, 1],
    ],
    true,
  ],
  [
    "a repetition, which does no harm",
    1,
    [
      [1, 1_000, 0],
      [1, 1_000, 1],
    ],
    true,
  ],
  [
    "not one that was overtaken",
    1,
    [
      [1, 2_000, 0],
      [1, 1_000, 1],
    ],
    false,
  ],
  [
    "one that began anew",
    1,
    [
      [1, 900_000, 0],
      [1, 1_000, 1],
    ],
    true,
  ],
  [
    "one whose ticker ran over",
    1,
    [
      [1, 4_294_967_000, 0],
      [1, 500, 1],
    ],
    true,
  ],
  [
    "not one that was overtaken as the ticker ran over",
    1,
    [
      [1, 500, 0],
      [1, 4_294_967_000, 1],
    ],
    false,
  ],
])("which datagrams count: %s", (_why, wanted, heard, taken) => {
  const meters = new SeenMeters(wanted);
  const answers = heard.map(([serial, ticker, at]) => meters.accepts(meter(serial, ticker), at));
  expect(answers.at(-1)).toBe(taken);
});

test("however many meters shout, no more than 32 are kept in mind, and the one that is meant is heard", () => {
  const meters = new SeenMeters(999);
  for (let serial = 1; serial <= 100; serial += 1) meters.accepts(meter(serial), 0);
  expect(meters.serials).toHaveLength(32);
  expect(meters.accepts(meter(999), 0)).toBe(true);
});
