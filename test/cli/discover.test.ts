import { discoverWith } from "../../src/cli/discover.js";
import { recognised } from "../../src/cli/discover/announced.js";
import type { Browse } from "../../src/cli/discover/mdns.js";
import type { AnnouncedService } from "../../src/drivers/discovery.js";
import { Evse } from "../../src/simulator/house/evse.js";
import { startVirtualE3dc } from "../../src/simulator/devices/e3dc/server.js";
import { startVirtualMennekes } from "../../src/simulator/devices/mennekes/server.js";
import { startVirtualModbus } from "../../src/simulator/servers/modbus/server.js";
import { startVirtualPac2200 } from "../../src/simulator/devices/siemens-pac2200/device.js";
import { startVirtualSunSpec } from "../../src/simulator/devices/sunspec/device.js";
import { goE } from "../../src/drivers/chargers/go-e/index.js";
import { openEvse } from "../../src/drivers/chargers/openevse/index.js";
import { shelly3em } from "../../src/drivers/meters/shelly/gen1/index.js";
import { shellyPro3em } from "../../src/drivers/meters/shelly/gen2/index.js";
import { optionsOf } from "../../src/drivers/options/schema.js";
import { closeAfterTest } from "../support/test-bench.js";

function service(changes: Partial<AnnouncedService>): AnnouncedService {
  return { type: "http", name: "printer", addresses: ["192.168.1.36"], port: 80, txt: new Map(), ...changes };
}

async function runDiscover(args: readonly string[], browse: Browse | readonly AnnouncedService[] = []) {
  const said = { out: "", errors: "" };
  const listen: Browse = typeof browse === "function" ? browse : async () => browse;
  const code = await discoverWith(listen).run(args, {
    input: (async function* (): AsyncGenerator<string> {})(),
    interactive: false,
    untilStopped: () => new AbortController().signal,
    out: (text) => void (said.out += `${text}\n`),
    error: (text) => void (said.errors += `${text}\n`),
  });
  return { code, ...said };
}

async function found(args: readonly string[], services: readonly AnnouncedService[] = []): Promise<unknown> {
  const { code, out, errors } = await runDiscover([...args, "--json"], services);
  expect({ code, errors }).toEqual({ code: 0, errors: "" });
  const document: unknown = JSON.parse(out);
  return document;
}

const host = "192.168.1.36";

test.each<[string, Partial<AnnouncedService>, object]>([
  [
    "go-e since 050",
    { type: "go-e_go-eCharger", name: "go-eCharger_012345", txt: new Map([["serial", "012345"]]) },
    { name: "go-e 012345", driver: "go-e", host, apiVersion: 2, serial: "012345" },
  ],
  [
    "go-e V4, without TXT",
    { type: "go-e_go-eCharger_V4", name: "go-eCharger_456789" },
    { name: "go-e 456789", driver: "go-e", host, apiVersion: 2, serial: "456789" },
  ],
  ["go-e among web pages", { name: "go-echarger_abc" }, { name: "go-e", driver: "go-e", host }],
  ["OpenEVSE", { type: "openevse", name: "openevse-a7d4" }, { name: "OpenEVSE a7d4", driver: "openevse", host }],
  [
    "OpenEVSE on another port",
    { name: "openevse-a7d4", port: 8_080 },
    { name: "OpenEVSE a7d4", driver: "openevse", host, port: 8_080 },
  ],
  [
    "Shelly 3EM",
    { name: "shellyem3-AABBCCDDEEFF" },
    { name: "Shelly AABBCCDDEEFF", driver: "shelly-3em", host, measures: ["grid"], transport: "http" },
  ],
  [
    "Shelly Pro 3EM",
    { type: "shelly", name: "shellypro3em-aabbcc112233" },
    { name: "Shelly aabbcc112233", driver: "shelly-pro-3em", host, measures: ["grid"] },
  ],
  [
    "Shelly 3EM Gen3",
    { name: "shelly3em63g3-aabbcc112233" },
    { name: "Shelly aabbcc112233", driver: "shelly-pro-3em", host, measures: ["grid"] },
  ],
])("an announcement is recognised: %s", (_what, changes, device) =>
  expect(recognised(service(changes))?.device).toEqual(device),
);

test.each<[string, Partial<AnnouncedService>]>([
  ["a printer", {}],
  ["another Shelly", { type: "shelly", name: "shellyplus1pm-aabbcc112233" }],
  ["a Shelly EM with two clamps", { name: "shellyem-AABBCC" }],
  ["a charger with no address", { type: "openevse", addresses: [] }],
  ["a charger with link-local addresses only", { type: "openevse", addresses: ["fe80::1", "169.254.1.1"] }],
  ["a charger with an invalid address", { type: "openevse", addresses: ["evil.example/path"] }],
])("other announcements are ignored: %s", (_what, changes) => expect(recognised(service(changes))).toBeNull());

test("an IPv4 address is preferred, and a name with control characters is not shown", () => {
  const name = "openevse-\u001b[31mred";
  const device = recognised(service({ type: "openevse", name, addresses: ["2001:db8::5", "192.168.1.9"] }))?.device;
  expect(device).toEqual({ name: "OpenEVSE", driver: "openevse", host: "192.168.1.9" });
});

test("the printed configuration is valid for the drivers", () => {
  const kinds = [
    [goE, { type: "go-e_go-eCharger", name: "go-eCharger_012345" }],
    [openEvse, { type: "openevse", name: "openevse-a7d4" }],
    [shelly3em, { name: "shellyem3-AABBCC" }],
    [shellyPro3em, { name: "shellypro3em-aabbcc" }],
  ] as const;
  for (const [driver, changes] of kinds) {
    const { name, driver: called, ...written } = recognised(service(changes))?.device ?? { name: "", driver: "none" };
    expect(name).not.toBe("");
    expect(called).toBe(driver.driver);
    const options = Object.fromEntries(Object.entries(written).filter(([key]) => key !== "measures"));
    expect(optionsOf(driver.options).strict().safeParse(options)).toMatchObject({ success: true });
  }
});

test("each device is listed once, chargers first, with unique names", async () => {
  const shelly = { name: "shellypro3em-aabbcc112233", addresses: ["192.168.1.21"] };
  const result = await found(
    [],
    [
      service(shelly),
      service({ ...shelly, type: "shelly" }),
      service({ type: "openevse", name: "openevse", addresses: ["192.168.1.100"] }),
      service({ type: "openevse", name: "openevse", addresses: ["192.168.1.9"] }),
      service({}),
    ],
  );
  expect(result).toMatchObject({
    config: {
      chargers: [
        { name: "OpenEVSE openevse", driver: "openevse", host: "192.168.1.9" },
        { name: "OpenEVSE openevse 2", driver: "openevse", host: "192.168.1.100" },
      ],
      meters: [{ name: "Shelly aabbcc112233", driver: "shelly-pro-3em", host: "192.168.1.21", measures: ["grid"] }],
    },
    failures: [],
  });
});

test("the text output is a table and a JSON block", async () => {
  const { code, out } = await runDiscover([], [service({ type: "openevse", name: "openevse-a7d4" })]);
  expect(code).toBe(0);
  expect(out).toMatch(/^ {2}charger {2}OpenEVSE or EmonEVSE {2}192\.168\.1\.36 {2}announces itself$/m);
  const block: unknown = JSON.parse(out.slice(out.indexOf("{"), out.lastIndexOf("}") + 1));
  expect(block).toEqual({ chargers: [{ name: "OpenEVSE a7d4", driver: "openevse", host }] });
});

test("finding nothing is no failure, and gives advice", async () => {
  const { code, out, errors } = await runDiscover([]);
  expect({ code, errors }).toEqual({ code: 0, errors: "" });
  expect(out).toContain("--modbus 192.168.1.20");
  expect(await found([])).toEqual({ found: [], config: {}, failures: [] });
});

test("it listens for 5 s, or for --seconds", async () => {
  const durations: number[] = [];
  const browse: Browse = async (_types, duration) => {
    durations.push(duration);
    return [];
  };
  await runDiscover([], browse);
  await runDiscover(["--seconds", "20"], browse);
  expect(durations).toEqual([5_000, 20_000]);
});

test("where mDNS can't be used, that is reported, and Modbus is still searched", async () => {
  const device = closeAfterTest(await startVirtualE3dc({ flows }));
  const broken: Browse = async () => Promise.reject(new Error("bind EACCES 0.0.0.0:5353"));
  const { code, out, errors } = await runDiscover(["--modbus", `127.0.0.1:${device.port}`], broken);
  expect(code).toBe(0);
  expect(out).toContain("E3/DC");
  expect(errors).toBe("mDNS can't be used here: bind EACCES 0.0.0.0:5353\n");
});

const flows = () => ({ pv: 5_000, battery: 0, house: 800, grid: -4_200, soc: 80 });
const three = [230, 231, 229] as const;
const pac = () => ({
  powers: [100, 100, 100] as const,
  currents: [1, 1, 1] as const,
  voltages: three,
  importEnergy: 0,
  exportEnergy: 0,
});

test("an E3/DC is identified by its magic number", async () => {
  const { port } = closeAfterTest(await startVirtualE3dc({ flows }));
  expect(await found(["--modbus", `127.0.0.1:${port}`])).toMatchObject({
    config: { meters: [{ name: "E3DC", driver: "e3dc", host: "127.0.0.1", port }] },
  });
});

test.each([1, 126])("a SunSpec device is identified by its marker, also at unit id %i", async (unitId) => {
  const models = [
    { id: 103, values: () => ({ power: 100 }) },
    { id: 203, values: () => ({ power: 100 }) },
  ] as const;
  const { modbus } = closeAfterTest(await startVirtualSunSpec({ models, unitId }));
  const unit = unitId === 1 ? {} : { unitId };
  expect(await found(["--modbus", `127.0.0.1:${modbus.port}`])).toMatchObject({
    config: { meters: [{ driver: "sunspec", ...unit, measures: ["grid", "pv"] }] },
  });
});

test.each(["exception", "close"] as const)("a MENNEKES that answers unknown registers with: %s", async (unknown) => {
  const device = closeAfterTest(await startVirtualMennekes({ evse: new Evse(), firmware: "5.22", unknown }));
  expect(await found(["--modbus", `127.0.0.1:${device.port}`])).toMatchObject({
    config: { chargers: [{ name: "MENNEKES", driver: "mennekes" }] },
  });
});

test("a PAC2200 is identified by its voltages, and nothing is ever written", async () => {
  const { modbus } = closeAfterTest(await startVirtualPac2200({ values: pac }));
  expect(await found(["--modbus", `127.0.0.1:${modbus.port}`])).toMatchObject({
    found: [{ by: "shows 230 V, 231 V, 229 V where they do" }],
    config: { meters: [{ name: "PAC2200", driver: "siemens-pac2200", measures: ["grid"] }] },
  });
  expect(new Set(modbus.requests.map(({ functionCode }) => functionCode))).toEqual(new Set([3]));
});

test("an unknown device and a host that does not answer are reported", async () => {
  const unknown = closeAfterTest(await startVirtualModbus());
  const gone = await startVirtualModbus();
  await gone.close();
  const { code, out, errors } = await runDiscover(["--modbus", `127.0.0.1:${unknown.port},127.0.0.1:${gone.port}`]);
  expect(code).toBe(0);
  expect(out).toContain("Nothing was found");
  expect(errors).toContain(`127.0.0.1:${unknown.port} answers over Modbus, but as no device that is known here`);
  expect(errors).toContain(`127.0.0.1:${gone.port}`);
});

test.each<[string[], string]>([
  [["--modbus", "192.168.1.0/24"], "not a range"],
  [["--modbus", "192.168.1.1-192.168.1.9"], "not a range"],
  [["--modbus", "192.168.1.1-9"], "not a range"],
  [["--modbus", "192.168.1.*"], "not a range"],
  [["--modbus", "a,,b"], 'not ""'],
  [["--modbus", "http://meter"], "not"],
  [["--modbus", "meter:0"], "hosts like"],
  [["--modbus", Array.from({ length: 33 }, (_, at) => `10.0.0.${at}`).join(",")], "at most 32 hosts, not 33"],
  [["--seconds", "0"], "1 to 60"],
  [["--seconds", "61"], "1 to 60"],
  [["--seconds", "soon"], "takes a number"],
  [["extra"], "one word too many"],
])("%j is refused before anything is searched", async (args, message) => {
  const browse: Browse = () => Promise.reject(new Error("It searched"));
  await expect(runDiscover(args, browse)).rejects.toThrow(message);
  await expect(runDiscover(args, browse)).rejects.toMatchObject({ name: "UsageError" });
});
