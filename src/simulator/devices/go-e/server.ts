/** A virtual go-e charger: the wallbox's inside behind the real HTTP interface, on 127.0.0.1. */

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Evse } from "../../house/evse.js";
import { misbehaves, send, target, type WebFault, WebServer } from "../../servers/web-server.js";
import type { ForceState, GoECard, GoEQuirk, WrittenValue } from "./box.js";
import { GoEBox } from "./box.js";
import { allow, statusV1, writeV1 } from "./v1.js";
import { filteredStatusV2, lacksKeys, writeV2 } from "./v2.js";

/** `ignore-writes`: says yes and changes nothing · `slow`: answers after `slowness` ms. */
export type GoEFault = WebFault | "ignore-writes" | "slow";

export interface VirtualGoEOptions {
  readonly evse: Evse;
  /** 6 digits. */
  readonly serial?: string;
  /** 0: any that is free. */
  readonly port?: number;
  /** "both": hardware V3 or V4 with the legacy API switched on. */
  readonly apiVersion: 1 | 2 | "both";
  readonly firmware?: string;
  readonly quirks?: readonly GoEQuirk[];
  readonly cards?: readonly GoECard[];
}

/** A request as it came. */
export interface SeenRequest {
  /** ms, `performance.now()` */
  readonly time: number;
  readonly url: string;
}

type WriteListener = (key: string, value: WrittenValue) => void;

export class VirtualGoE {
  readonly evse: Evse;
  readonly serial: string;
  readonly requests: SeenRequest[] = [];
  /** Misbehaviour for the requests to come; `null`: none. */
  fault: GoEFault | null = null;
  /** ms that a slow answer takes. */
  slowness = 1_500;
  /** So many statuses of the legacy API still show how it was before a write. */
  legacyWritesShowAfter = 0;

  /** What its other interfaces, broker and cloud, report too. */
  readonly box: GoEBox;
  readonly apiVersion: 1 | 2 | "both";
  private stale: { readonly status: object; left: number } | null = null;
  private readonly web = new WebServer((request, response) => this.handle(request, response));
  private readonly writeListeners = new Set<WriteListener>();
  private readonly requestListeners = new Set<(request: SeenRequest) => void>();
  private readonly slowAnswers = new Set<NodeJS.Timeout>();

  constructor({ evse, serial = "012345", apiVersion, firmware, quirks = [], cards = [] }: VirtualGoEOptions) {
    this.evse = evse;
    this.serial = serial;
    this.apiVersion = apiVersion;
    this.box = new GoEBox({
      evse,
      serial,
      firmware: firmware ?? (apiVersion === 1 ? "040.0" : "055.5"),
      hardware: apiVersion === 1 ? "v2" : "v3",
      quirks,
      cards,
    });
  }

  get port(): number {
    return this.web.port;
  }

  /** Most requests that were open at the same time. */
  get inFlightPeak(): number {
    return this.web.inFlightPeak;
  }

  /** How often the stored current was written. */
  get flashWrites(): number {
    return this.box.flashWrites;
  }

  /** Calls back after each write that the box has taken over; returns what ends it. */
  onWrite(listener: WriteListener): () => void {
    this.writeListeners.add(listener);
    return () => void this.writeListeners.delete(listener);
  }

  /** Calls back when a request comes in, before it is answered; returns what ends it. */
  onRequest(listener: (request: SeenRequest) => void): () => void {
    this.requestListeners.add(listener);
    return () => void this.requestListeners.delete(listener);
  }

  /** A person stops the charge in the vendor's app: `alw` 0 or `frc` 1. */
  appStop(): void {
    this.box.forceState = 1;
  }

  /** A person starts the charge in the vendor's app: `alw` 1, or `frc` 0 or 2; it also stands for the card. */
  appStart(force: Exclude<ForceState, 1> = 0): void {
    allow(this.box, true);
    this.box.forceState = force;
  }

  /** A person sets the current in the vendor's app, which stores it. A, 6–32 */
  appCurrent(current: number): void {
    this.box.setStoredCurrent(current);
  }

  /** Unreachable until the wallbox's own time has moved on far enough. */
  reboot(): void {
    this.evse.reboot();
  }

  listen(port: number): Promise<void> {
    return this.web.listen(port);
  }

  /** Always ends, also with connections open. */
  async close(): Promise<void> {
    for (const timer of this.slowAnswers) clearTimeout(timer);
    await this.web.close();
  }

  private handle(request: IncomingMessage, response: ServerResponse): void {
    const seen = { time: performance.now(), url: request.url ?? "/" };
    this.requests.push(seen);
    for (const listener of this.requestListeners) listener(seen);

    const fault = this.evse.reachable ? this.fault : "refuse";
    if (misbehaves(fault, request, response, '{"car":"2","amp":"16","nrg":[23')) return;
    if (fault !== "slow") return this.answer(seen.url, request, response);
    const timer = setTimeout(() => {
      this.slowAnswers.delete(timer);
      this.answer(seen.url, request, response);
    }, this.slowness);
    this.slowAnswers.add(timer);
  }

  private answer(url: string, request: IncomingMessage, response: ServerResponse): void {
    const { pathname, searchParams } = target({ url });
    const route = request.method === "GET" ? this.routes()[pathname] : undefined;
    if (!route) return send(response, 404, "Not found", "text/plain");
    const body = route(searchParams);
    if (body === null) return void request.socket.destroy();
    send(response, this.statusOf(pathname, searchParams, body), body);
  }

  private statusOf(path: string, query: URLSearchParams, body: object): number {
    if (path === "/api/status") return lacksKeys(this.box, query.get("filter")) ? 400 : 200;
    if (path !== "/api/set" || Object.values(body).every((answer) => answer === true)) return 200;
    return this.box.quirks.has("refuses-with-500") ? 500 : this.box.quirks.has("refuses-with-400") ? 400 : 200;
  }

  private routes(): Readonly<Record<string, (query: URLSearchParams) => object | null>> {
    return {
      ...(this.apiVersion !== 2 && {
        "/status": () => this.legacyStatus(),
        "/mqtt": (query) => this.setV1(query.get("payload") ?? ""),
      }),
      ...(this.apiVersion !== 1 && {
        "/api/status": (query) => filteredStatusV2(this.box, query.get("filter")),
        "/api/set": (query) => this.setV2(query),
      }),
    };
  }

  /** Takes a write of API v1, `key=value`, over any transport; a refusal is silent. */
  takeV1(payload: string): void {
    const [, key, text] = /^(\w+)=(.*)$/.exec(payload) ?? [];
    if (key === undefined || text === undefined || this.fault === "ignore-writes") return;
    const { taken, value } = writeV1(this.box, key, text);
    if (taken) this.tell(key, value);
  }

  /** Takes a write of API v2 over any transport, or says why not. @param text JSON */
  takeV2(key: string, text: string): true | string {
    if (this.fault === "ignore-writes") return true;
    const { answer, value } = writeV2(this.box, key, text);
    if (answer === true) this.tell(key, value);
    return answer;
  }

  private setV1(payload: string): object {
    if (this.legacyWritesShowAfter > 0) this.stale = { status: statusV1(this.box), left: this.legacyWritesShowAfter };
    this.takeV1(payload);
    return this.legacyStatus();
  }

  private legacyStatus(): object {
    if (this.stale === null || this.stale.left === 0) return statusV1(this.box);
    this.stale.left -= 1;
    return this.stale.status;
  }

  private setV2(query: URLSearchParams): object {
    return Object.fromEntries([...query].map(([key, text]) => [key, this.takeV2(key, text)]));
  }

  private tell(key: string, value: WrittenValue): void {
    for (const listener of this.writeListeners) listener(key, value);
  }
}

/** Time in the box stands still until its owner lets the `evse` advance. */
export async function startVirtualGoE(options: VirtualGoEOptions): Promise<VirtualGoE> {
  const device = new VirtualGoE(options);
  await device.listen(options.port ?? 0);
  return device;
}
