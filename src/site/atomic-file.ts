/** A file that is written whole or not at all, one version after the other. */

import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { messageOf } from "../model/errors.js";
import type { Log } from "../model/log.js";
import { SerialQueue } from "../model/serial-queue.js";

export class AtomicFile {
  readonly #path: string;
  readonly #log: Log;
  readonly #writes = new SerialQueue();
  #text = "";
  #failing = false;

  constructor(path: string, log: Log) {
    this.#path = path;
    this.#log = log;
  }

  /** It was read, and this stands in it. */
  holds(text: string): void {
    this.#text = text;
  }

  /**
   * Writes it if it changed. A failure is logged once, and what failed is written again with the next call.
   * @returns whether it changed
   */
  save(text: string): boolean {
    if (text === this.#text) return false;
    this.#text = text;
    void this.#writes.run(() => this.#write(text));
    return true;
  }

  /** Resolves once everything is on the disk, or has failed to get there. */
  settled(): Promise<void> {
    return this.#writes.idle();
  }

  async #write(text: string): Promise<void> {
    try {
      await mkdir(dirname(this.#path), { recursive: true });
      await writeFileAtomic(this.#path, text, { mode: 0o600 });
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) this.#log.warn(`${this.#path} can't be written, a restart will forget: ${messageOf(error)}`);
      this.#failing = true;
      if (this.#text === text) this.#text = "";
    }
  }
}
