/** The interface of a subcommand, and the parser of its arguments. */

import { parseArgs, type ParseArgsOptionsConfig } from "node:util";
import { suggestion } from "../config/nearest.js";

/** Exit codes of every subcommand. */
export const exit = { success: 0, failure: 1, usage: 2 } as const;

export type ExitCode = (typeof exit)[keyof typeof exit];

/** Where a subcommand reads and writes. */
export interface Terminal {
  readonly input: AsyncIterable<string | Buffer>;
  /** Standard output is a terminal. */
  readonly interactive: boolean;
  out(text: string): void;
  error(text: string): void;
  /** Aborted when a subcommand that runs until stopped has to end. */
  untilStopped(): AbortSignal;
}

export interface Command {
  readonly name: string;
  /** For the list of subcommands. */
  readonly summary: string;
  /** The text of `--help`. */
  readonly help: string;
  /** @throws UsageError, ConfigError, DeviceError and others, whose messages are for people */
  run(args: readonly string[], terminal: Terminal): Promise<ExitCode>;
}

/** Invalid arguments. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Options of every subcommand. */
export const commonOptions = {
  config: { type: "string" },
  json: { type: "boolean", default: false },
} as const satisfies ParseArgsOptionsConfig;

/**
 * Parses options and positional names.
 * @throws UsageError that names the nearest option
 */
export function parse<const T extends ParseArgsOptionsConfig>(args: readonly string[], options: T) {
  try {
    const parsed = parseArgs({ args: joined(args), options, allowPositionals: true, strict: true, tokens: true });
    const written = parsed.tokens.flatMap((token) => (token.kind === "option" ? [token] : []));
    const twice = written.find(({ name }, i) => written.findIndex((other) => other.name === name) < i);
    if (twice) throw new UsageError(`${twice.rawName} was given twice; give it once`);
    const empty = written.find(({ value }) => value === "");
    if (empty) throw new UsageError(`${empty.rawName} takes a value`);
    return parsed;
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const message = error instanceof Error ? error.message : String(error);
    const unknown = /Unknown option '(?<written>--?[^']*)'/.exec(message)?.groups?.["written"];
    if (unknown === undefined) throw new UsageError(misuse(message));
    const known = Object.keys(options).map((name) => `--${name}`);
    throw new UsageError(`${unknown} is no option here; ${suggestion(unknown, known)}`);
  }
}

/** Joins a negative number to its option: parseArgs takes it for another option otherwise. */
function joined(args: readonly string[]): string[] {
  return args.reduce<string[]>((all, arg) => {
    const last = all.at(-1);
    return /^-\d/.test(arg) && last !== undefined && /^--[^=]+$/.test(last)
      ? [...all.slice(0, -1), `${last}=${arg}`]
      : [...all, arg];
  }, []);
}

/** @throws UsageError where there are any */
export function noNames(names: readonly string[]): void {
  if (names.length > 0) throw new UsageError(`${JSON.stringify(names[0])} is one word too many; see --help`);
}

/** @throws UsageError for what is not a finite number */
export function numberOption(name: string, written: string): number {
  const value = Number(written);
  if (written.trim() === "" || !Number.isFinite(value))
    throw new UsageError(`--${name} takes a number, not ${JSON.stringify(written)}`);
  return value;
}

/** @throws UsageError for what is not among the choices */
export function choiceOption<const C extends string>(name: string, written: string, choices: readonly C[]): C {
  const chosen = choices.find((choice) => choice === written);
  if (chosen === undefined)
    throw new UsageError(`--${name} takes ${choices.join(" or ")}, not ${JSON.stringify(written)}`);
  return chosen;
}

/** What parseArgs has to say about an option that it knows, in our words. */
function misuse(message: string): string {
  const { option, fault } = /Option '(?:-\w, )?(?<option>--[\w-]+)[^']*' (?<fault>.*)/.exec(message)?.groups ?? {};
  if (option === undefined || fault === undefined) return `${message.split(/\. |\n/)[0] ?? message}; see --help`;
  if (fault.startsWith("argument missing")) return `${option} takes a value; write it behind, like ${option} VALUE`;
  if (fault.startsWith("argument is ambiguous"))
    return `${option} takes a value, and another option follows; write it behind, like ${option}=VALUE`;
  return `${option} takes no value; leave it out`;
}
