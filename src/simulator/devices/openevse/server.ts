/** A virtual OpenEVSE: the wallbox's inside behind the real gateway's HTTP and WebSocket, on one port of 127.0.0.1. */

import type { IncomingMessage, ServerResponse } from "node:http";
import { parseJson } from "../../../model/json.js";
import type { Evse } from "../../house/evse.js";
import { bodyOf, knows, misbehaves, send, target, type WebFault, WebServer } from "../../servers/web-server.js";
import { OpenEvseBox, type OpenEvseGeneration } from "./box.js";
import { framed, isBlocked, isWrite, reply } from "./rapi.js";
import { answerTo } from "./routes.js";
import { OpenEvseSocket } from "./socket.js";
import { statusOf } from "./status.js";

/**
 * `ignore-writes`: says yes and changes nothing · `no-controller`: the gateway does not reach its controller ·
 * `bad-checksum`, `news-only`, `news-first`: in RAPI, what the controller says comes broken, has news in its place, or
 * before it.
 */
export type OpenEvseFault = WebFault | "ignore-writes" | "no-controller" | "bad-checksum" | "news-only" | "news-first";

export interface VirtualOpenEvseOptions {
  readonly evse: Evse;
  /** 0: any that is free. */
  readonly port?: number;
  readonly generation?: OpenEvseGeneration;
  /** Without: it is open to all. */
  readonly login?: { readonly username: string; readonly password: string };
  /** Version of its controller's RAPI, like "4.0.1". */
  readonly rapi?: string;
  /** Whether RAPI takes questions only; newer gateways do. */
  readonly blocksRapi?: boolean;
}

/** A request as it came. */
export interface OpenEvseRequest {
  readonly method: string;
  readonly url: string;
  /** What was sent, if it is JSON. */
  readonly body: unknown;
}

export class VirtualOpenEvse {
  readonly evse: Evse;
  readonly box: OpenEvseBox;
  readonly requests: OpenEvseRequest[] = [];
  readonly socket: OpenEvseSocket;
  /** Misbehaviour for the requests to come; `null`: none. */
  fault: OpenEvseFault | null = null;

  private readonly login: VirtualOpenEvseOptions["login"];
  private readonly blocksRapi: boolean;
  private readonly web = new WebServer((request, response) => void this.handle(request, response));
  private readonly writeListeners = new Set<(request: OpenEvseRequest) => void>();

  constructor({ evse, generation = "new", login, blocksRapi = generation === "new", rapi }: VirtualOpenEvseOptions) {
    this.evse = evse;
    this.box = new OpenEvseBox(evse, generation);
    this.box.rapi = rapi ?? this.box.rapi;
    this.login = login;
    this.blocksRapi = blocksRapi;
    this.socket = new OpenEvseSocket(
      () => this.status(),
      (request) => this.admits(request) && this.evse.reachable && this.fault !== "refuse",
    );
    this.web.onUpgrade((request, socket, head) => this.socket.upgrade(request, socket, head));
  }

  get port(): number {
    return this.web.port;
  }

  /** Most requests that were open at the same time. */
  get inFlightPeak(): number {
    return this.web.inFlightPeak;
  }

  /** How often a setting was written to the controller's EEPROM. */
  get flashWrites(): number {
    return this.box.flashWrites;
  }

  /** Calls back after each write that it has answered; returns what ends it. */
  onWrite(listener: (request: OpenEvseRequest) => void): () => void {
    this.writeListeners.add(listener);
    return () => void this.writeListeners.delete(listener);
  }

  /** A person stops the charge on its web page. */
  personStop(): void {
    this.box.override({ state: "disabled" });
    this.push();
  }

  /** A person starts it there. A, where they set the current too */
  personStart(current?: number): void {
    this.box.override({ state: "active", ...(current === undefined ? {} : { charge_current: current }) });
    this.push();
  }

  /** A person leaves it to itself again. */
  personRelease(): void {
    this.box.release(0x0001_0001);
    this.push();
  }

  /** A person presses its button, and an older gateway lets them. */
  pressButton(): void {
    if (this.box.code >= 254) this.box.wake();
    else this.box.sleep();
    this.push();
  }

  /** The gateway alone starts anew: what was claimed is gone. */
  rebootGateway(): void {
    this.box.forget();
    this.socket.disconnect();
  }

  /** Both start anew; unreachable until the wallbox's own time has moved on far enough. */
  reboot(): void {
    this.evse.reboot();
    this.rebootGateway();
  }

  /** Pushes to the WebSockets what has changed since the last push, as the gateway does by itself. */
  push(): void {
    this.socket.push();
  }

  listen(port: number): Promise<void> {
    return this.web.listen(port);
  }

  /** Always ends, also with connections open. */
  async close(): Promise<void> {
    this.socket.disconnect();
    await this.web.close();
  }

  private status(): Record<string, unknown> {
    return statusOf(this.box, this.fault !== "no-controller");
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = parseJson(await bodyOf(request));
    const seen = { method: request.method ?? "GET", url: request.url ?? "/", body };
    this.requests.push(seen);

    const fault = this.evse.reachable ? this.fault : "refuse";
    if (misbehaves(fault, request, response, '{"mode":"STA","state":3,"amp":')) return;
    if (!this.admits(request)) return send(response, 401, null);
    this.answer(seen, response);
  }

  private answer(seen: OpenEvseRequest, response: ServerResponse): void {
    const { pathname, searchParams } = target(seen);
    if (pathname === "/r") return this.rapi(seen, searchParams.get("rapi") ?? "", response);
    const answer = answerTo(this.box, {
      method: seen.method,
      path: pathname,
      body: seen.body,
      ignoresWrites: this.fault === "ignore-writes",
      connected: this.fault !== "no-controller",
    });
    if (answer === null) return send(response, 404, "Not found", "text/plain");
    send(response, answer.status, JSON.stringify(answer.body));
    if (seen.method !== "GET") this.written(seen);
  }

  private rapi(seen: OpenEvseRequest, command: string, response: ServerResponse): void {
    if (this.blocksRapi && isBlocked(command)) return rapiError(response, 400, command, "RAPI_RESPONSE_BLOCKED");
    if (this.fault === "no-controller") return rapiError(response, 500, command, "RAPI_RESPONSE_TIMEOUT");
    const ignored = this.fault === "ignore-writes" && isWrite(command);
    send(
      response,
      200,
      `{"cmd":"${command}","ret":"${this.spoilt(ignored ? framed("$OK") : reply(this.box, command))}"}`,
    );
    if (isWrite(command)) this.written(seen);
  }

  /** What its serial line makes of a reply. News before it stand in the JSON with a bare line end, as they came. */
  private spoilt(text: string): string {
    const news = framed("$AT 03 3 16 0140");
    if (this.fault === "bad-checksum") return text.replace(/\^(.)/, (_, digit) => `^${digit === "F" ? "0" : "F"}`);
    if (this.fault === "news-only") return news;
    return this.fault === "news-first" ? `${news}\r${text}` : text;
  }

  private written(request: OpenEvseRequest): void {
    this.push();
    for (const listener of this.writeListeners) listener(request);
  }

  private admits(request: IncomingMessage): boolean {
    return this.login === undefined || knows(request, this.login);
  }
}

function rapiError(response: ServerResponse, status: number, cmd: string, error: string): void {
  send(response, status, { cmd, error });
}

/** Time in the box stands still until its owner lets the `evse` advance. */
export async function startVirtualOpenEvse(options: VirtualOpenEvseOptions): Promise<VirtualOpenEvse> {
  const device = new VirtualOpenEvse(options);
  await device.listen(options.port ?? 0);
  return device;
}
