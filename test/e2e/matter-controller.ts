/** A Matter controller on this computer, in place of a hub. It only uses loopback. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Environment, Filesystem, Logger, LogLevel, Seconds } from "@matter/general";
import { BridgedDeviceBasicInformationClient } from "@matter/main/behaviors/bridged-device-basic-information";
import type { Endpoint } from "@matter/main";
import { NodeJsFilesystem } from "@matter/nodejs";
import { MdnsService, PeerSet, Read, type ClientRead } from "@matter/protocol";
import { EndpointNumber, ManualPairingCodeCodec, type ClusterType } from "@matter/main/types";
import { CommissioningController } from "@project-chip/matter.js";
import type { PairedNode } from "@project-chip/matter.js/device";
import { loopback } from "../../src/cli/demo/homebridge.js";

const ip = "::1";

Environment.default.vars.set("mdns.networkInterface", loopback());
Logger.level = LogLevel.FATAL;

export class MatterController {
  readonly #controller: CommissioningController;
  readonly #folder: string;
  #paired: PairedNode | undefined;

  private constructor(controller: CommissioningController, folder: string) {
    this.#controller = controller;
    this.#folder = folder;
  }

  /** @param port of the node. */
  static async start(label: string, port: number): Promise<MatterController> {
    const folder = await mkdtemp(join(tmpdir(), "ev-charging-controller-"));
    const environment = new Environment(label, Environment.default);
    environment.set(Filesystem, new NodeJsFilesystem(folder));
    const controller = new CommissioningController({
      environment: { environment, id: label },
      adminFabricLabel: label,
      autoConnect: false,
    });
    await controller.start();
    const peers = controller.node.env.get(PeerSet);
    // Without it, it would query the network for the node, and be notified when the node is back.
    peers.added.on(({ descriptor }) => {
      descriptor.operationalAddress ??= { type: "udp", ip, port };
    });
    const patience = Seconds(1);
    peers.timing = {
      maxDelayBetweenInitialContactRetries: patience,
      delayAfterNetworkError: patience,
      delayAfterPeerError: patience,
    };
    return new MatterController(controller, folder);
  }

  /** @param code of eleven digits */
  async commission(code: string, port: number): Promise<void> {
    const { passcode, shortDiscriminator } = ManualPairingCodeCodec.decode(code);
    const nodeId = await this.#controller.commissionNode({
      passcode,
      commissioning: {},
      // Without a message for this long it searches for the node again.
      subscribeMaxIntervalCeilingSeconds: 3,
      discovery: {
        identifierData: shortDiscriminator === undefined ? {} : { shortDiscriminator },
        knownAddress: { type: "udp", ip, port },
      },
    });
    this.#paired = await this.#controller.getNode(nodeId);
  }

  /** Opens the node for another controller. @returns the code for it */
  async invite(): Promise<string> {
    const { manualPairingCode } = await this.#node.openEnhancedCommissioningWindow();
    return manualPairingCode;
  }

  /** Opens a new session and subscription, as a hub does when a restarted node announces itself. */
  async meetAgain(): Promise<void> {
    const cause = new Error("the node has started anew");
    await Promise.all([...this.#controller.node.env.get(PeerSet)].map((peer) => peer.disconnect(cause)));
    await this.#node.reconnect();
  }

  /** Labels of all bridged devices. */
  get labels(): readonly string[] {
    return this.#bridged.map(({ label }) => label);
  }

  /** @throws Error where there is no such device */
  device(label: string): Endpoint {
    const found = this.#bridged.find((device) => device.label === label);
    if (found === undefined) throw new Error(`no ${label} among ${this.labels.join(", ")}`);
    return found.endpoint;
  }

  /** @throws Error where there is no endpoint of this number */
  endpoint(number: number): Endpoint {
    const found = [...this.#node.node.endpoints].find((endpoint) => endpoint.number === number);
    if (found === undefined) throw new Error(`no endpoint ${number}`);
    return found;
  }

  /** Reads all attributes of a cluster, by their number. */
  async readAll(endpoint: number, cluster: ClusterType.Concrete): Promise<ReadonlyMap<number, unknown>> {
    const attributes = Read(Read.Attribute({ endpoint: EndpointNumber(endpoint), cluster }));
    const request: ClientRead = { ...attributes, includeKnownVersions: true };
    const values = new Map<number, unknown>();
    for await (const chunk of this.#node.node.interaction.read(request))
      for await (const report of chunk)
        if (report.kind === "attr-value") values.set(report.path.attributeId, report.value);
    return values;
  }

  async close(): Promise<void> {
    await this.#controller.close();
    await rm(this.#folder, { recursive: true, force: true });
  }

  get #node(): PairedNode {
    if (this.#paired === undefined) throw new Error("not commissioned yet");
    return this.#paired;
  }

  get #bridged(): readonly { label: string; endpoint: Endpoint }[] {
    return [...this.#node.node.endpoints].flatMap((endpoint) => {
      if (!endpoint.behaviors.has(BridgedDeviceBasicInformationClient)) return [];
      const label = endpoint.stateOf(BridgedDeviceBasicInformationClient).nodeLabel ?? "";
      return [{ label, endpoint }];
    });
  }
}

/** Handles of all controllers that keep the process alive. */
export async function closeMatter(): Promise<void> {
  if (Environment.default.has(MdnsService)) await Environment.default.get(MdnsService).close();
}
