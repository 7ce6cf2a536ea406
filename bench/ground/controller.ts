/** The interface of the controllers that are measured. */

import { newMemory, type Memory } from "../../src/control/memory.js";
import type { Observation } from "../../src/control/observation.js";
import { decide, type Outcome } from "../../src/control/decide/decide.js";
import { observe } from "../../src/control/observe/observe.js";
import type { ControlSettings } from "../../src/control/settings.js";

export type Decisions = Outcome["decisions"];

/** A control law, with its own type of memory. */
export interface Law<M> {
  readonly name: string;
  newMemory(): M;
  pass(settings: ControlSettings, memory: M, seen: Observation): { readonly memory: M; readonly decisions: Decisions };
}

export interface Controller {
  readonly name: string;
  /** Whether it takes the import penalty into account. */
  readonly weighsImport: boolean;
  /** Starts with an empty memory. @returns makes one decision */
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

/** Only our controller has targets. */
export function judged(controller: Controller, met: boolean): boolean | null {
  return controller === ours ? met : null;
}
