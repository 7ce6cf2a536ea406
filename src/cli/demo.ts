/** `ev-charging demo`: a virtual house and Homebridge, to try the plugin. */

import qrcode from "qrcode-terminal";
import type { DecisionReport } from "../integrations/demo/decision-report.js";
import {
  choiceOption,
  commonOptions,
  exit,
  noNames,
  numberOption,
  parse,
  UsageError,
  type Command,
  type Terminal,
} from "./command.js";
import { startHomebridge, type RunningHomebridge } from "./demo/homebridge.js";
import { startVirtualHome, type VirtualHome } from "./demo/virtual-home.js";
import { driversWith } from "../simulator/roster/roster.js";
import { freeUdpPort } from "../simulator/servers/free-port.js";

/** s of the day at which the demo begins, and at which it ends */
const morning = 9 * 3_600;
const evening = 21 * 3_600;

const slowest = 1;
const fastest = 120;

/** Real ms between two rows of the table, besides those of starts and pauses. */
const rowInterval = 5_000;

export const demo: Command = {
  name: "demo",
  summary: "a virtual house to try it: virtual devices, and Homebridge with this plugin",
  help: `Usage: ev-charging demo [--charger DRIVER] [--meter DRIVER] [--speed N] [--local]

Starts a virtual house on this computer (PV system, household, car, wallbox and meter, which use their real protocols)
and a real Homebridge with this plugin, and shows what happens and why until the evening, or until Ctrl-C.
All of its files are deleted at the end.

  --charger   ${driversWith("charger").join(", ")}
  --meter     ${driversWith("meter").join(", ")}
  --speed N   how many times faster than real time the house runs, ${slowest} to ${fastest}; 30 when left out
  --local     advertise nothing in the network: no iPhone finds it then`,
  async run(args, terminal) {
    const { values, positionals } = parse(args, {
      config: commonOptions.config,
      charger: { type: "string", default: "go-e" },
      meter: { type: "string", default: "shelly-3em" },
      speed: { type: "string", default: "30" },
      local: { type: "boolean", default: false },
    });
    noNames(positionals);
    const speed = numberOption("speed", values.speed);
    if (speed < slowest || speed > fastest)
      throw new UsageError(`--speed takes ${slowest} to ${fastest}, not ${values.speed}`);

    const charger = choiceOption("charger", values.charger, driversWith("charger"));
    const meter = choiceOption("meter", values.meter, driversWith("meter"));

    terminal.out("Starting a virtual house and Homebridge …");
    const table = new DemoTable(terminal);
    const stopped = terminal.untilStopped();
    const home = await startVirtualHome({ speed, startTime: morning, charger, meter });
    try {
      const configuration = { ...home.configuration, matter: { evse: true, port: await freeUdpPort() } };
      const homebridge = await startHomebridge({
        configuration,
        speed,
        local: values.local,
        matter: true,
        onLine: (line, isProblem) => {
          if (isProblem) terminal.error(line);
        },
        onDecision: (decision) => table.decided(decision),
      });
      try {
        terminal.out(await pairingText(homebridge, speed, charger, meter));
        await table.run(home, homebridge.ended, stopped);
        terminal.out(closingLine(home));
      } finally {
        terminal.out("Closing the house …");
        await homebridge.close();
      }
    } finally {
      await home.close();
    }
    return exit.success;
  },
};

async function pairingText(
  { setupUri, pin, port, matter, evChargerCode }: RunningHomebridge,
  speed: number,
  charger: string,
  meter: string,
): Promise<string> {
  const code = await new Promise<string>((resolve) => qrcode.generate(setupUri, { small: true }, resolve));
  const codes = [
    `HomeKit code ${pin} (port ${port}): scan it with an iPhone's camera, or add it in the Home app.`,
    ...(matter === null ? [] : [`Matter code ${matter.code} (port ${matter.port}): the same for every other app.`]),
    ...(evChargerCode === null ? [] : [`Matter code ${evChargerCode}: the charger as an EV charger.`]),
  ];
  return `
${code}
${codes.join("\n")}

An 8 kWp PV system, a household, a car, a charger (${charger}) and a meter (${meter}); one minute of theirs takes
${(60 / speed).toFixed(1)} s. Charging follows the sun and never exceeds the 25 A main fuse. Ctrl-C ends it.
`;
}

function closingLine({ house }: VirtualHome): string {
  const car = house.car.energy / 1_000;
  const sun = house.carEnergyFromSolar / 1_000;
  const share = car > 0 ? Math.round((100 * sun) / car) : 0;
  return `\nThe car has ${car.toFixed(1)} kWh, ${share} % of it from the sun.`;
}

const heading = " time       sun   house     car    grid  charger";

/** The table: a row every few seconds, and one for every start and pause. */
class DemoTable {
  readonly #terminal: Terminal;
  #text = "waiting for the first readings";
  #allowed: boolean | null = null;
  #printRow: () => void = () => {};

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  decided({ text, allowCharging }: DecisionReport): void {
    const changed = allowCharging !== this.#allowed;
    this.#text = text;
    this.#allowed = allowCharging;
    if (changed) this.#printRow();
  }

  /** Until the evening, or until the person stops it or Homebridge ends. */
  async run(home: VirtualHome, ended: Promise<void>, stopped: AbortSignal): Promise<void> {
    const { out } = this.#terminal;
    let rows = 0;
    const row = () => {
      if (rows++ % 20 === 0) out(heading);
      out(this.#row(home));
    };
    this.#printRow = row;
    row();
    await new Promise<void>((resolve) => {
      const timer = setInterval(() => {
        row();
        if (home.time.timeOfDay >= evening || home.time.timeOfDay < morning) finish();
      }, rowInterval);
      const finish = () => {
        clearInterval(timer);
        this.#printRow = () => {};
        resolve();
      };
      stopped.addEventListener("abort", finish, { once: true });
      void ended.then(finish);
      if (stopped.aborted) finish();
    });
  }

  #row({ house, time }: VirtualHome): string {
    const { timeOfDay } = time;
    const clock = `${Math.floor(timeOfDay / 3_600)}:${String(Math.floor(timeOfDay / 60) % 60).padStart(2, "0")}`;
    const powers = [house.pv, house.house, house.car, house.grid].map(({ power }) => kilowatts(power).padStart(8));
    return `${clock.padStart(5)}  ${powers.join("")}  ${this.#text}`;
  }
}

function kilowatts(power: number): string {
  return `${(power / 1_000).toFixed(1)} kW`;
}
