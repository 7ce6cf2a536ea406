/** Meters on the bench that are asked over HTTP. */

import { connectHttpMeter, httpMeter } from "../../src/drivers/meters/http/index.js";
import { connectOverHttp } from "../../src/drivers/meters/shelly/gen1/http.js";
import { HttpRpc } from "../../src/drivers/meters/shelly/gen2/http-rpc.js";
import { Gen2Meter } from "../../src/drivers/meters/shelly/gen2/meter.js";
import { type MeteredGrid, startVirtualShelly3em } from "../../src/simulator/devices/shelly-gen1/device.js";
import { startVirtualShellyPro3em, type VirtualShellyPro3em } from "../../src/simulator/devices/shelly-gen2/device.js";
import { driverContext } from "../support/driver-context.js";
import { sendJson, startRawHttp } from "../support/raw-http.js";
import type { Entry } from "./bench-of-devices.js";
import { askedClock, httpStand } from "./stand.js";

/** A grid connection whose L1 can be made to take 100 W more. */
export function variableGrid(): { grid(): MeteredGrid; vary(): void } {
  let more = 0;
  return {
    grid: () => ({
      powers: [1_150 + more, -1_150, 460],
      currents: [5, -5, 2],
      voltages: [230, 231, 229],
      importEnergies: [1_000, 2_000, 3_000],
      exportEnergies: [400, 500, 600],
    }),
    vary: () => void (more = more === 0 ? 100 : 0),
  };
}

export const proMisbehaviours = ["failed-phase", "failed-meter", "phase-sequence"] as const;

/** Has a Shelly of the second generation report errors of itself. */
export function reportErrors(twin: VirtualShellyPro3em): (misbehaviour: string | null) => void {
  return (misbehaviour) => {
    twin.phaseErrors.clear();
    twin.errors = [];
    if (misbehaviour === "failed-phase") twin.phaseErrors.set(1, ["power_meter_failure"]);
    if (misbehaviour === "failed-meter") twin.errors = ["power_meter_failure"];
    if (misbehaviour === "phase-sequence") twin.errors = ["phase_sequence"];
  };
}

export const shelly3emHttp: Entry = {
  name: "shelly-3em (http)",
  driver: "shelly-3em",
  transport: "http",
  misbehaviours: ["failed-phase"],
  async start() {
    const { grid, vary } = variableGrid();
    const twin = await startVirtualShelly3em({ grid, http: {} });
    return httpStand({
      port: twin.httpPort ?? 0,
      connect: (address) => connectOverHttp({ ...address, clock: askedClock, device: "Grid", measures: ["grid"] }),
      vary,
      misbehave: (fault) => void (fault === null ? twin.invalidPhases.clear() : twin.invalidPhases.add(1)),
      close: () => twin.close(),
    });
  },
};

export const shellyPro3emHttp: Entry = {
  name: "shelly-pro-3em (http)",
  driver: "shelly-pro-3em",
  transport: "http",
  misbehaviours: proMisbehaviours,
  async start() {
    const { grid, vary } = variableGrid();
    const twin = await startVirtualShellyPro3em({ grid });
    return httpStand({
      port: twin.port,
      connect: (address) =>
        new Gen2Meter(
          new HttpRpc({ ...address, device: "Grid" }, askedClock),
          ["grid"],
          driverContext({ name: "Grid" }),
        ),
      vary,
      misbehave: reportErrors(twin),
      close: () => twin.close(),
    });
  },
};

export const httpMeterEntry: Entry = {
  name: "http",
  driver: "http",
  transport: "http",
  async start() {
    const { grid, vary } = variableGrid();
    const twin = await startRawHttp((_request, response) => {
      const { powers, voltages } = grid();
      sendJson(response, { power: powers.reduce((sum, power) => sum + power, 0), phases: voltages });
    });
    const values = {
      power: { path: "power" },
      voltageL1: { path: "phases.0" },
      voltageL2: { path: "phases.1" },
      voltageL3: { path: "phases.2" },
    };
    return httpStand({
      port: twin.port,
      connect({ host, port, deadline }) {
        const url = `http://${host}:${port}/status`;
        const options = httpMeter.options.parse({ url, values });
        return connectHttpMeter(
          { ...options, measures: ["grid"] },
          { device: "Grid", url, deadline, clock: askedClock },
        );
      },
      vary,
      close: () => twin.close(),
    });
  },
};
