/** A Matter controller on this computer: it finds a device by its address, and nothing leaves the machine. */

import { mkdtemp, rm } from "node:fs/promises";
import { createSocket } from "node:dgram";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Crypto, TransportSet } from "@matter/general";
import { Seconds, ServerNode, type ClientNode } from "@matter/main";
import { ControllerBehavior } from "@matter/main";
import { NodeJsEnvironment } from "@matter/nodejs";
import { AdministratorCommissioning } from "@matter/main/clusters/administrator-commissioning";
import {
  Invoke,
  MdnsService,
  PaseClient,
  SessionManager,
  type ClientRead,
  PeerSet,
  Read,
  Subscribe,
  Write,
  type ReadResult,
} from "@matter/protocol";
import { EndpointNumber, Status, type ClusterType } from "@matter/main/types";
import { writeInto } from "../../../src/integrations/matter/logging.js";
import { MemoryLog } from "../../support/memory-log.js";

/** Devices and controllers of these tests read it when they begin. */
process.env["MATTER_MDNS_NETWORKINTERFACE"] = "lo";

/** What matter.js has to say during a test. */
export const matterLog = new MemoryLog();
writeInto(matterLog);

export interface Address {
  readonly port: number;
  readonly passcode: number;
}

const ip = "::1";

/** What an attribute or an event says, and where it stands. */
export interface Report {
  readonly kind: "attribute" | "event";
  readonly endpoint: number;
  readonly cluster: number;
  readonly id: number;
  readonly value: unknown;
}

export class Controller {
  private constructor(
    readonly node: ServerNode,
    readonly peer: ClientNode,
    private readonly folder: string,
  ) {}

  /** Rejects if the device does not let it in. */
  static async commission({ port, passcode }: Address): Promise<Controller> {
    const folder = await mkdtemp(join(tmpdir(), "ev-charging-controller-"));
    const environment = NodeJsEnvironment();
    environment.vars.set("storage.path", folder);
    environment.vars.set("runtime.signals", false);
    const node = await ServerNode.create(ServerNode.RootEndpoint.with(ControllerBehavior), {
      environment,
      id: "controller",
      commissioning: { enabled: false },
      controller: { adminFabricLabel: "test", ble: false },
      network: { port: 0 },
    });
    await node.start();
    // Otherwise it would look for the device by mDNS once it is commissioned.
    node.env.get(PeerSet).added.on((peer) => {
      peer.descriptor.operationalAddress ??= { type: "udp", ip, port };
    });
    const peer = await node.peers.forDescriptor({ addresses: [{ type: "udp", ip, port }] });
    await peer.commission({ passcode, timeout: Seconds(30) });
    return new Controller(node, peer, folder);
  }

  /** Everything that an endpoint has of a cluster, by the numbers of its attributes. */
  async readAll(endpoint: number, cluster: ClusterType.Concrete): Promise<ReadonlyMap<number, unknown>> {
    const attributes = Read(Read.Attribute({ endpoint: EndpointNumber(endpoint), cluster }));
    const request: ClientRead = { ...attributes, includeKnownVersions: true };
    const values = await collect(this.peer.interaction.read(request));
    return new Map(values.map(({ id, value }) => [id, value]));
  }

  async invoke(
    endpoint: number,
    cluster: ClusterType.Concrete,
    command: string,
    fields?: object,
    timed = true,
  ): Promise<unknown> {
    const request = { endpoint: EndpointNumber(endpoint), cluster, command, ...(fields && { fields }) };
    const invocation = Invoke({ commands: [request], skipValidation: true, timed });
    for await (const chunk of this.peer.interaction.invoke(invocation))
      for (const answer of chunk) return answer.kind === "cmd-status" ? Status[answer.status] : answer.data;
    throw new Error(`${command} was not answered`);
  }

  async write(endpoint: number, cluster: ClusterType.Concrete, attributes: string, value: unknown): Promise<string> {
    const attribute = Write.Attribute({ endpoint: EndpointNumber(endpoint), cluster, attributes, value });
    const [answer] = await this.peer.interaction.write(Write(attribute));
    if (answer === undefined) throw new Error(`the writing of ${attributes} was not answered`);
    return Status[answer.status];
  }

  /** Calls back with every value and event of an endpoint from now on. */
  async subscribe(endpoint: number, onReport: (report: Report) => void): Promise<void> {
    const number = EndpointNumber(endpoint);
    const options = { minIntervalFloor: Seconds(0), maxIntervalCeiling: Seconds(10) };
    const request = Subscribe(options, Read.Attribute({ endpoint: number }), Read.Event({ endpoint: number }));
    // Else an event would wait for the next attribute that changes.
    const eventRequests = (request.eventRequests ?? []).map((path) => ({ ...path, isUrgent: true }));
    const updated = async (data: ReadResult) => (await collect(data)).forEach(onReport);
    await this.peer.interaction.subscribe({ ...request, eventRequests, updated });
  }

  /** Lets another in; the passcode for that. */
  async openCommissioningWindow(): Promise<number> {
    const crypto = this.node.env.get(Crypto);
    const passcode = PaseClient.generateRandomPasscode(crypto);
    const parameters = { iterations: 1_000, salt: crypto.randomBytes(32) };
    const answer = await this.invoke(0, AdministratorCommissioning, "openCommissioningWindow", {
      ...parameters,
      commissioningTimeout: 180,
      pakePasscodeVerifier: await PaseClient.generatePakePasscodeVerifier(crypto, passcode, parameters),
      discriminator: PaseClient.generateRandomDiscriminator(crypto),
    });
    if (answer !== "Success") throw new Error(`the device does not let others in: ${String(answer)}`);
    return passcode;
  }

  /** Forgets the connection, as after a restart of the device, which it would notice only after some seconds. */
  async reconnect(): Promise<void> {
    const cause = new Error("the device was restarted");
    for (const session of this.node.env.get(SessionManager).sessions) await session.initiateForceClose({ cause });
  }

  /** Gives the device back. */
  async leave(): Promise<void> {
    await this.peer.decommission();
  }

  /** Is gone from one moment to the next, and says nothing. */
  async vanish(): Promise<void> {
    for (const transport of this.node.env.get(TransportSet)) await transport.close();
  }

  async close(): Promise<void> {
    await this.node.close();
    await this.node.env.root.close(MdnsService);
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function collect(result: ReadResult): Promise<Report[]> {
  const reports: Report[] = [];
  for await (const chunk of result)
    for await (const report of chunk) {
      const { path } = report;
      if (report.kind === "attr-value" && "attributeId" in path)
        reports.push({ ...place(path), kind: "attribute", id: path.attributeId, value: report.value });
      if (report.kind === "event-value" && "eventId" in path)
        reports.push({ ...place(path), kind: "event", id: path.eventId, value: report.value });
    }
  return reports;
}

function place({ endpointId, clusterId }: ReadResult.ConcreteAttributePath | ReadResult.ConcreteEventPath) {
  return { endpoint: endpointId, cluster: clusterId };
}

/** A UDP port that nobody has. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = createSocket("udp6");
    socket.once("error", reject);
    socket.bind(0, ip, () => {
      const { port } = socket.address();
      socket.close(() => resolve(port));
    });
  });
}
