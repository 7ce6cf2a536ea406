/** The Shelly 3EM on HTTP: everything at once, or phase by phase. */

import type { ServerResponse } from "node:http";
import type { PhaseIndex } from "../../../model/phases.js";
import { phaseIndexes } from "../../../model/phases.js";
import { knows, send, target, WebServer } from "../../servers/web-server.js";
import { emeter } from "./emeter.js";
import type { ShellyState } from "./state.js";

export interface HttpOptions {
  /** 0: any that is free. */
  readonly port?: number;
  /** Basic authentication; absent: open to all. */
  readonly login?: { readonly username: string; readonly password: string };
}

/** The part of a web server that the device is to know. */
export type HttpInterface = Pick<WebServer, "port" | "inFlightPeak" | "close">;

/** Answered without a login too, so that others can see that one is needed. */
const openPath = "/shelly";

export async function startHttpInterface(
  device: ShellyState,
  { port = 0, login }: HttpOptions,
): Promise<HttpInterface> {
  const web = new WebServer((request, response) => {
    if (device.silent) return;
    const path = target(request).pathname;
    if (login && path !== openPath && !knows(request, login)) return refuse(response);
    const body = bodyOf(device, path, login !== undefined);
    if (body) send(response, 200, body);
    else send(response, 404, "Not Found", "text/plain");
  });
  await web.listen(port);
  return web;
}

function refuse(response: ServerResponse): void {
  response.writeHead(401, { "WWW-Authenticate": 'Basic realm="shelly"' });
  response.end("401 Unauthorized");
}

function bodyOf(device: ShellyState, path: string, auth: boolean): object | null {
  const phase = phaseIndexes.find((index) => path === `/emeter/${index}`);
  if (phase !== undefined) return emeterBody(device, phase);
  if (path === openPath) {
    return {
      type: "SHEM-3",
      mac: device.id,
      auth,
      fw: "20230913-114244/v1.14.0-gcb84623",
      num_outputs: 1,
      num_emeters: 3,
    };
  }
  if (path !== "/status") return null;
  const emeters = phaseIndexes.map((index) => emeterBody(device, index));
  return {
    relays: [{ ison: false, has_timer: false, overpower: false, is_valid: true, source: "input" }],
    emeters,
    total_power: round(emeters.reduce((sum, { power }) => sum + power, 0)),
    fs_mounted: true,
    mac: device.id,
    has_update: false,
  };
}

function emeterBody(device: ShellyState, phase: PhaseIndex) {
  const valid = !device.invalidPhases.has(phase);
  const { power, pf, current, voltage, total, total_returned } = emeter(device, phase);
  return {
    power: valid ? round(power) : 0,
    pf: valid ? round(pf) : 0,
    current: valid ? round(current) : 0,
    voltage: valid ? round(voltage) : 0,
    is_valid: valid,
    total: round(total),
    total_returned: round(total_returned),
  };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
