/** A file that is written whole or not at all, one version after the other. */

import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { messageOf } from "../model/errors.js";
import type { Log } from "../model/log.js";
import { SerialQueue } from "../model/serial-queue.js";

/** Puts a file aside that can't be understood. @returns where it is now */
export async function putAside(path: string, now: number): Promise<string> {
  const aside = `${path}.bad-${Math.round(now)}`;
  await rename(path, aside).catch(() => undefined);
  return aside;
}

/**
 * Removes what writes have left that were killed: `write-file-atomic` appends a number to the name. Not while one is
 * under way.
 */
export async function removeLeftovers(path: string): Promise<void> {
  const folder = dirname(path);
  const start = `${basename(path)}.`;
  const names = await readdir(folder).catch(() => []);
  const leftovers = names.filter((name) => name.startsWith(start) && /^\d+$/.test(name.slice(start.length)));
  for (const name of leftovers) await rm(join(folder, name), { force: true }).catch(() => undefined);
}

export class AtomicFile {
  readonly #path: string;
  readonly #log: Log;
  readonly #writes = new SerialQueue();
  #text = "";
  #failing = false;
  /** After the first write nothing of earlier ones is left. */
  #tidied = false;

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
      if (!this.#tidied) await removeLeftovers(this.#path);
      this.#tidied = true;
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) this.#log.warn(`${this.#path} can't be written, a restart will forget: ${messageOf(error)}`);
      this.#failing = true;
      if (this.#text === text) this.#text = "";
    }
  }
}
