/** Loads Matter only when it is wanted: matter.js costs a second or two and some 160 MB. */

import type { Config } from "../../config/parse.js";
import { messageOf } from "../../model/errors.js";
import type { MatterIntegration, MatterIntegrationParts } from "./integration.js";
import { claimPort } from "./port.js";

type MatterContext = Omit<MatterIntegrationParts, "signal" | "port" | "name">;

/** `null`: it is not wanted, or there is no charger to show. A failure to start is logged. */
export function startMatter({ name, matter, chargers }: Config, place: MatterContext): Matter | null {
  if (!matter.evse || chargers.length === 0) return null;
  const wanted = new Matter({ ...place, port: matter.port, name });
  wanted.started.catch((error: unknown) => {
    if (!wanted.isStopping) place.log.error(`Matter: ${messageOf(error)}`);
  });
  return wanted;
}

/** The chargers' own Matter node, from the request to start it to its end. */
export class Matter {
  /** Rejects with an Error that says what to do. */
  readonly started: Promise<MatterIntegration>;
  readonly #stopping = new AbortController();

  constructor(parts: Omit<MatterIntegrationParts, "signal">) {
    this.started = start({ ...parts, signal: this.#stopping.signal });
  }

  get isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  /** However far it has come. Always ends in time. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    const integration = await this.started.catch(() => null);
    await integration?.stop();
  }
}

async function start(parts: MatterIntegrationParts): Promise<MatterIntegration> {
  await claimPort(parts.port);
  const own = await claimProcess();
  const { MatterIntegration } = await import("./integration.js");
  if (own) {
    const { writeInto } = await import("./logging.js");
    writeInto(parts.log);
  }
  return MatterIntegration.start(parts);
}

/**
 * Signals, arguments, exit codes and a folder in the home directory are the program's own affair, not matter.js's.
 * @returns false if it is loaded already, by Homebridge that shares its copy with us, or by ourselves
 */
async function claimProcess(): Promise<boolean> {
  const { config, NodeJsAlreadyInitializedError } = await import("@matter/nodejs/config");
  try {
    config.trapProcessSignals = false;
    config.trapUnhandledErrors = false;
    config.setProcessExitCodeOnError = false;
    config.loadProcessArgv = false;
    config.loadConfigFile = false;
    return true;
  } catch (error) {
    if (error instanceof NodeJsAlreadyInitializedError) return false;
    throw error;
  }
}
