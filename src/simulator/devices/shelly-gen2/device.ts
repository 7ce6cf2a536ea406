/** A virtual Shelly Pro 3EM (Gen2, SPEM-003): a meter at the house's grid connection that speaks RPC over WebSocket, HTTP and MQTT. */

import type { PhaseIndex } from "../../../model/phases.js";
import type { MeteredGrid } from "../shelly-gen1/state.js";
import type { WebFault } from "../../servers/web-server.js";
import { Digest } from "./digest.js";
import type { Status } from "./json.js";
import type { NetworkInterface } from "./network.js";
import { startNetworkInterface } from "./network.js";
import type { MqttInterface, MqttOptions } from "./mqtt.js";
import { startMqttInterface } from "./mqtt.js";
import { answer } from "./rpc.js";
import type { Profile, RpcAnswer, SeenQuestion, ShellyProState } from "./state.js";
import { changedBeyond, energyOf, measurementOf } from "./status.js";

export interface VirtualShellyPro3emOptions {
  /** MAC address, 12 digits. */
  readonly mac?: string;
  readonly profile?: Profile;
  /** Asked whenever a value is sent. */
  readonly grid: () => MeteredGrid;
  /** Of the user admin, for HTTP and WebSocket; absent: open to all. */
  readonly password?: string;
  /** 0: any that is free. */
  readonly port?: number;
  readonly mqtt?: MqttOptions;
}

export class VirtualShellyPro3em implements ShellyProState {
  readonly name: string;
  readonly digest: Digest | null;
  profile: Profile;
  /** Misbehaviour for what comes next; `null`: none. */
  fault: WebFault | null = null;
  /** WebSockets are not taken; HTTP is. */
  refuseSockets = false;
  /** WebSockets stay open and are answered no more; HTTP is. */
  muteSockets = false;
  /** Errors by phase, as in `a_errors`; the values stay as leftovers. */
  readonly phaseErrors = new Map<PhaseIndex, readonly string[]>();
  /** Errors of the whole meter, as in `errors` of em:0. */
  errors: readonly string[] = [];
  readonly questions: SeenQuestion[] = [];

  private readonly grid: () => MeteredGrid;
  private readonly questionListeners = new Set<(question: SeenQuestion) => void>();
  private readonly notified = new Map<string, Status>();
  private network: NetworkInterface | null = null;
  private mqtt: MqttInterface | null = null;

  constructor({ mac = "aabbcc112233", profile = "triphase", grid, password }: VirtualShellyPro3emOptions) {
    this.name = `shellypro3em-${mac}`;
    this.profile = profile;
    this.grid = grid;
    this.digest = password === undefined ? null : new Digest(this.name, password);
  }

  get port(): number {
    return this.network?.port ?? 0;
  }

  /** Most questions that were open at the same time over HTTP. */
  get inFlightPeak(): number {
    return this.network?.inFlightPeak ?? 0;
  }

  /** WebSockets that are open now. */
  get sockets(): number {
    return this.network?.sockets ?? 0;
  }

  /** Calls back when a question comes in, before it is answered; returns what ends it. */
  onQuestion(listener: (question: SeenQuestion) => void): () => void {
    this.questionListeners.add(listener);
    return () => void this.questionListeners.delete(listener);
  }

  /** The status of every component of the meter, by name. */
  status(): Status {
    const values = this.grid();
    return {
      ...measurementOf(this.profile, values, this.phaseErrors, this.errors),
      ...energyOf(this.profile, values),
      sys: { mac: this.name.split("-")[1], uptime: 1_000 },
    };
  }

  ask(over: SeenQuestion["over"], method: string, params: Status): RpcAnswer {
    const question = { over, method };
    this.questions.push(question);
    for (const listener of this.questionListeners) listener(question);
    return answer(this, method, params);
  }

  /** Notifies of what has changed by more than its thresholds. Whoever owns time calls this, about once a second. */
  async publish(): Promise<void> {
    const measured = measurementOf(this.profile, this.grid(), this.phaseErrors, this.errors);
    const changes = changedBeyond(measured, this.notified);
    if (Object.keys(changes).length > 0) await this.notify("NotifyStatus", changes);
  }

  /** Once a minute: the counters. */
  async publishEnergy(): Promise<void> {
    await this.notify("NotifyStatus", energyOf(this.profile, this.grid()));
  }

  /** Everything, as after a change of settings. */
  async publishAll(): Promise<void> {
    await this.notify("NotifyFullStatus", this.status());
  }

  /** The network cable is pulled for a moment: all WebSockets break. */
  dropSockets(): void {
    this.network?.dropSockets();
  }

  async start({ port = 0, mqtt }: Pick<VirtualShellyPro3emOptions, "port" | "mqtt">): Promise<void> {
    this.network = await startNetworkInterface(this, port);
    if (mqtt) this.mqtt = await startMqttInterface(this, mqtt);
  }

  /** The mains plug is pulled: no farewell, the broker publishes the last will. */
  async cutPower(): Promise<void> {
    await Promise.all([this.mqtt?.close("abruptly"), this.network?.close()]);
  }

  /** Always ends, also when the broker is gone. */
  async close(): Promise<void> {
    await Promise.all([this.mqtt?.close("with farewell"), this.network?.close()]);
  }

  private async notify(method: "NotifyStatus" | "NotifyFullStatus", components: Status): Promise<void> {
    if (this.fault === "silent") return;
    const params = { ts: 1_750_000_000.12, ...components };
    this.network?.notify(method, params);
    await this.mqtt?.notify(method, params);
  }
}

/** Resolves once its interfaces are up: listening, and connected to the broker for the first time. */
export async function startVirtualShellyPro3em(options: VirtualShellyPro3emOptions): Promise<VirtualShellyPro3em> {
  const device = new VirtualShellyPro3em(options);
  await device.start(options);
  return device;
}
