/** Matter: every charger of the site as an EV charger on a Matter node of our own. */

import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Clock } from "../../model/clock.js";
import type { Log } from "../../model/log.js";
import type { SiteApi, SiteView } from "../../site/site-view.js";
import { MatterCharger } from "./charger.js";
import type { PairingCodes } from "./codes.js";
import type { Evse } from "./evse.js";
import { PersistentStateFile } from "./persistent-state.js";
import { MatterNode } from "./node.js";
import { NodeFiles } from "./node-files.js";

/** ms in which chargers may report for the first time what they have; what one reports later counts from the next start on. */
const firstReadingTimeout = 15_000;

export interface MatterIntegrationParts {
  readonly site: SiteApi;
  readonly clock: Clock;
  readonly log: Log;
  /** Where the node stores all that has to survive a restart. */
  readonly folder: string;
  /** UDP */
  readonly port: number;
  /** Of a site with several chargers. */
  readonly name: string;
  /** Aborted when it shall not come up after all. */
  readonly signal: AbortSignal;
}

export class MatterIntegration {
  readonly #node: MatterNode;
  readonly #chargers: readonly MatterCharger[];
  readonly #memory: PersistentStateFile;
  /** Each ends one. */
  readonly #subscriptions: readonly (() => void)[];

  private constructor(
    node: MatterNode,
    chargers: readonly MatterCharger[],
    memory: PersistentStateFile,
    subscriptions: readonly (() => void)[],
  ) {
    this.#node = node;
    this.#chargers = chargers;
    this.#memory = memory;
    this.#subscriptions = subscriptions;
  }

  /** Rejects with an Error that says what to do. @throws RangeError for a site without chargers */
  static async start({
    site,
    clock,
    log,
    folder,
    port,
    name,
    signal,
  }: MatterIntegrationParts): Promise<MatterIntegration> {
    const [first, ...others] = site.view.chargers;
    if (first === undefined) throw new RangeError("there is no charger to show on Matter");
    const memory = new PersistentStateFile(join(folder, "chargers.json"), log);
    await memory.load(clock.now());
    await firstReadings(site, memory, clock, signal);
    signal.throwIfAborted();
    const bridged = others.length > 0;
    const parts = { site, clock, log, memory };
    const build = async () => {
      const chargers = site.view.chargers.map(
        (charger, index) => new MatterCharger(charger, { ...parts, place: bridged ? index : null }),
      );
      const evses = chargers.map(({ evse }) => evse);
      const shape = shapeOf(evses, chargers);
      const node = await MatterNode.start({
        log,
        now: clock.now(),
        folder,
        port,
        name: bridged ? name : first.name,
        brand: bridged ? "homebridge-ev-charging" : first.brand,
        model: bridged ? "EV chargers" : first.model,
        evses,
        reshaped: memory.shape !== shape,
        onOnline: () => chargers.forEach((charger) => void charger.forget()),
      });
      return { chargers, shape, node };
    };
    const files = new NodeFiles({ folder, log, now: clock.now(), signal });
    const { chargers, shape, node } = await files.startWith(build);
    memory.saveShape(shape);
    // Each by itself: one of them may give a command on the occasion, and the others then get the view after it.
    const subscriptions = chargers.map((charger) => site.onChange((view) => charger.refresh(view)));
    const { manualPairingCode, qrCode } = node.codes;
    if (node.isCommissioned) log.debug(`Matter: online at UDP port ${port}`);
    else log.info(`Matter: add the chargers with the code ${manualPairingCode} (${qrCode})`);
    return new MatterIntegration(node, chargers, memory, subscriptions);
  }

  /** By which controllers are commissioned. */
  get codes(): PairingCodes {
    return this.#node.codes;
  }

  /** A controller has it already. */
  get isCommissioned(): boolean {
    return this.#node.isCommissioned;
  }

  /** Resolves once all that the site has handed out is there for controllers to read. */
  async settled(): Promise<void> {
    await Promise.all(this.#chargers.map((charger) => charger.settled()));
  }

  /** Always ends in time. */
  async stop(): Promise<void> {
    this.#subscriptions.forEach((end) => end());
    await Promise.all(this.#chargers.map((charger) => charger.stop()));
    await Promise.all([this.#node.close(), this.#memory.settled()]);
  }
}

/** What controllers have to look at anew when it changes: which chargers there are, and what each of them is made of. */
function shapeOf(evses: readonly Evse[], chargers: readonly MatterCharger[]): string {
  const parts = evses.map(({ endpoint, phases }) => [
    endpoint.id,
    Object.keys(endpoint.behaviors.supported).sort(),
    phases.map((phase) => phase.endpoint.id),
  ]);
  const text = JSON.stringify([parts, chargers.map(({ composed }) => composed)]);
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

/** Resolves once every charger that is new to us has reported what it has, or has had its time. */
async function firstReadings(
  site: SiteApi,
  memory: PersistentStateFile,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const waiting = ({ chargers }: SiteView) =>
    chargers.some(({ name, reading }) => !memory.knows(name) && reading === null);
  if (!waiting(site.view) || signal.aborted) return;
  await new Promise<void>((resolve) => {
    const timer = clock.after(firstReadingTimeout, () => finish());
    const end = site.onChange((view) => {
      if (!waiting(view)) finish();
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
