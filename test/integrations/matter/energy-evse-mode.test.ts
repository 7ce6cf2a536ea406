/** The certification's test cases TC_EEVSEM_1_2 and 2_1: modes. */

import { EnergyEvse } from "@matter/main/clusters/energy-evse";
import { EnergyEvseMode } from "@matter/main/clusters/energy-evse-mode";
import { ModeBase } from "@matter/main/clusters/mode-base";
import { z } from "zod";
import { gridMeter, TestSite } from "./test-site.js";
import { TestBench } from "./test-bench.js";

const { attributes, ModeTag } = EnergyEvseMode;
const { ModeChangeStatus: Answer } = ModeBase;

const modesSchema = z.array(
  z.object({ label: z.string(), mode: z.number(), modeTags: z.array(z.object({ value: z.number() })) }),
);

let bench: TestBench;
beforeAll(async () => {
  bench = await TestBench.start(new TestSite(["Garage"], "solar"));
}, 60_000);
afterAll(() => bench.close());

const currentMode = () => bench.read(EnergyEvseMode, attributes.currentMode);
const change = (newMode: number) => bench.invoke(EnergyEvseMode, "changeToMode", { newMode });
const siteMode = () => bench.site.view.chargers[0]?.mode;

test("TC_EEVSEM_1_1: revision, features and commands", async () => {
  const values = await bench.controller.readAll(1, EnergyEvseMode);
  expect(values.get(0xfffd)).toBe(2);
  expect(values.get(0xfffc)).toEqual({ onOff: false });
  expect(values.get(0xfffb)).toEqual([0, 1, 0xfff8, 0xfff9, 0xfffb, 0xfffc, 0xfffd]);
  expect(values.get(0xfff9)).toEqual([0]);
  expect(values.get(0xfff8)).toEqual([1]);
});

describe("TC_EEVSEM_1_2: what modes there are", () => {
  let modes: z.output<typeof modesSchema>;
  beforeAll(async () => {
    modes = modesSchema.parse(await bench.read(EnergyEvseMode, attributes.supportedModes));
  });

  test("their numbers and labels are unique", () => {
    expect(new Set(modes.map(({ mode }) => mode)).size).toBe(modes.length);
    expect(new Set(modes.map(({ label }) => label)).size).toBe(modes.length);
  });

  test("manual stands alone; time of use and the sun are there, and go together where both count", () => {
    const tags = modes.map(({ modeTags }) => modeTags.map(({ value }) => value));
    expect(tags).toEqual([
      [ModeTag.Manual],
      [ModeTag.TimeOfUse],
      [ModeTag.SolarCharging, ModeTag.TimeOfUse],
      [ModeTag.SolarCharging, ModeTag.TimeOfUse, ModeTag.Min],
    ]);
  });

  test("a mode's number is its place in the list, as SmartThings takes it", () => {
    expect(modes.map(({ mode }) => mode)).toEqual([0, 1, 2, 3]);
  });

  test("the current one is the house's, and one of them", async () => {
    expect(await currentMode()).toBe(2);
  });
});

describe("TC_EEVSEM_2_1: change to mode", () => {
  test("to the one that it is in", async () => {
    expect(await change(2)).toEqual({ status: Answer.Success, statusText: "" });
    expect(await currentMode()).toBe(2);
  });

  test("to one in which it can't be now: the meter is silent, and nobody knows of the sun", async () => {
    await change(0);
    bench.site.meters = [gridMeter(false)];
    expect(await change(2)).toEqual({ status: Answer.InvalidInMode, statusText: expect.stringMatching(/^.{1,64}$/) });
    expect(await currentMode()).toBe(0);
    expect(siteMode()).toBe("fast");
    bench.site.meters = [gridMeter(true)];
  });

  test.each([
    [0, "fast"],
    [1, "scheduled"],
    [2, "solar"],
    [3, "solar-min"],
  ] as const)("to %p, which is the house's %s", async (number, mode) => {
    expect(await change(number)).toEqual({ status: Answer.Success, statusText: "" });
    expect(await currentMode()).toBe(number);
    expect(siteMode()).toBe(mode);
  });

  test.each([4, 15, 255])("to %p, which there is not", async (number) => {
    expect(await change(number)).toMatchObject({ status: Answer.UnsupportedMode });
    expect(await currentMode()).toBe(3);
    expect(siteMode()).toBe("solar-min");
  });
});

describe("modes and being enabled are two things", () => {
  test("a mode chosen elsewhere is shown", async () => {
    bench.site.command("Garage", { mode: "solar" });
    expect(await currentMode()).toBe(2);
  });

  test("disabled, it keeps the mode for when it is enabled", async () => {
    await bench.invoke(EnergyEvse, "disable");
    expect(siteMode()).toBe("off");
    expect(await currentMode()).toBe(2);
    expect(await change(1)).toMatchObject({ status: Answer.Success });
    expect(siteMode()).toBe("off");
    expect(await bench.read(EnergyEvse, EnergyEvse.attributes.supplyState)).toBe(EnergyEvse.SupplyState.Disabled);
    expect(await currentMode()).toBe(1);
    await bench.enable(null, 0, 0);
    expect(siteMode()).toBe("scheduled");
  });

  test("a stop by hand disables too, and enabling takes it back without starting anything at once", async () => {
    bench.site.plug();
    bench.site.command("Garage", { mode: "solar", allowCharging: false });
    expect(await bench.read(EnergyEvse, EnergyEvse.attributes.supplyState)).toBe(EnergyEvse.SupplyState.Disabled);
    await bench.enable(null, 0, 0);
    expect(bench.site.commands.at(-1)).toMatchObject({ allowCharging: null });
    expect(bench.site.view.chargers[0]).toMatchObject({ mode: "solar", userSettings: { manual: null } });
  });

  test("a start by hand goes on when it is enabled again", async () => {
    bench.site.command("Garage", { allowCharging: true });
    await bench.enable(null, 0, 12_000);
    expect(bench.site.view.chargers[0]?.userSettings).toMatchObject({
      manual: { kind: "start", until: null },
      maxAmpere: 12,
    });
  });

  test("what was started by hand in a house that is switched off is enabled", async () => {
    bench.site.command("Garage", { mode: "off", allowCharging: true });
    expect(await bench.read(EnergyEvse, EnergyEvse.attributes.supplyState)).toBe(
      EnergyEvse.SupplyState.ChargingEnabled,
    );
    await bench.invoke(EnergyEvse, "disable");
    expect(await bench.read(EnergyEvse, EnergyEvse.attributes.supplyState)).toBe(EnergyEvse.SupplyState.Disabled);
  });
});
