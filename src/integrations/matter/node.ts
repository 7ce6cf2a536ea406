/** The Matter node: its place in the network and on the disk, and its beginning and end. */

import { mkdir, readFile } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import { DeviceTypeId, Endpoint, ServerNode, VendorId, type Environment } from "@matter/main";
import { AggregatorEndpoint } from "@matter/main/endpoints/aggregator";
import { NodeJsEnvironment } from "@matter/nodejs";
import { MdnsService, SessionManager } from "@matter/protocol";
import { z } from "zod";
import { loadCredentials, readable, saveCodes, type PairingCodes } from "./codes.js";
import type { Log } from "../../model/log.js";
import type { Evse } from "./evse.js";
import { clipped } from "./names.js";

/** For tests and for products that nobody has certified. */
const testVendor = VendorId(0xfff1);
const testProduct = 0x8000;

const deviceTypes = { evse: DeviceTypeId(0x050c), aggregator: DeviceTypeId(0x000e) } as const;

/**
 * ms of real time for parting from controllers, and then for closing all the same: one that has vanished answers to
 * nothing, and Homebridge waits 5 s in all.
 */
const closeTimeout = 1_500;
const hangUpInterval = 100;
const mostHangUps = 15;

export interface NodeParts {
  readonly log: Log;
  /** ms since 1970 */
  readonly now: number;
  /** Where all is stored that has to survive a restart. */
  readonly folder: string;
  /** UDP */
  readonly port: number;
  /** What controllers call it at first. */
  readonly name: string;
  readonly brand: string;
  readonly model: string;
  /** One stands on the node itself; several stand behind an aggregator, as bridged devices. */
  readonly evses: readonly Evse[];
  /** Its endpoints are others than the last time, or were never known. */
  readonly reshaped: boolean;
  /** It is online, for the first time or after it was reset because its last controller has left. */
  readonly onOnline: () => void;
}

/** An environment apart from every other in the process: own storage, own network settings, own mDNS. */
export function createEnvironment(folder: string): Environment {
  const environment = NodeJsEnvironment();
  environment.vars.set("storage.path", folder);
  environment.vars.set("runtime.signals", false);
  environment.vars.set("runtime.exitcode", false);
  return environment;
}

export class MatterNode {
  readonly codes: PairingCodes;
  readonly #node: ServerNode;
  readonly #environment: Environment;

  private constructor(node: ServerNode, environment: Environment, codes: PairingCodes) {
    this.#node = node;
    this.#environment = environment;
    this.codes = codes;
  }

  /** Rejects with an Error that says what to do. */
  static async start(parts: NodeParts): Promise<MatterNode> {
    const { folder, port, name, brand, model, evses, reshaped, onOnline } = parts;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const environment = createEnvironment(folder);
    const credentials = await loadCredentials(folder, environment, parts);
    const version = await packageVersion();
    const bridge = evses.length > 1;
    const node = new ServerNode({
      id: "node",
      environment,
      network: { port },
      commissioning: { ...credentials },
      productDescription: { name: clipped(name), deviceType: bridge ? deviceTypes.aggregator : deviceTypes.evse },
      basicInformation: {
        vendorId: testVendor,
        vendorName: clipped(brand),
        productId: testProduct,
        productName: clipped(model),
        // Must not hold the maker's name, as models may.
        productLabel: bridge ? "EV chargers" : "EV charger",
        nodeLabel: clipped(name),
        serialNumber: `ev-charging-${credentials.discriminator}`,
        hardwareVersion: 1,
        hardwareVersionString: "1",
        softwareVersion: numberOf(version),
        softwareVersionString: version,
      },
    });
    try {
      await node.construction.ready;
    } catch (error) {
      // Else it would keep the lock on its files.
      await node.close().catch(() => undefined);
      await environment.maybeGet(MdnsService)?.close();
      throw error;
    }
    const { manualPairingCode, qrPairingCode } = node.state.commissioning.pairingCodes;
    const codes = { manualPairingCode: readable(manualPairingCode), qrCode: qrPairingCode };
    const matter = new MatterNode(node, environment, codes);
    try {
      await addEvses(node, evses, bridge);
      // One that nobody knows yet begins with version 1.
      if (reshaped && node.lifecycle.isCommissioned)
        await node.act((agent) => agent.basicInformation.increaseConfigurationVersion());
      node.lifecycle.online.on(onOnline);
      await node.start();
      await saveCodes(folder, credentials, codes);
    } catch (error) {
      await matter.close();
      throw error;
    }
    return matter;
  }

  /** A controller has it. */
  get isCommissioned(): boolean {
    return this.#node.lifecycle.isCommissioned;
  }

  /** Leaves nothing running, and always ends in time. */
  async close(): Promise<void> {
    const sessions = this.#node.env.maybeGet(SessionManager)?.sessions ?? [];
    const closed = this.#node
      .close()
      // Nobody else has this one, though matter.js believes so after a reset, and would leave it open.
      .then(() => this.#environment.maybeGet(MdnsService)?.close())
      .then(() => true);
    const isClosedIn = (time: number) => Promise.race([closed, wait(time, false, { ref: false })]);
    const cause = new Error("the controller does not answer");
    let done = await isClosedIn(closeTimeout);
    // What was hung up makes way for the next that it would still say.
    for (let i = 0; i < mostHangUps && !done; i++) {
      const exchanges = [...sessions].flatMap((session) => [...session.exchanges]);
      for (const exchange of exchanges) exchange.close(cause).catch(() => undefined);
      done = await isClosedIn(hangUpInterval);
    }
  }
}

async function addEvses(node: ServerNode, evses: readonly Evse[], bridge: boolean): Promise<void> {
  const parent = bridge ? await node.add(new Endpoint(AggregatorEndpoint, { id: "aggregator" })) : node;
  for (const { endpoint, phases } of evses) {
    await parent.add(endpoint);
    for (const { endpoint: sensor } of phases) await endpoint.add(sensor);
  }
}

const packageFile = new URL("../../../package.json", import.meta.url);

async function packageVersion(): Promise<string> {
  return z.object({ version: z.string() }).parse(JSON.parse(await readFile(packageFile, "utf8"))).version;
}

/** Controllers take a higher number for a newer version. */
function numberOf(version: string): number {
  const [major = 0, minor = 0, patch = 0] = version.split(/[.-]/).map((part) => Number.parseInt(part, 10) || 0);
  return major * 1_000_000 + minor * 1_000 + patch;
}
