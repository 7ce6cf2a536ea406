import { channelNames, channelsIn, type ChannelName } from "../../src/model/channels.js";
import { meterChannelNames, meterValue, quantitiesFrom } from "../../src/model/meter-channels.js";
import { noQuantities } from "../../src/model/readings.js";

test.each<[name: ChannelName, fits: unknown, others: unknown[]]>([
  ["power", 7_400, ["7400", NaN, Infinity, null, undefined, true]],
  ["allowCharging", false, [0, "false", null]],
  ["firmware", "", [1, null, ["041"]]],
  ["state", "charging", ["asleep", "", 2]],
  ["forceState", "NEUTRAL", ["neutral", 0]],
])("%s takes %j, and nothing of another sort", (name, fits, others) => {
  expect(channelsIn({ [name]: fits })[name]).toBe(fits);
  for (const other of others) expect(channelsIn({ [name]: other })[name]).toBeNull();
});

test("all channels are there in their order, and nothing else", () => {
  const told = { state: "fault", mode: "solar", tag: "04A1" };
  expect(Object.keys(channelsIn(told))).toEqual(channelNames);
});

test("a meter's values are found again under their names", () => {
  const values = new Map(meterChannelNames.map((name, place) => [name, place + 1]));
  const quantities = quantitiesFrom((name) => values.get(name));
  expect(new Map(meterChannelNames.map((name) => [name, meterValue(quantities, name)]))).toEqual(values);
  expect(quantities).toMatchObject({ power: 1, powers: [2, 3, 4], currents: [5, 6, 7], voltages: [8, 9, 10], soc: 13 });
});

test("what has no value is null", () => expect(quantitiesFrom(() => undefined)).toEqual(noQuantities));
