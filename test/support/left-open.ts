/**
 * Finds what some work has left open: sockets, servers, and timers that hold the process. What others open meanwhile
 * is not counted; Jest itself has timers, and with `-i` they live in the process of the tests.
 */

import { AsyncLocalStorage, createHook } from "node:async_hooks";
import { settle } from "./test-clock.js";

const kinds: ReadonlySet<string> = new Set(["TCPWRAP", "TCPSERVERWRAP", "Timeout", "Immediate"]);

/** Turns of the event loop within which Node reports what has been closed. */
const maxTurns = 100;

/** @returns kinds of the resources that the work has left open */
export async function leftOpenBy(work: () => Promise<void>): Promise<string[]> {
  const here = new AsyncLocalStorage<true>();
  const open = new Map<number, { readonly kind: string; readonly resource: object }>();
  const hook = createHook({
    init(id, kind, _trigger, resource: object) {
      if (kinds.has(kind) && here.getStore() === true) open.set(id, { kind, resource });
    },
    destroy: (id) => void open.delete(id),
  }).enable();
  try {
    await here.run(true, work);
    for (let turn = 0; turn < maxTurns && left().length > 0; turn += 1) await settle();
    return left();
  } finally {
    hook.disable();
  }

  function left(): string[] {
    return [...open.values()].filter(({ resource }) => holdsTheProcess(resource)).map(({ kind }) => kind);
  }
}

function holdsTheProcess(resource: object): boolean {
  if (!("hasRef" in resource) || typeof resource.hasRef !== "function") return true;
  const referenced: unknown = Reflect.apply(resource.hasRef, resource, []);
  return referenced !== false;
}
