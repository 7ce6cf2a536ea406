/**
 * The files of the Matter node, as matter.js writes them. One that is damaged would keep the node from starting, or
 * leave it with controllers that can no longer reach it: it is put aside, with a warning, and begun anew.
 */

import { mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { fromJson } from "@matter/general";
import { messageOf } from "../../model/errors.js";
import type { Log } from "../../model/log.js";

/** Without one of these no controller has access any more: then the whole node begins anew, and can be added again. */
const essential = /^(?:fabrics\.|root\.operationalCredentials\.|root\.accessControl\.acl$)/;

/** Files that hold no values: in which form the others are, and who has them open. */
const reserved = /^(?:driver\.json|matter\..*|.*\.tmp)$/;

/** Groups of files that are tried one after the other, before all of them begin anew. */
const mostTries = 40;

export interface NodeFilesParts {
  readonly folder: string;
  readonly log: Log;
  /** ms since 1970 */
  readonly now: number;
  readonly signal: AbortSignal;
}

export class NodeFiles {
  readonly #parts: NodeFilesParts;
  readonly #path: string;
  readonly #aside: string;

  /** @param parts.folder in which the node has one of its own */
  constructor(parts: NodeFilesParts) {
    this.#parts = parts;
    this.#path = join(parts.folder, "node");
    this.#aside = `${this.#path}.bad-${Math.round(parts.now)}`;
  }

  /**
   * Starts the node, without what is damaged if it has to be.
   * @param start may be called several times. Rejects with what was wrong with the files as they are, if it was not them
   */
  async startWith<T>(start: () => Promise<T>): Promise<T> {
    await this.#putAsideDamaged();
    const files = await this.#files();
    try {
      return await start();
    } catch (error) {
      if (files.length === 0 || this.#parts.signal.aborted) throw error;
      return this.#startWithout(files, start, error);
    }
  }

  /** Those that are no JSON, and with them all if nobody could reach the node without them. */
  async #putAsideDamaged(): Promise<void> {
    const contents = new Map<string, unknown>();
    const damaged: string[] = [];
    for (const file of await this.#files()) {
      const value = await this.#read(file);
      if (value === undefined) damaged.push(file);
      contents.set(file, value);
    }
    const key = damaged.find((file) => essential.test(file)) ?? unreachableBy(contents);
    if (key !== undefined) await this.#beginAnew(key);
    else if (damaged.length > 0) await this.#putAside(damaged);
  }

  /** Looks for the files that keep it from starting. */
  async #startWithout<T>(files: readonly string[], start: () => Promise<T>, cause: unknown): Promise<T> {
    for (const group of groupsOf(files).slice(0, mostTries)) {
      await this.#move(group, this.#path, this.#aside);
      try {
        const started = await start();
        this.#report(group);
        return started;
      } catch {
        await this.#move(group, this.#aside, this.#path);
      }
    }
    await rm(this.#aside, { recursive: true, force: true });
    await rename(this.#path, this.#aside);
    try {
      const started = await start();
      this.#reportAll(messageOf(cause));
      return started;
    } catch {
      // It was not the files.
      await rm(this.#path, { recursive: true, force: true });
      await rename(this.#aside, this.#path);
      throw cause;
    }
  }

  async #putAside(files: readonly string[]): Promise<void> {
    await this.#move(files, this.#path, this.#aside);
    this.#report(files);
  }

  async #beginAnew(file: string): Promise<void> {
    await rename(this.#path, this.#aside);
    this.#reportAll(file);
  }

  #report(files: readonly string[]): void {
    for (const file of files)
      this.#parts.log.warn(
        `Matter: ${join(this.#path, file)} could not be understood and was put aside in ${this.#aside}; it begins anew`,
      );
  }

  #reportAll(why: string): void {
    this.#parts.log.warn(
      `Matter: ${this.#path} could not be understood (${why}) and was put aside as ${this.#aside}; ` +
        "remove the chargers from each Matter app, and add them again",
    );
  }

  async #move(files: readonly string[], from: string, to: string): Promise<void> {
    await mkdir(to, { recursive: true, mode: 0o700 });
    for (const file of files) await rename(join(from, file), join(to, file)).catch(() => undefined);
  }

  /** Those that are there; what a killed write has left is removed by matter.js itself. */
  async #files(): Promise<readonly string[]> {
    const entries = await readdir(this.#path, { withFileTypes: true }).catch(() => []);
    return entries.filter((entry) => entry.isFile() && !reserved.test(entry.name)).map(({ name }) => name);
  }

  /** `undefined`: it can't be understood. */
  async #read(file: string): Promise<unknown> {
    try {
      return fromJson(await readFile(join(this.#path, file), "utf8"));
    } catch {
      return undefined;
    }
  }
}

/** The file by which controllers that are known can no longer reach the node. */
function unreachableBy(contents: ReadonlyMap<string, unknown>): string | undefined {
  const isEmpty = (file: string) => {
    const value = contents.get(file);
    return !Array.isArray(value) || value.length === 0;
  };
  if (isEmpty("root.operationalCredentials.fabrics")) return undefined;
  return ["fabrics.fabrics", "root.accessControl.acl"].find(isEmpty);
}

/**
 * Files of one behaviour of one endpoint, or of one service, together, without the essential ones. The numbers of
 * endpoints come last: without its number matter.js forgets all of an endpoint.
 */
function groupsOf(files: readonly string[]): readonly (readonly string[])[] {
  const groups = new Map<string, string[]>();
  for (const file of files) {
    if (essential.test(file)) continue;
    const name = file.slice(0, file.lastIndexOf("."));
    groups.set(name, [...(groups.get(name) ?? []), file]);
  }
  const isNumber = (group: readonly string[]) => Number(group.some((file) => /\.__\w*number__$/i.test(file)));
  return [...groups.values()].sort((a, b) => isNumber(a) - isNumber(b));
}
