/** Meters and monitors on the bench. */

import type { RegisterTable } from "../../src/drivers/decoding/registers.js";
import type { MeterDriver } from "../../src/drivers/driver.js";
import { connectE3dc } from "../../src/drivers/meters/e3dc/meter.js";
import { connectHttpMeter, httpMeter } from "../../src/drivers/meters/http/index.js";
import { connectModbusMeter, modbusMeter } from "../../src/drivers/meters/modbus/index.js";
import { connectRegisterMeter } from "../../src/drivers/meters/modbus/register-meter.js";
import { mqttMeter } from "../../src/drivers/meters/mqtt/index.js";
import { P1Meter } from "../../src/drivers/meters/p1/meter.js";
import { connectOverHttp } from "../../src/drivers/meters/shelly/gen1/http.js";
import { shelly3em } from "../../src/drivers/meters/shelly/gen1/index.js";
import { HttpRpc } from "../../src/drivers/meters/shelly/gen2/http-rpc.js";
import { shellyPro3em } from "../../src/drivers/meters/shelly/gen2/index.js";
import { Gen2Meter } from "../../src/drivers/meters/shelly/gen2/meter.js";
import { smaHomeManager } from "../../src/drivers/meters/sma-home-manager/index.js";
import { connectSunSpec } from "../../src/drivers/meters/sunspec/meter.js";
import { connectDctr } from "../../src/drivers/residual-current/doepke-dctr/index.js";
import { type Address, askedClock, modbusLink, urlOf } from "./device-bench.js";
import type { Wiring } from "./wiring.js";

const link = (address: Address) => ({ device: "Meter", ...modbusLink(address) });
const at = ({ host, port }: Address) => ({ host, port });
const grid = ["grid"] as const;

const unsigned = [0xffff] as const;
const signed = [0x8000] as const;
/** The upper half of a float that is no number; as the lower one it does no harm. */
const noNumber = [0x7fc0] as const;

/** A meter that is nothing but a table of registers. */
export function registerWiring(registers: RegisterTable): Wiring {
  const options = { unitId: 1, reversed: false, measures: grid };
  // Of whole numbers, a voltage in another byte order may still be one.
  const { voltageL1 } = registers.rows;
  return {
    ...(voltageL1?.type.startsWith("float") && { identifies: true }),
    sentinels: [noNumber, unsigned, signed],
    connect: (address) => connectRegisterMeter(registers, { ...at(address), ...options }, link(address)),
  };
}

/** Heard through the bench's broker. */
const overBroker = (driver: MeterDriver): Wiring["connect"] => {
  return (address, { options }, context) =>
    driver.connect({ ...driver.options.parse({ ...options, url: urlOf(address) }), measures: grid }, context);
};

export const meterWirings: Readonly<Record<string, Wiring>> = {
  "shelly-3em (http)": {
    connect: (address) => connectOverHttp({ ...address, clock: askedClock, device: "Grid", measures: grid }),
  },
  "shelly-pro-3em (http)": {
    connect: (address, _device, context) =>
      new Gen2Meter(new HttpRpc({ ...address, device: "Grid" }, askedClock), grid, context),
  },
  http: {
    connect({ host, port, deadline }, { options }) {
      const url = `http://${host}:${port}/status`;
      const { values } = httpMeter.options.parse(options);
      return connectHttpMeter({ values, measures: grid }, { device: "Grid", url, deadline, clock: askedClock });
    },
  },
  e3dc: {
    identifies: true,
    sentinels: [signed],
    connect: (address) => connectE3dc({ ...link(address), ...at(address) }, ["grid", "pv", "battery", "house"]),
  },
  modbus: {
    sentinels: [unsigned],
    connect: (address, { options }) =>
      connectModbusMeter({ ...modbusMeter.options.parse(options), ...at(address), measures: grid }, link(address)),
  },
  sunspec: {
    identifies: true,
    sentinels: [unsigned, signed],
    connect(address) {
      const options = { unitId: 1, importPositive: true, blockDischarge: false, measures: grid };
      return connectSunSpec({ ...at(address), ...options }, link(address));
    },
  },
  "doepke-dctr": {
    sentinels: [unsigned],
    connect: (address) => connectDctr({ ...link(address), ...at(address) }),
  },
  "shelly-3em (mqtt)": { connect: overBroker(shelly3em), publishes: /\/emeter\//, greets: /\/online$/ },
  "shelly-pro-3em (mqtt)": { connect: overBroker(shellyPro3em), publishes: /\/events\/rpc$/, greets: /\/online$/ },
  mqtt: { connect: overBroker(mqttMeter), publishes: /^meter/, greets: /^meter/ },
  p1: {
    // A telegram tells whole seconds.
    pace: 1_000,
    connect: (address, _device, context) =>
      new P1Meter({ ...address, measures: grid }, context, { first: 300, longest: 600 }),
  },
  "sma-home-manager": {
    pace: 1_000,
    connect: (_address, { options }, context) =>
      smaHomeManager.connect({ ...smaHomeManager.options.parse(options), measures: grid }, context),
  },
};
