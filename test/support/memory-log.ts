/** A log that keeps its lines, for tests. */

import type { Log } from "../../src/model/log.js";

export interface Line {
  readonly level: keyof Log;
  readonly message: string;
}

export class MemoryLog implements Log {
  readonly lines: Line[] = [];

  error(message: string): void {
    this.lines.push({ level: "error", message });
  }

  warn(message: string): void {
    this.lines.push({ level: "warn", message });
  }

  info(message: string): void {
    this.lines.push({ level: "info", message });
  }

  debug(message: string): void {
    this.lines.push({ level: "debug", message });
  }

  /** What people see of it: all but debug, as `level: message`. */
  get told(): string[] {
    return this.lines.filter(({ level }) => level !== "debug").map(({ level, message }) => `${level}: ${message}`);
  }

  /** What people see about one thing. */
  about(text: string): string[] {
    return this.told.filter((line) => line.includes(text));
  }
}
