/** Runs subcommands as a person would, and hears what they say. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import type { ExitCode } from "../../src/cli/command.js";
import { runCommand } from "../../src/cli/run-command.js";
import { runAfterTest } from "../support/test-bench.js";

export interface Said {
  readonly code: ExitCode;
  /** What went to standard output, and to standard error. */
  readonly out: string;
  readonly errors: string;
}

export interface Circumstances {
  readonly input?: AsyncIterable<string | Buffer>;
  readonly stopped?: AbortSignal;
  /** Hears every text on the moment it is written. */
  readonly onOut?: (text: string) => void;
}

const nothing = (async function* (): AsyncGenerator<string> {})();

export async function say(args: readonly string[], circumstances: Circumstances = {}): Promise<Said> {
  const { input = nothing, stopped = new AbortController().signal, onOut } = circumstances;
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

/** The one JSON document on standard output, which has nothing else. */
export function documentOf({ out }: Said): unknown {
  const document: unknown = JSON.parse(out);
  return document;
}

/** Lines, of which the last one ends too. */
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

/** What an `{"error": "…"}` says; fails for anything else. */
export function errorIn(json: unknown): string {
  return errorLine.parse(json).error;
}
