/** The documents that the WiFi gateway of an OpenEVSE shows of itself. */

import type { OpenEvseBox } from "./box.js";

/** Of the firmware's "api.yml" and `create_rapi_json`. */
export function statusOf(box: OpenEvseBox, connected: boolean): Record<string, unknown> {
  const { evse, generation } = box;
  const tenths = Math.round(evse.temperature * 10);
  const common = {
    mode: "STA",
    wifi_client_connected: 1,
    net_connected: 1,
    srssi: -61,
    ipaddress: "127.0.0.1",
    mqtt_connected: 0,
    ohm_hour: "NotConnected",
    free_heap: 203_268,
    comm_sent: 335_139,
    comm_success: 335_139,
    rapi_connected: connected ? 1 : 0,
    amp: box.milliamperes,
    pilot: box.pilot,
    temp1: tenths,
    state: connected ? box.code : 0,
    status: box.asked,
    vehicle: evse.car ? 1 : 0,
    colour: 2,
    manual_override: box.standing.some(({ priority }) => priority === 1_000) ? 1 : 0,
    gfcicount: 0,
    nogndcount: 0,
    stuckcount: 0,
    divertmode: 1,
    elapsed: 0,
    wattsec: Math.round(evse.sessionEnergy * 3_600),
    watthour: Math.round(evse.totalEnergy),
    ota_update: 0,
  };
  if (generation !== "new") return { ...common, voltage: box.voltage, temp2: -2_560, temp3: -2_560 };
  return {
    ...common,
    evse_connected: connected ? 1 : 0,
    voltage: box.voltage,
    power: box.power,
    max_current: box.maxConfigured,
    flags: box.flags,
    temp: tenths,
    temp_max: tenths,
    temp2: false,
    temp3: false,
    temp4: false,
    session_elapsed: 0,
    session_energy: Math.round(evse.sessionEnergy * 1_000) / 1_000,
    total_energy: Math.round(evse.totalEnergy) / 1_000,
    total_day: 0,
    service_level: 2,
    solar: 0,
    grid_ie: 0,
    charge_rate: 0,
    divert_active: false,
    shaper: 0,
    limit: box.limit !== null,
    config_version: box.configVersion,
    claims_version: box.claimsVersion,
    override_version: box.overrideVersion,
    schedule_version: 0,
    limit_version: box.limitVersion,
    uptime: box.uptime,
  };
}

/** A part of it; of secrets only that they are set. */
export function configOf(box: OpenEvseBox): Record<string, unknown> {
  const old = box.generation !== "new";
  return {
    firmware: old ? "4.8.0" : "8.2.1",
    protocol: "-",
    espflash: 16_777_216,
    version: old ? "3.3.2" : "5.1.2",
    hostname: "openevse-2b1c",
    www_password: "_DUMMY_PASSWORD",
    max_current_soft: box.maxConfigured,
    min_current_hard: 6,
    max_current_hard: box.evse.maxCurrent,
    ...(old ? {} : { is_threephase: box.threePhase, default_state: true, pause_uses_disabled: false }),
  };
}
