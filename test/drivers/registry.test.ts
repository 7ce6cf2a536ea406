import { optionsOf } from "../../src/drivers/options/schema.js";
import { chargerDrivers, meterDrivers, residualCurrentDrivers } from "../../src/drivers/registry.js";

const drivers = [...chargerDrivers, ...meterDrivers, ...residualCurrentDrivers].map((driver) => ({
  name: driver.driver,
  driver,
}));

test("names are unique", () => {
  const names = drivers.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

test.each(drivers)("$name says which products it is for, and what they need", ({ driver }) => {
  expect(driver.products.length).toBeGreaterThan(0);
  expect(driver.needs.length).toBeGreaterThan(0);
});

const options = drivers.flatMap(({ name, driver }) =>
  Object.entries(optionsOf(driver.options).shape).map(([key, option]) => ({ name, key, option })),
);

test.each(options)("$name: option $key is described in one sentence", ({ option }) => {
  expect(option).toHaveProperty("description", expect.stringMatching(/^[A-Z].*\.$/));
});

test.each(chargerDrivers.map((driver) => ({ name: driver.driver, current: driver.current })))(
  "$name takes currents that IEC 61851 knows",
  ({ current }) => {
    expect(current.min).toBeGreaterThanOrEqual(6);
    expect(current.max).toBeGreaterThan(current.min);
    expect(current.step).toBeGreaterThan(0);
  },
);

test.each(chargerDrivers.map((driver) => ({ name: driver.driver, driver })))(
  "$name can be started, stopped and slowed down in any case",
  ({ driver }) => {
    const options = optionsOf(driver.options).partial().parse({});
    expect(driver.writable(options)).toEqual(expect.arrayContaining(["maxAmpere", "allowCharging"]));
  },
);
