/** Runs subcommands, and captures their output. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import type { ExitCode } from "../../src/cli/command.js";
import { runCommand } from "../../src/cli/run-command.js";
import { runAfterTest } from "../support/test-bench.js";

export interface CliResult {
  readonly code: ExitCode;
  /** Standard output and standard error. */
  readonly out: string;
  readonly errors: string;
}

export interface CliOptions {
  readonly input?: AsyncIterable<string | Buffer>;
  readonly stopped?: AbortSignal;
  /** Called with every text that is written to standard output. */
  readonly onOut?: (text: string) => void;
}

const nothing = (async function* (): AsyncGenerator<string> {})();

export async function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const { input = nothing, stopped = new AbortController().signal, onOut } = options;
  const written = { out: "", errors: "" };
  const code = await runCommand(args, {
    input,
    interactive: false,
    untilStopped: () => stopped,
    out: (text) => {
      written.out += `${text}\n`;
      onOut?.(text);
    },
    error: (text) => void (written.errors += `${text}\n`),
  });
  return { code, ...written };
}

/** The JSON document on standard output; anything else there throws. */
export function documentOf({ out }: CliResult): unknown {
  const document: unknown = JSON.parse(out);
  return document;
}

/** The lines of a text; a last line without an end throws. */
export function linesOf(text: string): readonly string[] {
  if (text !== "" && !text.endsWith("\n")) throw new Error(`Half a line: ${JSON.stringify(text.slice(-80))}`);
  return text.split("\n").slice(0, -1);
}

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "ev-charging-cli-"));
  runAfterTest(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function fileWith(text: string, name = "config.json"): string {
  const file = join(temporaryFolder(), name);
  writeFileSync(file, text);
  return file;
}

export function configFile(block: object): string {
  return fileWith(JSON.stringify(block));
}

const errorLine = z.object({ error: z.string() });

/** The message of an `{"error": "…"}`; anything else throws. */
export function errorIn(json: unknown): string {
  return errorLine.parse(json).error;
}
