import { deadPort, startGoE } from "./devices.js";
import { configFile, fileWith, runCli } from "./support.js";

const canary = "c4n4ry";

/** Secrets in their keys, in other keys, and with invalid types. */
const blocks: readonly (readonly [where: string, block: object])[] = [
  ["the broker's password", { mqtt: { url: "nonsense", username: "u", password: canary } }],
  ["a password that is a list", { mqtt: { url: "mqtt://h", password: [canary] } }],
  ["a password that is a block", { mqtt: { url: "mqtt://h", password: { value: canary } } }],
  ["a token for a database", { influx: { url: "x", database: 5, token: canary } }],
  ["a token that is a list", { influx: { url: "http://h", database: "d", token: [canary] } }],
  ["the broker's address", { mqtt: { url: `mqtt://user:${canary}@host` } }],
  ["the broker's address, with @ and # in it", { mqtt: { url: `mqtt://user:${canary}@#${canary}@host` } }],
  ["the broker's address as a token", { mqtt: { url: `mqtt://${canary}@host` } }],
  ["the broker's address, as a query", { mqtt: { url: `mqtt://host/?password=${canary}&token=${canary}` } }],
  ["an address in place of the broker's block", { mqtt: `mqtt://user:${canary}@host` }],
  ["an address of a database", { influx: { url: `http://user:${canary}@host:8086`, database: "d" } }],
  ["a charger's host", { chargers: [{ name: "G", driver: "go-e", host: `user:${canary}@192.168.1.36` }] }],
  [
    "a charger's host, as a query",
    { chargers: [{ name: "G", driver: "go-e", host: `192.168.1.36/?token=${canary}` }] },
  ],
  [
    "a driver that has no password",
    { chargers: [{ name: "G", driver: "go-e", host: "1.2.3.4", password: canary, pasword: canary }] },
  ],
  [
    "an incomplete device of another driver",
    { chargers: [{ name: "G", driver: "easee", username: "u", password: canary }] },
  ],
  [
    "a key that is misspelt",
    { meters: [{ name: "M", driver: "shelly-3em", topic: "t", pasword: canary, tokn: canary }] },
  ],
  ["a block that is not known", { login: { password: canary } }],
  ["the site", { site: { password: canary, token: canary } }],
  ["a list of them", { chargers: [{ password: canary }, [{ token: canary }]] }],
  ["a number in place of a name", { meters: [{ name: 5, driver: "shelly-3em", topic: "t", password: canary }] }],
];

test.each(blocks)("%s is never shown", async (_where, block) => {
  const file = configFile(block);
  for (const args of [["check"], ["check", "--json"], ["read"], ["set", "G", "--current", "6"], ["replay"]]) {
    const { code, out, errors } = await runCli([...args, "--config", file]);
    expect(code).not.toBe(0);
    expect(out + errors).not.toContain(canary);
  }
});

test.each([
  `{"mqtt": {"password": "${canary}" "url": "mqtt://h"}}`,
  `{"mqtt": {"password": "${canary}`,
  `{"mqtt": {"password": '${canary}'}}`,
  `{"mqtt": {"password": ${canary}}}`,
])("nor from a file that is not JSON: %s", async (text) => {
  const file = fileWith(text);
  for (const args of [["check"], ["check", "--json"]]) {
    const { code, out, errors } = await runCli([...args, "--config", file]);
    expect(code).toBe(2);
    expect(out + errors).not.toContain(canary);
  }
});

test("nor while devices are read, whether they answer or not", async () => {
  const { block } = await startGoE(2);
  const login = { username: "meter", password: canary };
  const file = configFile({
    site: { mainFuse: 25 },
    meters: [
      { name: "Grid", driver: "shelly-3em", transport: "http", host: "127.0.0.1", port: await deadPort(), ...login },
    ],
    chargers: [block],
  });
  for (const args of [["check", "--connect"], ["check", "--connect", "--json"], ["read"], ["read", "--json"]]) {
    const { code, out, errors } = await runCli([...args, "--config", file]);
    expect(code).toBe(1);
    expect(out + errors).toContain("Grid");
    expect(out + errors).not.toContain(canary);
  }
});
