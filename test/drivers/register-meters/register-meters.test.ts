/** Meters that are nothing but a table of registers, each held to a fixture of this folder over real Modbus TCP. */

import { readdirSync } from "node:fs";
import { basename } from "node:path";
import { meterDrivers } from "../../../src/drivers/registry.js";
import { RegisterStore, startVirtualModbus } from "../../../src/simulator/servers/modbus/server.js";
import { failureOf } from "../../support/failure.js";
import { connectMeter, closeAfterTest } from "../../support/test-bench.js";
import type { RegisterMeterFixture } from "./fixture.js";

const others = ["fixture.ts", "register-meters.test.ts"];
const files = readdirSync(new URL(".", import.meta.url)).filter((file) => !others.includes(file));
const fixtures = await Promise.all(
  files.map(async (file): Promise<RegisterMeterFixture> => (await import(`./${basename(file, ".ts")}.js`)).fixture),
);

test("every meter of this sort has a fixture", () => {
  const drivers = meterDrivers.flatMap(({ driver, registers }) => (registers === undefined ? [] : [driver]));
  expect(fixtures.map(({ driver }) => driver).sort()).toEqual([...drivers].sort());
});

/** Registers that a fixture does not name are there, and hold nothing. */
function storeOf(words: RegisterMeterFixture["words"]): RegisterStore {
  const blocks = Object.entries(words).map(([address, text]) => ({
    address: Number(address),
    words: text.split(/\s+/).map((word) => parseInt(word, 16)),
  }));
  const store = new RegisterStore();
  store.fill(0, Math.max(...blocks.map((block) => block.address + block.words.length)));
  for (const block of blocks) store.setWords(block.address, block.words);
  return store;
}

describe.each(fixtures)("$driver", ({ driver, words, reading }) => {
  async function readFrom(store: RegisterStore) {
    const declared = meterDrivers.find((each) => each.driver === driver);
    if (declared === undefined) throw new Error(`${driver} is not in the registry`);
    const server = closeAfterTest(await startVirtualModbus({ holding: store, input: store }));
    return connectMeter(declared, { host: "127.0.0.1", port: server.port }).read();
  }

  test("every value is read as it is meant", async () => {
    expect(await readFrom(storeOf(words))).toEqual({ grid: reading });
  });

  test("another device at this address is not taken for it", async () => {
    const store = new RegisterStore();
    store.fill(0, 1_000);
    expect(await failureOf(readFrom(store))).toMatchObject({ code: "protocol", device: "Grid" });
  });
});
