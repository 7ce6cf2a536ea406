/** Finds and runs the subcommand; an error becomes one line and an exit code. */

import { readFileSync } from "node:fs";
import { z } from "zod";
import { ConfigError } from "../config/errors.js";
import { suggestion } from "../config/nearest.js";
import { plainMessageOf } from "../model/system-errors.js";
import { check } from "./check.js";
import { exit, UsageError, type Command, type ExitCode, type Terminal } from "./command.js";
import { demo } from "./demo.js";
import { discover } from "./discover.js";
import { limit } from "./limit.js";
import { read } from "./read.js";
import { replay } from "./replay.js";
import { run } from "./run.js";
import { set } from "./set.js";
import { simulate } from "./simulate.js";
import { table } from "./table.js";

const commands: readonly Command[] = [demo, run, check, discover, read, set, limit, replay, simulate];

export async function runCommand(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const [name, ...rest] = args;
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    terminal.out(overview());
    return name === undefined ? exit.usage : exit.success;
  }
  if (name === "--version" || name === "-V") {
    terminal.out(version());
    return exit.success;
  }
  try {
    if (name.startsWith("-"))
      throw new UsageError(`the subcommand comes first: ev-charging SUBCOMMAND ${name} …; see ev-charging --help`);
    const command = commands.find((each) => each.name === name);
    if (command === undefined) {
      const names = commands.map((each) => each.name);
      throw new UsageError(`${JSON.stringify(name)} is no subcommand; ${suggestion(name, names)}`);
    }
    if (rest.includes("--help") || rest.includes("-h")) {
      terminal.out(command.help);
      return exit.success;
    }
    return await command.run(rest, terminal);
  } catch (error) {
    if (error instanceof ConfigError) {
      terminal.error(error.message);
      return exit.usage;
    }
    terminal.error(`ev-charging: ${plainMessageOf(error)}`);
    return error instanceof UsageError ? exit.usage : exit.failure;
  }
}

function version(): string {
  const file = new URL("../../package.json", import.meta.url);
  return z.object({ version: z.string() }).parse(JSON.parse(readFileSync(file, "utf8"))).version;
}

function overview(): string {
  return `Charges the car from solar surplus and protects the main fuse.

Usage: ev-charging SUBCOMMAND [--config FILE] [--json] [--help]

${table(commands.map(({ name, summary }) => [`  ${name}`, summary]))}

Without --config, Homebridge's own configuration is used. --version tells which version this is.
Exits with 0 on success, with 2 on a usage or configuration error, with 1 on any other failure.`;
}
