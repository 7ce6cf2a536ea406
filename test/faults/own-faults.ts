/** What only some makes can do: M-13, M-14, M-16, M-17, M-18 and Q-15 of the fault list. */

import { connectE3dc } from "../../src/drivers/meters/e3dc/meter.js";
import { connectRegisterMeter } from "../../src/drivers/meters/modbus/register-meter.js";
import { pac2200Registers } from "../../src/drivers/meters/siemens-pac2200/index.js";
import type { Meter } from "../../src/drivers/driver.js";
import type { MeterReading } from "../../src/model/readings.js";
import { startVirtualDctr } from "../../src/simulator/devices/doepke-dctr/server.js";
import { type E3dcFlows, startVirtualE3dc, type VirtualE3dc } from "../../src/simulator/devices/e3dc/server.js";
import { startVirtualPac2200 } from "../../src/simulator/devices/siemens-pac2200/device.js";
import { connectDctr } from "../../src/drivers/residual-current/doepke-dctr/index.js";
import { fillStore, newStore } from "../../src/simulator/devices/mennekes/registers.js";
import { RegisterStore, startVirtualModbus } from "../../src/simulator/servers/modbus/server.js";
import { box, virtual } from "../drivers/mennekes/support.js";
import { closeAfterTest } from "../support/test-bench.js";
import type { Entry } from "./entries.js";
import { type Course, expectRecovery, failure, reading, rowOf } from "./fault.js";
import { askedClock, type DeviceBench } from "./device-bench.js";

/** On virtual devices of their own, with what the bench has no handle for. */
const mennekesRow = rowOf("mennekes");
const e3dcRow = rowOf("e3dc");
const pac2200Row = rowOf("siemens-pac2200");
const dctrRow = rowOf("doepke-dctr");

const link = { device: "Meter", host: "127.0.0.1", clock: askedClock } as const;

async function e3dc(flows: E3dcFlows): Promise<{ device: VirtualE3dc; meter: Meter }> {
  const device = closeAfterTest(await startVirtualE3dc({ flows: () => flows }));
  const meter = closeAfterTest(connectE3dc({ ...link, port: device.port }, ["grid", "pv", "battery", "house"]));
  return { device, meter };
}

/** Sun above the house's need, which goes to battery and grid. */
const sunny: E3dcFlows = { grid: -1_200, pv: 5_000, battery: -3_000, house: 800, soc: 55 };

const powersOf = ({ grid, pv, battery, house }: MeterReading) => [grid, pv, battery, house].map((each) => each?.power);

const safeCurrent = { at: 131, safe: 6 } as const;

/** What meters report of themselves as failed, by the name that their bench has for it, and what is left. */
const reported: readonly (readonly [misbehaviour: string, what: string, left: "all" | "L1 and L3" | "none"])[] = [
  ["failed-phase", "an error of L2", "L1 and L3"],
  ["failed-meter", "an error of the whole meter", "none"],
  ["phase-sequence", "a wrong order of the phases, each of which is measured rightly", "all"],
];

const phaseReadings = (told: unknown): unknown =>
  typeof told === "object" && told !== null && "grid" in told ? told.grid : undefined;

export const ownFaults: readonly Course[] = [
  mennekesRow("M-13", "a safe current, and no time until it holds: warned of once, and left as it is", async () => {
    const { charger, device, log } = await virtual({ safeCurrent: 16, timeout: 0 });
    await charger.read();
    await charger.read();
    expect(log.about("warn")).toHaveLength(1);
    expect(log.about("safe current of 16 A")).toHaveLength(1);
    expect([device.safeCurrent, device.timeout]).toEqual([16, 0]);
    expect(charger.expiry).toBeUndefined();
  }),
  mennekesRow("M-13", "the watchdog is asked for: set, read back, and set again after a restart", async () => {
    const watchdog = { current: safeCurrent.safe, timeout: 60 };
    const { charger, device, evse, log } = await virtual({ safeCurrent: 16, timeout: 0 }, { watchdog });
    await charger.read();
    expect([device.safeCurrent, device.timeout, charger.expiry]).toEqual([6, 60, 60_000]);
    evse.reboot();
    await failure(charger.read());
    Object.assign(device, { safeCurrent: 16, timeout: 0 });
    evse.advance(10);
    await charger.read();
    expect([device.safeCurrent, device.timeout]).toEqual([6, 60]);
    expect(log.about("warn")).toEqual([]);
  }),
  ...["5.12", "5.22"].map((firmware) =>
    mennekesRow("M-14", `firmware ${firmware}: only registers that it has are asked for`, async () => {
      const { charger, device, evse } = await virtual({ firmware, unknown: "close" }, {}, { totalEnergy: 7_000_000 });
      evse.advance(1);
      const told = await charger.read();
      expect(told.totalConsumption).toBeCloseTo(7_000, 1);
      expect(told.voltageL1).toBe(firmware === "5.22" ? 230 : null);
      device.modbus.requests.length = 0;
      await charger.read();
      expect(device.modbus.requests.length).toBeGreaterThan(0);
      expect(device.modbus.accepted).toBeLessThanOrEqual(2);
    }),
  ),
  mennekesRow(
    "M-14",
    "a firmware that nobody knows: what fits is told, and a write counts only as read back",
    async () => {
      const { charger, device } = await virtual({ firmware: "?.??" });
      expect(await charger.read()).toMatchObject({ state: "disconnected", firmware: "?.??" });
      await charger.writes.maxAmpere(10);
      expect(device.limit).toBe(10);
      device.modbus.fault = "ignore-writes";
      expect(await failure(charger.writes.maxAmpere(16))).toMatchObject({ code: "not-taken-over" });
    },
  ),
  mennekesRow("M-14", "a number with a sign where there was none: out of range, so null", async () => {
    const { device } = await virtual();
    const holding = newStore(device);
    fillStore(holding, device);
    holding.setI32(206, -5);
    const { charger } = await box(holding);
    expect(await charger.read()).toMatchObject({ powerL1: null, powerL2: 0, state: "disconnected" });
  }),
  e3dcRow("M-16", "the signs of the house: import, production, discharge and use are positive", async () => {
    const { meter } = await e3dc(sunny);
    expect(powersOf(await meter.read())).toEqual([-1_200, 5_000, -3_000, 800]);
  }),
  e3dcRow("M-16", "another magic word: not taken for an E3/DC, at every reading anew", async () => {
    const { device, meter } = await e3dc(sunny);
    device.modbus.holding.setU16(40_000, 0xdce3);
    expect(await failure(meter.read())).toMatchObject({ code: "protocol", message: expect.stringContaining("0xdce3") });
    device.modbus.holding.setU16(40_000, 0xe3dc);
    expect(powersOf(await meter.read())).toEqual([-1_200, 5_000, -3_000, 800]);
  }),
  e3dcRow("M-16", "words the other way round: out of range, so null, and never a value", async () => {
    const holding = new RegisterStore();
    holding.fill(40_000, 40_136);
    holding.setU16(40_000, 0xe3dc);
    for (const [place, watts] of [40, 1_500, 2_260, 2_300].entries())
      holding.setI32(40_067 + 2 * place, watts, "high-first");
    const { port } = closeAfterTest(await startVirtualModbus({ holding }));
    const told = await closeAfterTest(connectE3dc({ ...link, port }, ["grid", "pv", "battery", "house"])).read();
    expect(powersOf(told).filter((power) => typeof power === "number")).toEqual([]);
  }),
  pac2200Row("M-17", "NaN for a phase that is not connected: absent, and not 0", async () => {
    const values = () => ({
      powers: [1_200, null, null] as const,
      currents: [5, null, null] as const,
      voltages: [230, null, null] as const,
      importEnergy: 1_500,
      exportEnergy: 0,
    });
    const device = closeAfterTest(await startVirtualPac2200({ values }));
    const options = { port: device.port, unitId: 1, reversed: false, measures: ["grid"] as const };
    const meter = closeAfterTest(connectRegisterMeter(pac2200Registers, { ...options, host: link.host }, link));
    expect((await meter.read()).grid).toMatchObject({
      power: 1_200,
      powers: [1_200, null, null],
      currents: [5, null, null],
      voltages: [230, null, null],
    });
  }),
  dctrRow("M-18", "a current at its threshold is an alarm of its band, and gone with it", async () => {
    const device = closeAfterTest(await startVirtualDctr());
    const monitor = closeAfterTest(connectDctr({ ...link, port: device.port }));
    device.currents.dc = device.thresholdsA.dc;
    expect(await monitor.read()).toMatchObject({ alarmA: ["dc"], alarmB: [] });
    device.currents.dc = device.thresholdsB.dc;
    expect(await monitor.read()).toMatchObject({ alarmA: ["dc"], alarmB: ["dc"] });
    device.currents.dc = 0;
    expect(await monitor.read()).toMatchObject({ alarmA: [], alarmB: [] });
    device.latches = true;
    device.currents.dc = device.thresholdsA.dc;
    await monitor.read();
    device.currents.dc = 0;
    expect(await monitor.read()).toMatchObject({ alarmA: ["dc"] });
    device.reset();
    expect(await monitor.read()).toMatchObject({ alarmA: [] });
  }),
  ...reported.map(([misbehaviour, what, left]) => ({
    id: "Q-15",
    what: `${what}: ${left === "all" ? "the same reading" : `${left} of its phases told, the rest null`}`,
    on: ({ misbehaviours }: Entry) => misbehaviours?.includes(misbehaviour) === true,
    async run(bench: DeviceBench) {
      const good = await reading(bench);
      bench.misbehave?.(misbehaviour);
      const told = await reading(bench).catch(() => null);
      if (left === "all") expect(told).toEqual(good);
      else if (left === "none") expect(phaseReadings(told) ?? {}).not.toMatchObject({ power: expect.any(Number) });
      else {
        const numbers = [expect.any(Number), null, expect.any(Number)];
        expect(phaseReadings(told)).toMatchObject({
          power: null,
          powers: numbers,
          currents: numbers,
          voltages: numbers,
        });
      }
      await expectRecovery(bench, good);
    },
  })),
];
