/** `ev-charging run`: the automation without Homebridge. */

import { dirname, join } from "node:path";
import { ConfigError } from "../config/errors.js";
import { defaultConfigFile, readBlock } from "../config/load.js";
import { parseConfig } from "../config/parse.js";
import qrcode from "qrcode-terminal";
import { logDecisions } from "../integrations/log/decision-log.js";
import { startMatter, type Matter } from "../integrations/matter/load.js";
import { systemClock } from "../site/clock.js";
import { Site } from "../site/site.js";
import { StateFile } from "../site/state-file.js";
import { commonOptions, exit, noNames, parse, type Command, type Terminal } from "./command.js";
import type { Log } from "../model/log.js";

export const run: Command = {
  name: "run",
  summary: "the automation without Homebridge, until stopped",
  help: `Usage: ev-charging run [--config FILE] [--verbose]

Charges by the configuration until it is stopped (Ctrl-C), and then leaves every charger in a safe state.
Devices with an invalid configuration are left out. With --verbose every change of a current is logged, not only
starts and pauses. Modes, limits and targets are stored in ev-charging-state.json beside the configuration.
With matter.evse in it, the chargers are EV chargers for any Matter controller: the pairing code is shown until a
controller has been added. The data of that are stored in ev-charging-matter, beside the configuration too.`,
  async run(args, terminal) {
    const stopped = terminal.untilStopped();
    const { values, positionals } = parse(args, {
      config: commonOptions.config,
      verbose: { type: "boolean", default: false },
    });
    noNames(positionals);
    const file = values.config ?? defaultConfigFile();
    const { config, problems, warnings } = parseConfig(readBlock(file));
    if (problems.length > 0) terminal.error(new ConfigError(file, problems).message);
    if (config === null) return exit.usage;
    const log = terminalLog(terminal, values.verbose);
    for (const warning of warnings) log.warn(warning);
    if (config.chargers.length + config.meters.length + config.residualCurrentMonitors.length === 0)
      return problems.length > 0 ? exit.usage : exit.success;

    const stateFile = new StateFile(join(dirname(file), "ev-charging-state.json"), log);
    const clock = systemClock();
    const site = new Site(config, { log, clock, stateFile });
    logDecisions(site, log);
    await site.start();
    const matter = startMatter(config, { site, clock, log, folder: join(dirname(file), "ev-charging-matter") });
    if (matter !== null) void showMatterCode(matter, terminal);
    await aborted(stopped);
    await Promise.all([site.stop(), matter?.stop()]);
    return exit.success;
  },
};

/** Shows the Matter pairing code, if no controller has been added yet. */
async function showMatterCode({ started }: Matter, { out }: Terminal): Promise<void> {
  const integration = await started.catch(() => null);
  if (integration === null || integration.isCommissioned) return;
  const { qrCode, manualPairingCode } = integration.codes;
  qrcode.generate(qrCode, { small: true }, (code) => out(`\n${code}\nMatter code ${manualPairingCode}\n`));
}

function terminalLog({ out, error }: Terminal, verbose: boolean): Log {
  const stamped = (message: string) => `${new Date().toISOString()} ${message}`;
  return {
    error: (message) => error(stamped(message)),
    warn: (message) => error(stamped(message)),
    info: (message) => out(stamped(message)),
    debug: (message) => verbose && out(stamped(message)),
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
