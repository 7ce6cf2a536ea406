import { deadPort, exportingRead, goEBlock, startGoE, startHttpMeter, startMqttMeter } from "./devices.js";
import { configFile, documentOf, linesOf, runCli } from "./support.js";

const site = { mainFuse: 25 };

test("devices that answer are listed, and nothing is written to them", async () => {
  const [garage, grid] = [await startGoE(2), await startHttpMeter()];
  const file = configFile({ site, meters: [grid.block], chargers: [garage.block] });
  const { code, out, errors } = await runCli(["check", "--connect", "--config", file]);
  expect({ code, errors }).toEqual({ code: 0, errors: "" });
  expect(linesOf(out)).toEqual([
    `${file}: fine: 1 charger, 1 meter, a main fuse of 25 A`,
    "Garage: answers",
    "Grid: answers",
  ]);
  expect(garage.writes()).toEqual([]);
});

test("as JSON, with their readings", async () => {
  const [garage, grid] = [await startGoE(1), await startMqttMeter()];
  const file = configFile({ site, meters: [grid.block], chargers: [garage.block] });
  const said = await runCli(["check", "--connect", "--json", "--config", file]);
  expect(said).toMatchObject({ code: 0, errors: "" });
  expect(documentOf(said)).toMatchObject({
    valid: true,
    problems: [],
    devices: { chargers: { Garage: { maxAmpere: 10, state: "charging" } }, meters: { Grid: exportingRead } },
  });
});

describe("a device that does not answer", () => {
  test("is reported with its name, address and advice; the others are read all the same", async () => {
    const grid = await startHttpMeter();
    const chargers = [goEBlock(await deadPort(), 2)];
    const file = configFile({ site, meters: [grid.block], chargers });
    const { code, out } = await runCli(["check", "--connect", "--config", file]);
    expect(code).toBe(1);
    expect(linesOf(out)).toEqual([
      expect.stringContaining("fine"),
      expect.stringMatching(/^Garage: no connection to 127\.0\.0\.1.*Check that it is on/),
      "Grid: answers",
    ]);
  });

  test("is an error in JSON", async () => {
    const file = configFile({ site, chargers: [goEBlock(await deadPort(), 1)] });
    const said = await runCli(["check", "--connect", "--json", "--config", file]);
    expect(said.code).toBe(1);
    expect(documentOf(said)).toMatchObject({
      valid: true,
      devices: { chargers: { Garage: { error: expect.stringMatching(/^Garage: /) } } },
    });
  });

  test("is named with its port, where that is not the default", async () => {
    const port = await deadPort();
    const file = configFile({ site, chargers: [goEBlock(port, 2)] });
    const { out } = await runCli(["check", "--connect", "--config", file]);
    expect(out).toContain(`127.0.0.1:${port}`);
  });
});

test("a valid device beside an invalid one is read too: problems and readings together", async () => {
  const garage = await startGoE(2);
  const file = configFile({ site, chargers: [garage.block, { name: "Carport", driver: "go-e" }] });
  const { code, out, errors } = await runCli(["check", "--connect", "--config", file]);
  expect(code).toBe(2);
  expect(linesOf(out)).toEqual(["Garage: answers"]);
  expect(errors).toContain("chargers[1].host (Carport): ");
});
