/** The Matter face: every charger of the house as an EV charger on a Matter node of our own. */

import { join } from "node:path";
import type { Clock } from "../../model/clock.js";
import type { Log } from "../../model/log.js";
import type { House } from "../../site/house.js";
import { MatterCharger } from "./charger.js";
import type { PairingCodes } from "./codes.js";
import { MemoryFile } from "./memory-file.js";
import { MatterNode } from "./node.js";

/** ms in which chargers may tell for the first time what they have; what one tells later counts from the next start on. */
const patience = 15_000;

export interface MatterFaceParts {
  readonly house: House;
  readonly clock: Clock;
  readonly log: Log;
  /** Where the node keeps all that has to survive. */
  readonly folder: string;
  /** UDP */
  readonly port: number;
  /** Of a house with several chargers. */
  readonly name: string;
  /** Aborted when it shall not come up after all. */
  readonly signal: AbortSignal;
}

export class MatterFace {
  readonly #node: MatterNode;
  readonly #chargers: readonly MatterCharger[];
  readonly #memory: MemoryFile;
  readonly #endNews: () => void;

  private constructor(node: MatterNode, chargers: readonly MatterCharger[], memory: MemoryFile, endNews: () => void) {
    this.#node = node;
    this.#chargers = chargers;
    this.#memory = memory;
    this.#endNews = endNews;
  }

  /** Rejects with an Error that says what to do. @throws RangeError for a house without chargers */
  static async start({ house, clock, log, folder, port, name, signal }: MatterFaceParts): Promise<MatterFace> {
    const [first, ...others] = house.chargers;
    if (first === undefined) throw new RangeError("there is no charger to show on Matter");
    const memory = new MemoryFile(join(folder, "chargers.json"), log);
    await memory.load();
    await firstReadings(house, memory, clock, signal);
    signal.throwIfAborted();
    const bridged = others.length > 0;
    const chargers = house.chargers.map(
      (charger) => new MatterCharger({ house, charger, clock, log, memory, bridged }),
    );
    const node = await MatterNode.start({
      folder,
      port,
      name: bridged ? name : first.name,
      brand: bridged ? "homebridge-ev-charging" : first.brand,
      model: bridged ? "EV chargers" : first.model,
      evses: chargers.map(({ evse }) => evse),
      onOnline: () => chargers.forEach((charger) => void charger.forget()),
    });
    const endNews = house.onChange(() => chargers.forEach((charger) => charger.refresh()));
    const { manualPairingCode, qrCode } = node.codes;
    if (node.isCommissioned) log.debug(`Matter: online at UDP port ${port}`);
    else log.info(`Matter: add the chargers with the code ${manualPairingCode} (${qrCode})`);
    return new MatterFace(node, chargers, memory, endNews);
  }

  /** By which controllers are let in. */
  get codes(): PairingCodes {
    return this.#node.codes;
  }

  /** A controller has it already. */
  get isCommissioned(): boolean {
    return this.#node.isCommissioned;
  }

  /** Resolves once all that the house has told is there for controllers to read. */
  async settled(): Promise<void> {
    await Promise.all(this.#chargers.map((charger) => charger.settled()));
  }

  /** Always ends in time. */
  async stop(): Promise<void> {
    this.#endNews();
    await Promise.all(this.#chargers.map((charger) => charger.stop()));
    await Promise.all([this.#node.close(), this.#memory.settled()]);
  }
}

/** Resolves once every charger that is new to us has told what it has, or has had its time. */
async function firstReadings(house: House, memory: MemoryFile, clock: Clock, signal: AbortSignal): Promise<void> {
  const waiting = () => house.chargers.some(({ name, reading }) => !memory.knows(name) && reading === null);
  if (!waiting() || signal.aborted) return;
  await new Promise<void>((resolve) => {
    const timer = clock.after(patience, () => finish());
    const end = house.onChange(() => {
      if (!waiting()) finish();
    });
    const finish = () => {
      timer.cancel();
      end();
      signal.removeEventListener("abort", finish);
      resolve();
    };
    signal.addEventListener("abort", finish);
  });
}
