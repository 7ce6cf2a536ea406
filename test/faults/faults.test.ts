import { chargerDrivers, meterDrivers, residualCurrentDrivers } from "../../src/drivers/registry.js";
import { entries, type Entry } from "./entries.js";
import { carryOut } from "./fault.js";
import { siteFaults } from "./site-faults.js";
import { catalogue, faults, notApplicable } from "./faults.js";

const registered = [...chargerDrivers, ...meterDrivers, ...residualCurrentDrivers].map(({ driver }) => driver);
const pairs = entries.flatMap((entry) => faults.filter((fault) => fault.on(entry)).map((fault) => ({ entry, fault })));
const houses = siteFaults.map((fault) => ({ fault, title: `the house: ${fault.id} ${fault.what}` }));
const titled = pairs.map(({ entry, fault }) => ({ entry, fault, title: `${entry.name}: ${fault.id} ${fault.what}` }));

const ids = Object.entries(catalogue).flatMap(([group, count]) =>
  Array.from({ length: count }, (_, place) => `${group}-${String(place + 1).padStart(2, "0")}`),
);
const covered = new Set([...pairs, ...houses].map(({ fault }) => fault.id));

afterAll(() => {
  const inHouses = houses.flatMap(({ fault }) => fault.drivers).length;
  const reasons = Object.entries(notApplicable).map(([id, reason]) => `${id} (${reason})`);
  console.log(
    `faults covered: ${pairs.length + inHouses} (driver × fault), ${covered.size} of ${ids.length} faults of the list, ` +
      `not applicable: ${reasons.join(", ")}`,
  );
});

test.each(ids)("%s is fed to someone, or it is said why not", (id) => {
  expect([covered.has(id), id in notApplicable]).toContain(true);
});

test.each(Object.keys(notApplicable))("%s is not fed to anyone after all", (id) => {
  expect(covered).not.toContain(id);
});

test.each(registered)("%s has a place on the bench", (driver) => {
  expect(entries.map((entry) => entry.driver)).toContain(driver);
});

test("names and titles are unique", () => {
  const titles = [...titled, ...houses].map(({ title }) => title);
  expect(titles.filter((title, place) => titles.indexOf(title) !== place)).toEqual([]);
});

async function run(entry: Entry, fault: (typeof faults)[number]): Promise<void> {
  const bench = await entry.start();
  try {
    await carryOut(fault, bench, entry);
  } finally {
    await bench.close();
  }
}

test.each(houses)("$title", ({ fault }) => fault.run());

test.each(titled)("$title", ({ entry, fault }) => run(entry, fault));
