/** `ev-charging replay`: runs observations through the controller. */

import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { loadConfig } from "../config/load.js";
import { newMemory, type Memory } from "../control/memory.js";
import { decide, type Outcome } from "../control/decide/decide.js";
import { observe } from "../control/observe/observe.js";
import type { ControlSettings } from "../control/settings.js";
import { messageOf } from "../model/errors.js";
import { byName } from "../model/names.js";
import { controlSettings } from "../site/settings.js";
import { reasonText } from "../texts/decision-text.js";
import { commonOptions, exit, noNames, parse, type Command } from "./command.js";
import { parseLine } from "./replay-line.js";

export const replay: Command = {
  name: "replay",
  summary: "observations in on standard input, decisions out on standard output",
  help: `Usage: ev-charging replay [--config FILE] < observations > decisions

Reads one JSON object per line, and prints one for each before it needs the next. The controller is the one that
runs the site; its time is that of the lines, in ms since 1970. An invalid line is answered with {"error": "…"},
and the replay goes on.

  {"time": 1750000000000,
   "meters": {"Grid": {"grid": {"power": -2300, "currents": [-3.3, -3.3, -3.3]}}},
   "chargers": {"Garage": {"state": "charging", "currents": [6, 0, 0], "power": 1380, "maxAmpere": 6,
                           "allowCharging": true, "phases": 1}},
   "commands": {"Garage": {"mode": "solar"}}}`,
  async run(args, terminal) {
    const { values, positionals } = parse(args, commonOptions);
    noNames(positionals);
    const { config } = loadConfig(values.config);
    const answer = replayer(controlSettings(config));
    const lines = createInterface({ input: Readable.from(terminal.input), crlfDelay: Infinity });
    for await (const line of lines) if (line.trim() !== "") terminal.out(JSON.stringify(answer(line)));
    return exit.success;
  },
};

/** Returns the output line for each input line, with the controller's memory of those before. */
export function replayer(settings: ControlSettings): (line: string) => object {
  let memory: Memory = newMemory();
  return (line) => {
    try {
      const observation = parseLine(line.replace(/^\uFEFF/, ""), settings);
      const { time } = observation;
      if (memory.time !== null && time < memory.time) throw new Error(`time goes back, from ${memory.time} to ${time}`);
      const outcome = decide(settings, observe(settings, memory, observation));
      memory = outcome.memory;
      return { time, chargers: printedDecisions(outcome.decisions) };
    } catch (error) {
      return { error: messageOf(error) };
    }
  };
}

/** Decisions as they are printed: the reasons as one sentence. */
function printedDecisions(decisions: Outcome["decisions"]): object {
  const answers = byName<object>();
  for (const [name, { reasons, ...decision }] of Object.entries(decisions))
    answers[name] = { ...decision, reason: reasonText(reasons) };
  return answers;
}
