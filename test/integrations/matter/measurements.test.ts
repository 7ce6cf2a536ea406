/**
 * The certification's test cases TC_EPM_2_1 and 2_2, TC_EEM_2_1 to 2_5, TC_PWRTL_2_1 and TC_DEM_2_1, and what the device
 * is made of.
 */

import { ElectricalMeasurementTag } from "@matter/main";
import { Descriptor } from "@matter/main/clusters/descriptor";
import { DeviceEnergyManagement } from "@matter/main/clusters/device-energy-management";
import { ElectricalEnergyMeasurement } from "@matter/main/clusters/electrical-energy-measurement";
import { ElectricalPowerMeasurement } from "@matter/main/clusters/electrical-power-measurement";
import { PowerSource } from "@matter/main/clusters/power-source";
import { PowerTopology } from "@matter/main/clusters/power-topology";
import { TemperatureMeasurement } from "@matter/main/clusters/temperature-measurement";
import { z } from "zod";
import { TestSite } from "./test-site.js";
import { evseEndpoint, TestBench } from "./test-bench.js";

const power = ElectricalPowerMeasurement.attributes;
const energy = ElectricalEnergyMeasurement.attributes;
const management = DeviceEnergyManagement.attributes;

/** Seconds after which a new number is reported. */
const soon = 6;
const later = 31;

const measured = z.object({ energy: z.number(), endTimestamp: z.number() });

const accuracySchema = z.object({
  measurementType: z.number(),
  measured: z.literal(true),
  minMeasuredValue: z.coerce.number(),
  maxMeasuredValue: z.coerce.number(),
  accuracyRanges: z
    .array(z.object({ rangeMin: z.coerce.number(), rangeMax: z.coerce.number(), percentMax: z.number() }))
    .min(1),
});

let bench: TestBench;
/** s since 1970 */
let began: number;
beforeAll(async () => {
  const site = new TestSite();
  site.report({ temperature: 24.3 });
  bench = await TestBench.start(site);
  began = bench.now;
}, 60_000);
afterAll(() => bench.close());

const readAll = async (endpoint: number, cluster: Parameters<typeof bench.read>[0]) => {
  await bench.device.integration.settled();
  return bench.controller.readAll(endpoint, cluster);
};

describe("the device types that an EVSE is made of", () => {
  test("are all on its endpoint, and each phase is a sensor below it", async () => {
    const values = await readAll(evseEndpoint, Descriptor);
    const types = z.array(z.object({ deviceType: z.number(), revision: z.number() }));
    const { deviceTypeList, partsList } = Descriptor.attributes;
    expect(types.parse(values.get(deviceTypeList.id)).map(({ deviceType }) => deviceType)).toEqual(
      expect.arrayContaining([0x050c, 0x0011, 0x0510, 0x050d]),
    );
    expect(values.get(deviceTypeList.id)).toEqual(expect.arrayContaining([{ deviceType: 0x050c, revision: 2 }]));
    expect(values.get(partsList.id)).toEqual([2, 3, 4]);
  });

  test.each([1, 2, 3])("phase %p has the tag of its phase", async (phase) => {
    const values = await readAll(evseEndpoint + phase, Descriptor);
    expect(values.get(Descriptor.attributes.deviceTypeList.id)).toEqual([{ deviceType: 0x0510, revision: 1 }]);
    expect(values.get(Descriptor.attributes.tagList.id)).toEqual([
      expect.objectContaining({ namespaceId: 0x0a, tag: phase + 1 }),
    ]);
  });

  test("the charger itself has a tag that none of its phases has (TC-DESC-2.2)", async () => {
    const values = await readAll(evseEndpoint, Descriptor);
    expect(values.get(Descriptor.attributes.tagList.id)).toEqual([
      expect.objectContaining({ namespaceId: 0x0a, tag: ElectricalMeasurementTag.Ac.tag }),
    ]);
  });

  test("the mains feed the charger and its phases", async () => {
    const { endpointList } = PowerSource.attributes;
    expect(await bench.read(PowerSource, endpointList)).toEqual([1, 2, 3, 4]);
  });

  test("the power source is the mains", async () => {
    const values = await readAll(evseEndpoint, PowerSource);
    expect(values.get(PowerSource.attributes.status.id)).toBe(PowerSource.PowerSourceStatus.Active);
    expect(values.get(PowerSource.attributes.wiredCurrentType.id)).toBe(PowerSource.WiredCurrentType.Ac);
    expect(values.get(0xfffc)).toMatchObject({ wired: true, battery: false });
  });

  test("the charger has a temperature", async () => {
    expect(await bench.read(TemperatureMeasurement, TemperatureMeasurement.attributes.measuredValue)).toBe(2_430);
  });
});

describe.each([
  ["in all", evseEndpoint],
  ["on phase 1", evseEndpoint + 1],
])("TC_EPM_2_1: power, %s", (_name, endpoint) => {
  let values: ReadonlyMap<number, unknown>;
  beforeAll(async () => {
    values = await readAll(endpoint, ElectricalPowerMeasurement);
  });

  test("the mode is alternating current", () => {
    expect(values.get(power.powerMode.id)).toBe(ElectricalPowerMeasurement.PowerMode.Ac);
  });

  test("each measured value tells its range and its accuracy", () => {
    const accuracy = z.array(accuracySchema).parse(values.get(power.accuracy.id));
    expect(values.get(power.numberOfMeasurementTypes.id)).toBe(accuracy.length);
    expect(accuracy.map(({ measurementType }) => measurementType)).toContain(5); // active power
    for (const { minMeasuredValue, maxMeasuredValue, accuracyRanges } of accuracy) {
      expect(accuracyRanges[0]?.rangeMin).toBe(minMeasuredValue);
      expect(accuracyRanges.at(-1)?.rangeMax).toBe(maxMeasuredValue);
      accuracyRanges.forEach(({ rangeMin, rangeMax }, i) => {
        expect(rangeMax).toBeGreaterThan(rangeMin);
        if (i > 0) expect(rangeMin).toBe((accuracyRanges[i - 1]?.rangeMax ?? 0) + 1);
      });
    }
  });

  test("power, current and voltage are there", () => {
    expect(values.get(power.activePower.id)).toBe(0);
    expect(values.get(power.activeCurrent.id)).toBe(0);
    expect(values.get(power.voltage.id)).toBe(230_000);
  });
});

describe("TC_EPM_2_2: live values of a load", () => {
  const read = async (endpoint: number) => {
    const values = await readAll(endpoint, ElectricalPowerMeasurement);
    return [power.activePower, power.activeCurrent, power.voltage].map(({ id }) => values.get(id));
  };

  test("about 1 kW on one phase", async () => {
    bench.site.report({ power: 1_003, currentL1: 4.35, currentL2: 0, currentL3: 0, voltageL1: 233 });
    await bench.pass(soon);
    expect(await read(evseEndpoint)).toEqual([1_003_000, 4_350, 231_000]);
    expect(await read(evseEndpoint + 1)).toEqual([1_013_550, 4_350, 233_000]);
    expect(await read(evseEndpoint + 2)).toEqual([0, 0, 230_000]);
  });

  test("a little later, a little different", async () => {
    bench.site.report({ power: 985, currentL1: 4.2, powerL1: 985 });
    await bench.pass(soon);
    expect(await read(evseEndpoint)).toEqual([985_000, 4_200, 231_000]);
    expect(await read(evseEndpoint + 1)).toEqual([985_000, 4_200, 233_000]);
  });

  test("no answer, no value", async () => {
    bench.site.reachable = false;
    bench.site.change();
    expect(await read(evseEndpoint)).toEqual([null, null, null]);
    bench.site.reachable = true;
    bench.site.change();
    expect(await read(evseEndpoint)).toEqual([985_000, 4_200, 231_000]);
  });
});

describe("energy", () => {
  const imported = async () =>
    (await readAll(evseEndpoint, ElectricalEnergyMeasurement)).get(energy.cumulativeEnergyImported.id);

  test("TC_EEM_2_1: what is measured, and how well", async () => {
    const values = await readAll(evseEndpoint, ElectricalEnergyMeasurement);
    const { measurementType, accuracyRanges, maxMeasuredValue } = accuracySchema.parse(values.get(energy.accuracy.id));
    expect(measurementType).toBe(ElectricalEnergyMeasurement.MeasurementType.ElectricalEnergy);
    expect(accuracyRanges.at(-1)?.rangeMax).toBe(maxMeasuredValue);
    expect(values.get(0xfffc)).toMatchObject({
      importedEnergy: true,
      cumulativeEnergy: true,
      exportedEnergy: false,
      periodicEnergy: false,
    });
  });

  test("TC_EEM_2_2: what the charger has counted by when, and that it counts on", async () => {
    const { endTimestamp: first, ...before } = measured.parse(await imported());
    expect(before).toEqual({ energy: 100_000_000 });
    expect(first).toBeGreaterThanOrEqual(began);
    bench.site.report({ totalConsumption: 100.25 });
    const reported = bench.now;
    await bench.pass(later);
    const { endTimestamp, ...counted } = measured.parse(await imported());
    expect(counted).toEqual({ energy: 100_250_000 });
    expect(endTimestamp).toBeGreaterThanOrEqual(reported);
    expect(endTimestamp).toBeLessThanOrEqual(bench.now);
  });

  test("it is counted in one place only, because controllers add up", async () => {
    expect((await readAll(evseEndpoint + 1, ElectricalEnergyMeasurement)).size).toBe(0);
  });

  test.each([
    ["TC_EEM_2_3: no energy comes from the car", energy.cumulativeEnergyExported],
    ["TC_EEM_2_4: nothing is counted by period", energy.periodicEnergyImported],
    ["TC_EEM_2_5: nor exported by period", energy.periodicEnergyExported],
  ])("%s", async (_step, attribute) => {
    expect((await readAll(evseEndpoint, ElectricalEnergyMeasurement)).has(attribute.id)).toBe(false);
  });
});

describe("TC_PWRTL_2_1: power topology", () => {
  test.each([evseEndpoint, evseEndpoint + 3])("endpoint %p measures itself and what is below it", async (endpoint) => {
    const values = await readAll(endpoint, PowerTopology);
    expect(values.get(0xfffc)).toMatchObject({ treeTopology: true, nodeTopology: false, setTopology: false });
    expect(values.has(PowerTopology.attributes.availableEndpoints.id)).toBe(false);
    expect(values.has(PowerTopology.attributes.activeEndpoints.id)).toBe(false);
  });
});

describe("TC_DEM_2_1: device energy management", () => {
  test("an EVSE that only charges, 6 A on one phase to 32 A on three", async () => {
    const values = await readAll(evseEndpoint, DeviceEnergyManagement);
    expect(values.get(management.esaType.id)).toBe(DeviceEnergyManagement.EsaType.Evse);
    expect(values.get(management.esaCanGenerate.id)).toBe(false);
    expect(values.get(management.esaState.id)).toBe(DeviceEnergyManagement.EsaState.Online);
    expect(values.get(management.absMinPower.id)).toBe(1_380_000);
    expect(values.get(management.absMaxPower.id)).toBe(22_080_000);
    expect(values.get(management.forecast.id)).toBeNull();
    expect(values.get(0xfffc)).toMatchObject({ powerForecastReporting: true, powerAdjustment: false });
  });

  test("a plan is a forecast of one slot", async () => {
    const hour = 3_600;
    bench.site.plug();
    bench.site.command("Garage", { mode: "solar" });
    bench.site.plan = { by: (bench.now + 10 * hour) * 1_000, energy: 20, from: (bench.now + 8 * hour) * 1_000 };
    bench.site.change();
    const values = await readAll(evseEndpoint, DeviceEnergyManagement);
    expect(values.get(management.forecast.id)).toMatchObject({
      activeSlotNumber: null,
      startTime: bench.now + 8 * hour,
      endTime: bench.now + 10 * hour,
      isPausable: false,
      slots: [
        { defaultDuration: 2 * hour, remainingSlotTime: 2 * hour, nominalPower: 10_000_000, nominalEnergy: 20_000_000 },
      ],
    });
  });
});
