/** AMTRON 4You and 4Business: versions that begin anew, and registers that they lack. */

import { Car } from "../../../src/simulator/house/car.js";
import { RegisterStore } from "../../../src/simulator/servers/modbus/server.js";
import { newCharger } from "./registers.js";
import { box, virtual } from "./support.js";

/** What people read from a 4You 510 with firmware 1.3.44 and 1.5.22: the rest is answered with exception 2. */
function fourYou(): RegisterStore {
  const there: readonly (readonly [at: number, words: number])[] = [
    [104, 1],
    [122, 1],
    [206, 22],
    [716, 2],
    [1_000, 1],
  ];
  const all = newCharger();
  const store = new RegisterStore();
  for (const [at, words] of there) store.setWords(at, all.words(at, words) ?? []);
  store.setText(100, 2, "1.3.");
  store.setText(142, 10, "4You 510 11 T2S");
  return store;
}

const reading = {
  maxAmpere: 10,
  currentL1: 10.1,
  currentL2: 9.9,
  currentL3: 10.3,
  powerL1: 2_311,
  power: 6_915,
  voltageL1: 231,
  voltageL3: 233,
  sessionChargeConsumption: 80.01,
  totalConsumption: 1_234.567,
  error: null,
  phases: null,
  tag: null,
  firmware: "1.3.",
  state: "charging",
};

test("its model says that it is newer than its version does: all that it has is read", async () => {
  const { charger, server } = await box(fourYou());
  expect(await charger.read()).toMatchObject(reading);
  const first = server.requests.length;
  expect(await charger.read()).toMatchObject(reading);
  expect(server.requests.slice(first).map(({ address, count }) => [address, count])).toEqual([
    [104, 1],
    [122, 1],
    [1_000, 1],
    [206, 16],
    [222, 6],
    [716, 2],
  ]);
});

test.each([
  ["the total power", [220, 221], { power: 6_915, currentL3: 10.3, totalConsumption: 1_234.567 }],
  ["the powers of the phases", [206, 211], { powerL1: null, power: 6_915, currentL1: 10.1 }],
  ["one voltage", [226, 227], { voltageL1: 231, voltageL3: null }],
] as const)("one that lacks %s still tells the others", async (_why, [first, last], left) => {
  const store = fourYou();
  store.remove(first, last);
  const { charger } = await box(store);
  expect(await charger.read()).toMatchObject(left);
  expect(await charger.read()).toMatchObject(left);
});

test("an older charger without counters of the phases still tells powers and currents", async () => {
  const store = newCharger();
  store.setWords(100, [0x352e, 0x3132]); // "5.12"
  const { charger } = await box(store);
  expect(await charger.read()).toMatchObject({ currentL1: 10.1, powerL1: 2_311, power: 6_915, totalConsumption: null });
});

test("a virtual 4You is told what to charge with, and shows it", async () => {
  const { charger, evse } = await virtual({ firmware: "1.5.", model: "4You 510 11 T2S" });
  evse.plug(new Car());
  await charger.writes.maxAmpere(8);
  evse.advance(30);
  expect(await charger.read()).toMatchObject({ maxAmpere: 8, currentL1: 8, state: "charging", voltageL2: 230 });
});
