/** Finds and reads the configuration file. */

import { readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { messageOf, systemCodeOf } from "../model/errors.js";
import { ConfigError } from "./errors.js";
import { syntaxFault } from "./json-syntax.js";
import { parseConfig } from "./parse.js";
import type { Config } from "./parse.js";
import { isBlock } from "./problems.js";
import { platformAlias } from "./schema.js";

export interface LoadedConfig {
  readonly file: string;
  readonly config: Config;
  /** For the log, once: each a sentence without a full stop. */
  readonly warnings: readonly string[];
}

/** Where the packages for Debian and the images for the Raspberry Pi keep Homebridge's files. */
const packagedStorage = "/var/lib/homebridge";

/**
 * Homebridge's own configuration file: in the storage folder that its UI names, else where Homebridge looks, else where
 * its packages keep it, which nothing tells who is logged in from elsewhere.
 */
export function defaultConfigFile({ home = homedir(), packaged = packagedStorage } = {}): string {
  const storage = process.env["UIX_STORAGE_PATH"];
  if (storage !== undefined && storage !== "") return join(storage, "config.json");
  const usual = join(home, ".homebridge", "config.json");
  return [usual, join(packaged, "config.json")].find((file) => !isMissing(file)) ?? usual;
}

/** What may not be looked at is there for all we know: reading it says why it can't be. */
function isMissing(file: string): boolean {
  try {
    statSync(file);
    return false;
  } catch (error) {
    return ["ENOENT", "ENOTDIR"].includes(systemCodeOf(error) ?? "");
  }
}

/**
 * Reads a configuration in which everything is right.
 * @throws ConfigError with everything that is not. Who wants the right devices of a wrong block, takes `readBlock` and `parseConfig`.
 */
export function loadConfig(file: string = defaultConfigFile()): LoadedConfig {
  const { config, problems, warnings } = parseConfig(readBlock(file));
  if (config === null || problems.length > 0) throw new ConfigError(file, problems);
  return { file, config, warnings };
}

/**
 * The platform's block as it was written: out of Homebridge's configuration, or the file itself.
 * @throws ConfigError
 */
export function readBlock(file: string = defaultConfigFile()): unknown {
  if (file === "") throw fault("--config", "it takes a file");
  const content = parseJson(file, readText(file));
  if (!isBlock(content) || !Object.hasOwn(content, "platforms")) return content;
  const { platforms } = content;
  const blocks = Array.isArray(platforms)
    ? platforms.filter((entry: unknown) => isBlock(entry) && entry["platform"] === platformAlias)
    : [];
  if (blocks.length === 1) return blocks[0];
  throw fault(
    file,
    blocks.length === 0
      ? `none of its platforms is "${platformAlias}"; add a block with "platform": "${platformAlias}" to "platforms"`
      : `${blocks.length} of its platforms are "${platformAlias}"; put all devices into one of them`,
  );
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8").replace(/^\uFEFF/, "");
  } catch (error) {
    throw fault(file, whyUnreadable(error), error);
  }
}

function whyUnreadable(error: unknown): string {
  const code = systemCodeOf(error);
  switch (code) {
    case "ENOENT":
    case "ENOTDIR":
      return "there is no such file; name the configuration with --config FILE";
    case "EISDIR":
      return "this is a folder; name the file in it, mostly config.json";
    case "EACCES":
    case "EPERM":
      return "it may not be read by this user; change its permissions, or run this as the user that owns it";
    default:
      return `it can't be read (${code ?? messageOf(error)}); name another file with --config FILE`;
  }
}

function parseJson(file: string, text: string): unknown {
  try {
    const content: unknown = JSON.parse(text);
    return content;
  } catch {
    // The error of JSON.parse is not passed on: it repeats a piece of the text.
    throw fault(file, syntaxFault(text));
  }
}

function fault(file: string, message: string, cause?: unknown): ConfigError {
  return new ConfigError(file, [{ path: "", message }], cause);
}
