import fc from "fast-check";
import { parseConfig } from "../../src/config/parse.js";
import { charger, drivers, meter } from "./drivers.js";

describe("secrets are never shown", () => {
  const canary = "c4n4ry";
  const hidden = fc.constantFrom<unknown>(canary, [canary], { deep: canary }, { password: canary }, `a:${canary}@b`);
  const key = fc.constantFrom("password", "token");

  test.each<[where: string, block: (key: string, value: unknown) => object]>([
    ["in the broker", (name, value) => ({ mqtt: { url: "x", [name]: value } })],
    ["in a meter", (name, value) => ({ meters: [meter({ transport: "mqtt", pollInterval: 0, [name]: value })] })],
    ["in a charger", (name, value) => ({ chargers: [charger({ [name]: value, mode: "?" })] })],
    ["in a device without a driver", (name, value) => ({ chargers: [{ [name]: value }] })],
    ["in a block instead of a list", (name, value) => ({ chargers: { [name]: value } })],
    ["in a list instead of a block", (name, value) => ({ site: [{ [name]: value }] })],
    ["in the wrong block", (name, value) => ({ surplus: { [name]: value }, [name]: value })],
    ["in a misspelt key", (name, value) => ({ mqtt: { url: "mqtt://a", [name.slice(1)]: value } })],
    [
      "in an address",
      () => ({ mqtt: { url: `mqtt://u:${canary}@h` }, chargers: [charger({ host: `u:${canary}@h` })] }),
    ],
    ["in a query", () => ({ influx: { url: `http://h/?u=me&p=${canary}`, database: "ev" } })],
  ])("%s", (_where, block) => {
    fc.assert(
      fc.property(key, hidden, (name, value) => {
        const parsed = parseConfig(block(name, value), drivers);
        expect(parsed.problems.length).toBeGreaterThan(0);
        expect(JSON.stringify([parsed.problems, parsed.warnings])).not.toContain(canary);
      }),
    );
  });
});
