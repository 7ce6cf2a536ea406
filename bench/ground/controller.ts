/** What is measured: anything that decides as `observe` and `decide` do together. */

import { newMemory, type Memory } from "../../src/control/memory.js";
import type { Observation } from "../../src/control/observation.js";
import { decide, type Outcome } from "../../src/control/decide/decide.js";
import { observe } from "../../src/control/observe/observe.js";
import type { ControlSettings } from "../../src/control/settings.js";

export type Decisions = Outcome["decisions"];

/** A way to decide, with a memory of its own kind. */
export interface Law<M> {
  readonly name: string;
  newMemory(): M;
  pass(settings: ControlSettings, memory: M, seen: Observation): { readonly memory: M; readonly decisions: Decisions };
}

export interface Controller {
  readonly name: string;
  /** It decides by the import penalty that it is told; the others go the same way at any. */
  readonly weighsImport: boolean;
  /** Begins a life without any memory; what it returns is one pass. */
  start(settings: ControlSettings): (seen: Observation) => Decisions;
}

export function controller<M>(law: Law<M>, weighsImport = false): Controller {
  return {
    name: law.name,
    weighsImport,
    start(settings) {
      let memory = law.newMemory();
      return (seen) => {
        const outcome = law.pass(settings, memory, seen);
        memory = outcome.memory;
        return outcome.decisions;
      };
    },
  };
}

function pass(settings: ControlSettings, memory: Memory, news: Observation): Outcome {
  return decide(settings, observe(settings, memory, news));
}

export const ours = controller({ name: "ours", newMemory: () => newMemory(), pass }, true);

/** Only ours has targets to reach. */
export function judged(controller: Controller, met: boolean): boolean | null {
  return controller === ours ? met : null;
}
