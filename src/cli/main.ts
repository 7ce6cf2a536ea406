#!/usr/bin/env node
/** The command `ev-charging`. */

import { runCommand } from "./run-command.js";

function untilStopped(): AbortSignal {
  const stopping = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => stopping.abort());
  return stopping.signal;
}

// The reader of our output may end first (`ev-charging replay | head`).
process.stdout.on("error", () => process.exit(0));

process.exitCode = await runCommand(process.argv.slice(2), {
  input: process.stdin,
  interactive: process.stdout.isTTY,
  out: (text) => void process.stdout.write(`${text}\n`),
  error: (text) => void process.stderr.write(`${text}\n`),
  untilStopped,
});
