import fc from "fast-check";
import { Measurements } from "../../../src/drivers/meters/shelly/gen2/measurements.js";
import { componentsIn } from "../../../src/drivers/meters/shelly/gen2/frames.js";
import { type Answer, answerOf } from "../../../src/drivers/decoding/fields.js";

/** Typed from the vendor's example of EM.GetStatus: sun on phase B. */
const em = {
  id: 0,
  a_current: 4.029,
  a_voltage: 236.1,
  a_act_power: 951.2,
  a_aprt_power: 951.9,
  a_pf: 1,
  a_freq: 50,
  b_current: 10.01,
  b_voltage: 230,
  b_act_power: -2300,
  b_aprt_power: 2302.3,
  b_pf: 1,
  b_freq: 50,
  c_current: 0,
  c_voltage: 229.9,
  c_act_power: 0,
  c_aprt_power: 0,
  c_pf: 0,
  c_freq: 50,
  n_current: null,
  total_current: 14.039,
  total_act_power: -1348.8,
  total_aprt_power: 3254.2,
  user_calibrated_phase: [],
};

const emdata = {
  id: 0,
  a_total_act_energy: 1000500.5,
  a_total_act_ret_energy: 100,
  b_total_act_energy: 200000,
  b_total_act_ret_energy: 4000000,
  c_total_act_energy: 300000,
  c_total_act_ret_energy: 0,
  total_act: 1500500.5,
  total_act_ret: 4000100,
};

const expected = {
  power: -1_348.8,
  powers: [951.2, -2_300, 0],
  currents: [4.029, -10.01, 0],
  voltages: [236.1, 230, 229.9],
  totals: [1_000_500.5, 200_000, 300_000],
  returned: [100, 4_000_000, 0],
};

const em1 = (id: number, act_power: unknown, current: unknown, more: object = {}) => ({
  id,
  current,
  voltage: 230,
  act_power,
  pf: 1,
  freq: 50,
  calibration: "factory",
  ...more,
});

function take(measurements: Measurements, status: object, whole: boolean, now: number) {
  const components: ReadonlyMap<string, Answer> = componentsIn(answerOf(status) ?? new Map());
  return measurements.take(components, whole, now);
}

function measured(status: object) {
  const readings = take(new Measurements(), status, true, 0);
  if (readings === null) throw new Error("nothing measured");
  return { ...readings, power: readings.power === null ? null : Math.round(readings.power * 1_000) / 1_000 };
}

test("three phases in one component", () => expect(measured({ "em:0": em, "emdata:0": emdata })).toEqual(expected));

test("three components of one phase", () => {
  const status = {
    "em1:0": em1(0, 951.2, 4.029),
    "em1:1": em1(1, -2300, 10.01),
    "em1:2": em1(2, 0, 0),
    "em1data:0": { id: 0, total_act_energy: 1000, total_act_ret_energy: 0 },
    "em1data:1": { id: 1, total_act_energy: 2000, total_act_ret_energy: 500 },
    "em1data:2": { id: 2, total_act_energy: 3000, total_act_ret_energy: 0 },
  };
  expect(measured(status)).toEqual({
    ...expected,
    voltages: [230, 230, 230],
    totals: [1_000, 2_000, 3_000],
    returned: [0, 500, 0],
  });
});

test.each<[why: string, changes: object, readings: object]>([
  [
    "an error of a phase makes it unknown",
    { b_errors: ["power_meter_failure"] },
    { power: null, powers: [951.2, null, 0], currents: [4.029, null, 0], voltages: [236.1, null, 229.9] },
  ],
  ["a value out of its range", { a_errors: ["out_of_range:current"] }, { power: null, powers: [null, -2_300, 0] }],
  ["no error", { b_errors: [] }, { powers: [951.2, -2_300, 0] }],
  [
    "an error of the meter makes all phases unknown",
    { errors: ["power_meter_failure"] },
    { power: null, powers: [null, null, null], currents: [null, null, null] },
  ],
  ["an error that is not known", { errors: ["something_new"] }, { powers: [null, null, null] }],
  ["the order of the phases does not matter", { errors: ["phase_sequence"] }, { powers: [951.2, -2_300, 0] }],
  [
    "a current without its power has no sign",
    { b_act_power: null },
    { power: null, powers: [951.2, null, 0], currents: [4.029, 10.01, 0] },
  ],
  ["a power in text is none", { a_act_power: "951.2" }, { power: null, powers: [null, -2_300, 0] }],
  ["a power that there is not", { a_act_power: 1e6 }, { power: null }],
  ["a current below nothing", { a_current: -4 }, { currents: [null, -10.01, 0] }],
  ["the neutral is left alone", { n_current: 99 }, { currents: [4.029, -10.01, 0] }],
])("%s", (_why, changes, readings) => expect(measured({ "em:0": { ...em, ...changes } })).toMatchObject(readings));

test("an error of one phase of three components", () => {
  const status = {
    "em1:0": em1(0, 1, 1),
    "em1:1": em1(1, 1, 1, { errors: ["power_meter_failure"] }),
    "em1:2": em1(2, 1, 1),
  };
  expect(measured(status)).toMatchObject({ power: null, powers: [1, null, 1] });
});

test("what has changed is laid over what is known, and the rest is null", () => {
  const measurements = new Measurements();
  take(measurements, { "em:0": em, "emdata:0": emdata }, true, 0);
  expect(take(measurements, { "em:0": { id: 0, c_act_power: 500, c_current: 2.2 } }, false, 14_999)).toEqual({
    power: expect.closeTo(-848.8, 6),
    powers: [null, null, 500],
    currents: [null, null, 2.2],
    voltages: [null, null, null],
    totals: [null, null, null],
    returned: [null, null, null],
  });
});

test("powers that are 15 s old make neither a sum nor a sign", () => {
  const measurements = new Measurements();
  take(measurements, { "em:0": em }, true, 0);
  const later = take(measurements, { "em:0": { id: 0, c_act_power: 500, b_current: 8 } }, false, 15_000);
  expect(later).toMatchObject({ power: null, currents: [null, 8, null] });
});

test("an error that comes and goes in notices", () => {
  const measurements = new Measurements();
  take(measurements, { "em:0": em }, true, 0);
  const failing = take(
    measurements,
    { "em:0": { id: 0, a_errors: ["power_meter_failure"], a_act_power: 1 } },
    false,
    1,
  );
  expect(failing).toMatchObject({ powers: [null, null, null] });
  expect(measurements.errors()).toEqual(["em:0 a_errors: power_meter_failure"]);
  expect(take(measurements, { "em:0": { id: 0, a_errors: [], a_act_power: 2 } }, false, 2)).toMatchObject({
    powers: [2, null, null],
  });
  expect(measurements.errors()).toEqual([]);
});

test("an error that a whole status leaves out is gone", () => {
  const measurements = new Measurements();
  take(measurements, { "em:0": { ...em, a_errors: ["power_meter_failure"] } }, true, 0);
  expect(take(measurements, { "em:0": em }, true, 1)).toMatchObject({ powers: [951.2, -2_300, 0] });
});

test("what is not of a meter is nothing", () => {
  expect(take(new Measurements(), { sys: { uptime: 1 }, "switch:0": { apower: 1 }, "em:1": em }, true, 0)).toBeNull();
});

test("another profile begins anew", () => {
  const measurements = new Measurements();
  take(measurements, { "em:0": em }, true, 0);
  expect(take(measurements, { "em1:0": em1(0, 100, 1) }, true, 1)).toMatchObject({
    power: null,
    powers: [100, null, null],
  });
  expect(measurements.profile).toBe("monophase");
});

test("the value that was told longest ago is known by its time", () => {
  const measurements = new Measurements();
  expect(measurements.oldest()).toBeNull();
  take(measurements, { "em:0": em }, true, 100);
  take(measurements, { "em:0": { id: 0, a_act_power: 1 } }, false, 200);
  expect(measurements.oldest()).toBe(100);
  take(measurements, { "em:0": em }, true, 300);
  expect(measurements.oldest()).toBe(300);
});

test("whatever JSON is told, taking it fails never", () => {
  const component = fc.constantFrom("em:0", "emdata:0", "em1:0", "em1:1", "em1data:2", "__proto__", "sys");
  const status = fc.dictionary(fc.constantFrom(...Object.keys(em), "a_errors", "errors", "toString"), fc.jsonValue());
  fc.assert(
    fc.property(fc.array(fc.tuple(component, status, fc.boolean())), (told) => {
      const measurements = new Measurements();
      told.forEach(([name, fields, whole], now) => {
        const readings = measurements.take(new Map([[name, new Map(Object.entries(fields))]]), whole, now);
        for (const value of readings?.powers ?? []) expect(value === null || Number.isFinite(value)).toBe(true);
      });
      measurements.oldest();
      measurements.errors();
    }),
  );
});
