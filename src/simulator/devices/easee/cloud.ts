/** A virtual Easee cloud with its chargers: REST and SignalR hub on 127.0.0.1. */

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Evse } from "../../house/evse.js";
import { bodyOf, misbehaves, send, target, type WebFault, WebServer } from "../../servers/web-server.js";
import { EaseeAccounts } from "./accounts.js";
import { EaseeBox, EaseeCircuit } from "./box.js";
import {
  type Accepted,
  acceptedText,
  chargerCommand,
  circuitCommand,
  type CommandFault,
  type EaseeCommand,
  responseText,
  Ticks,
} from "./commands.js";
import { EaseeHub } from "./hub.js";
import { type Answer, answerTo, type EaseeHome, jsonIn } from "./rest.js";

/** Of the REST interface. A status comes with `Retry-After` and a body where given. */
export type EaseeFault =
  Exclude<WebFault, object> | { readonly status: number; readonly retryAfter?: string; readonly body?: string };

export interface VirtualEaseeOptions {
  readonly chargers: readonly { readonly id: string; readonly evse: Evse; readonly circuit?: number }[];
  readonly site?: number;
  readonly username?: string;
  readonly password?: string;
  /** s that an access token holds. */
  readonly tokenLife?: number;
  /** A, in flash, for every circuit. */
  readonly offlineCurrent?: number;
  /** ms since 1970 */
  readonly now?: () => number;
  /** 0: any that is free. */
  readonly port?: number;
}

/** A request as it came. */
export interface SeenRequest {
  readonly time: number;
  readonly method: string;
  readonly path: string;
  readonly body: string;
  /** Its query stays out of what is compared; this is it. */
  readonly query: string;
}

const hubPath = "/hubs/chargers";
const defaultCircuit = 4_711;

export class VirtualEasee {
  readonly site: number;
  readonly accounts: EaseeAccounts;
  readonly hub: EaseeHub;
  readonly requests: SeenRequest[] = [];
  /** Of the REST interface, the login aside; `null`: none. */
  fault: EaseeFault | null = null;
  /** Of login and renewal. */
  accountFault: EaseeFault | null = null;
  commandFault: CommandFault | null = null;
  /** HTTP status that the hub refuses new connections with; `null`: none. */
  hubRefusal: number | null = null;
  /** Requests that are allowed in 60 s; `null`: any number. */
  rateLimit: number | null = null;
  /** Settings that were written to flash. */
  flashWrites = 0;

  private readonly boxes = new Map<string, EaseeBox>();
  private readonly circuits = new Map<number, EaseeCircuit>();
  private readonly home: EaseeHome;
  private readonly reported = new Map<string, ReadonlyMap<number, readonly [number, string]>>();
  private readonly now: () => number;
  private readonly ticks = new Ticks();
  private readonly web = new WebServer((request, response) => void this.handle(request, response));
  private readonly late: (() => void)[] = [];
  private readonly requestListeners = new Set<(request: SeenRequest) => void>();

  constructor({
    chargers,
    site = 815,
    username = "somebody@example.com",
    password = "correct horse",
    tokenLife = 86_400,
    offlineCurrent = 6,
    now = Date.now,
  }: VirtualEaseeOptions) {
    this.site = site;
    this.now = now;
    this.accounts = new EaseeAccounts({ username, password, tokenLife });
    for (const { id, evse, circuit = defaultCircuit } of chargers) {
      const known = this.circuits.get(circuit) ?? new EaseeCircuit(circuit, offlineCurrent);
      this.circuits.set(circuit, known);
      this.boxes.set(id, new EaseeBox(id, evse, known));
    }
    this.home = { site, boxes: this.boxes, circuits: this.circuits };
    this.hub = new EaseeHub((id) => this.reportAll(id));
    this.web.onUpgrade((request, socket, head) => {
      const admitted = this.accounts.admits(request.headers.authorization, this.now());
      if (target(request).pathname !== hubPath || this.hubRefusal !== null || !admitted) return void socket.destroy();
      this.hub.accept(request, socket, head);
    });
  }

  get port(): number {
    return this.web.port;
  }

  /** Most requests that were open at the same time. */
  get inFlightPeak(): number {
    return this.web.inFlightPeak;
  }

  get apiUrl(): string {
    return this.web.url;
  }

  get streamUrl(): string {
    return `${this.apiUrl}${hubPath}`;
  }

  /** @throws RangeError when there is none */
  box(id: string): EaseeBox {
    const box = this.boxes.get(id);
    if (!box) throw new RangeError(`There is no charger ${id}`);
    return box;
  }

  /** Requests that change something, as path and body. */
  get writes(): { readonly path: string; readonly body: string }[] {
    const isWrite = ({ method, path }: SeenRequest) =>
      method === "POST" && /\/(commands|circuits|settings)\b/.test(path);
    return this.requests.filter(isWrite).map(({ path, body }) => ({ path, body }));
  }

  /** Calls back when a request has come in, before it is answered; returns what ends it. */
  onRequest(listener: (request: SeenRequest) => void): () => void {
    this.requestListeners.add(listener);
    return () => void this.requestListeners.delete(listener);
  }

  /** Time has passed, or something has happened: what is over is forgotten, and what is new is reported. */
  update(): void {
    for (const box of this.boxes.values()) {
      box.tick(this.now());
      if (!box.evse.reachable) continue;
      const before = this.reported.get(box.id);
      const after = box.observations();
      this.reported.set(box.id, after);
      for (const [id, [dataType, value]] of after)
        if (before?.get(id)?.[1] !== value) this.say(box.id, id, value, { dataType });
    }
  }

  /** One observation as it stands, be it true or not. @param at ms since 1970 */
  say(chargerId: string, id: number, value: string, { at = this.now(), dataType = 3 } = {}): void {
    const timestamp = new Date(at).toISOString();
    this.hub.call(chargerId, "ProductUpdate", JSON.stringify({ mid: chargerId, dataType, id, timestamp, value }));
  }

  /** A result as it stands, be it one of ours or not. */
  respond(chargerId: string, response: object): void {
    this.hub.call(chargerId, "CommandResponse", JSON.stringify({ serialNumber: chargerId, ...response }));
  }

  /** Carries out what came late, now. */
  releaseLate(): void {
    for (const execute of this.late.splice(0)) execute();
  }

  listen(port: number): Promise<void> {
    return this.web.listen(port);
  }

  /** Always ends, also with connections open. */
  async close(): Promise<void> {
    this.hub.close();
    await this.web.close();
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request);
    const { pathname, search } = target(request);
    const seen = { time: this.now(), method: request.method ?? "", path: pathname, query: search, body };
    this.requests.push(seen);
    for (const listener of this.requestListeners) listener(seen);
    const fault = pathname.startsWith("/api/accounts/")
      ? this.accountFault
      : pathname.startsWith(hubPath)
        ? null
        : (this.fault ?? this.exceeded());
    if (fault === null) return send(response, ...this.answer(seen, request.headers.authorization));
    this.misbehave(fault, request, response);
  }

  private misbehave(fault: EaseeFault, request: IncomingMessage, response: ServerResponse): void {
    if (typeof fault !== "object") return void misbehaves(fault, request, response, '{"chargerOpMode":3,"totalPo');
    if (fault.retryAfter !== undefined) response.setHeader("Retry-After", fault.retryAfter);
    send(response, fault.status, fault.body ?? { errorCode: fault.status });
  }

  private exceeded(): EaseeFault | null {
    const recent = this.requests.filter(({ time, path }) => time > this.now() - 60_000 && !path.startsWith(hubPath));
    return this.rateLimit !== null && recent.length > this.rateLimit ? { status: 429, retryAfter: "60" } : null;
  }

  private answer({ method, path, query, body }: SeenRequest, authorization: string | undefined): Answer {
    const json = jsonIn(body);
    if (json === null) return [400, { errorCode: 1, detail: "The body is not JSON" }];
    const now = this.now();
    if (method === "POST" && path === "/api/accounts/login") return this.accounts.login(json, now);
    if (method === "POST" && path === "/api/accounts/refresh_token") return this.accounts.renew(json, now);
    if (!this.accounts.admits(authorization, now)) return [401, null];
    if (path === `${hubPath}/negotiate`)
      return this.hubRefusal === null ? [200, this.hub.negotiation()] : [this.hubRefusal, null];
    return method === "GET" ? answerTo(path, query, this.home) : this.write(path, json);
  }

  private write(path: string, json: ReadonlyMap<string, unknown>): Answer {
    const [, , kind, id = "", part, name = "", tail] = path.split("/");
    const box = kind === "chargers" ? this.boxes.get(id) : undefined;
    if (box && part === "commands") return this.take(chargerCommand(box, name, json, this.now()));
    if (part === "settings" || tail === "settings") {
      if ([...json.keys()].some((key) => !key.startsWith("dynamic"))) this.flashWrites += 1;
      return [200, null];
    }
    const circuit = kind === "sites" && Number(id) === this.site ? this.circuits.get(Number(name)) : undefined;
    if (circuit && tail === "dynamicCurrent") return this.take(circuitCommand(circuit, json, this.now()));
    return [404, { errorCode: 404 }];
  }

  private take(command: EaseeCommand | null): Answer {
    if (command === null) return [400, { errorCode: 400 }];
    const accepted: Accepted = { ...command, ticks: this.ticks.next(this.now()) };
    const box = this.box(command.device);
    const carryOut = (): void => {
      if (!box.online || !box.evse.reachable) return;
      if (this.commandFault !== "refuse") command.execute();
      this.report(accepted);
      this.update();
    };
    if (this.commandFault === "late") this.late.push(carryOut);
    else if (this.commandFault === "early") carryOut();
    else if (this.commandFault !== "never") setImmediate(carryOut);
    return [202, acceptedText(accepted)];
  }

  private report(accepted: Accepted): void {
    if (this.commandFault === "unreported") return;
    const text = responseText(accepted, this.commandFault !== "refuse", new Date(this.now()).toISOString());
    this.hub.call(accepted.device, "CommandResponse", text);
  }

  private reportAll(id: string): void {
    const box = this.boxes.get(id);
    if (!box?.evse.reachable) return;
    for (const [observation, [dataType, value]] of box.observations()) this.say(id, observation, value, { dataType });
  }
}

/** Time in it stands still until its owner lets the wallboxes advance, and calls `update`. */
export async function startVirtualEasee(options: VirtualEaseeOptions): Promise<VirtualEasee> {
  const cloud = new VirtualEasee(options);
  await cloud.listen(options.port ?? 0);
  return cloud;
}
