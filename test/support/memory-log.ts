/** A log in memory, for tests. */

import type { Log } from "../../src/model/log.js";

export interface LogEntry {
  readonly level: keyof Log;
  readonly message: string;
}

export class MemoryLog implements Log {
  readonly entries: LogEntry[] = [];

  error(message: string): void {
    this.entries.push({ level: "error", message });
  }

  warn(message: string): void {
    this.entries.push({ level: "warn", message });
  }

  info(message: string): void {
    this.entries.push({ level: "info", message });
  }

  debug(message: string): void {
    this.entries.push({ level: "debug", message });
  }

  /** All but debug, as `level: message`. */
  get lines(): string[] {
    return this.entries.filter(({ level }) => level !== "debug").map(({ level, message }) => `${level}: ${message}`);
  }

  /** The lines that contain a text. */
  about(text: string): string[] {
    return this.lines.filter((line) => line.includes(text));
  }
}
