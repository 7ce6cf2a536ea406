/** Chargers on the bench. */

import { connectEasee, pollInterval } from "../../src/drivers/chargers/easee/charger.js";
import { easee } from "../../src/drivers/chargers/easee/index.js";
import { connectGoE } from "../../src/drivers/chargers/go-e/charger.js";
import { goE } from "../../src/drivers/chargers/go-e/index.js";
import { connectMennekes } from "../../src/drivers/chargers/mennekes/charger.js";
import { RapiCharger } from "../../src/drivers/chargers/openevse/rapi.js";
import { WifiCharger } from "../../src/drivers/chargers/openevse/wifi.js";
import { arrived, longestWay } from "./pushing.js";
import { hastyClock } from "../support/test-clock.js";
import { withRealDeadlines } from "../support/deadlines.js";
import { askedClock, modbusLink, urlOf } from "./device-bench.js";
import { serial, type Wiring } from "./wiring.js";

const goEOverHttp = (apiVersion: 1 | 2): Wiring => ({
  hasSerial: true,
  connect: ({ host, port, deadline }, _device, context) =>
    connectGoE({ route: { by: "local", host, port }, apiVersion, serial }, { ...context, clock: askedClock }, deadline),
  isWrite: (line) => /^GET \/(mqtt|api\/set)\?/.test(line),
  ...(apiVersion === 2 ? { refusal: () => '{"amp":"value out of range"}' } : {}),
});

const goEOverMqtt: Wiring = {
  hasSerial: true,
  connect: (address, { options }, context) =>
    goE.connect(goE.options.parse({ ...options, serial, url: urlOf(address) }), context),
  publishes: /^go-eCharger\/\d+\/[a-z]+$/,
  greets: /^go-eCharger\/\d+\/[a-z]+$/,
  isWrite: (text) => /\/(set|cmd\/req)/.test(text),
};

export const chargerWirings: Readonly<Record<string, Wiring>> = {
  "go-e (API 1)": goEOverHttp(1),
  "go-e (API 2)": goEOverHttp(2),
  "go-e (mqtt, API 1)": goEOverMqtt,
  "go-e (mqtt, API 2)": goEOverMqtt,
  "openevse (wifi)": {
    phases: 1,
    connect: (address, _device, context) =>
      new WifiCharger({ device: "Garage", clock: askedClock, ...address }, context),
    isWrite: (line) => line.startsWith("POST "),
  },
  "openevse (rapi)": {
    phases: 1,
    wraps: true,
    connect: (address) => new RapiCharger({ device: "Garage", clock: askedClock, ...address }),
    isWrite: (line) => /rapi=(%24|\$)[SF]/.test(line),
    refusal: () => '{"cmd":"$SC 10 V","ret":"$NK^21"}',
  },
  mennekes: {
    sentinels: [[0xffff]],
    connect: (address, _device, context) =>
      connectMennekes(
        { device: "Garage", host: address.host, port: address.port, ...modbusLink(address) },
        { ...context, clock: withRealDeadlines(hastyClock()) },
      ),
  },
  // Asked only: its stream has tests of its own. Time goes on while something is waited for.
  easee: {
    connect({ host, port, deadline }, { options }, context) {
      const [apiUrl, streamUrl] = [`http://${host}:${port}`, "http://127.0.0.1:1/hubs/chargers"];
      return connectEasee(
        easee.options.parse({ ...options, apiUrl, streamUrl }),
        { ...context, clock: withRealDeadlines(context.clock) },
        { deadline },
      );
    },
    isWrite: (line) => /^POST \/api\/chargers\/.*(commands|settings)/.test(line),
    async drive(reading, clock) {
      // Time goes on only where no answer is on its way: else a slow one takes hours, and its token is over.
      let settled = false;
      const end = (): void => void (settled = true);
      const ended = reading.then(end, end);
      while (!settled) {
        await Promise.race([ended, arrived(longestWay)]);
        if (!settled) await clock.advance(5_000);
      }
      // What is known is too old for the next reading, which asks.
      await clock.advance(pollInterval);
      return reading;
    },
    rest: (clock) => clock.advance(1_800_000),
  },
};
