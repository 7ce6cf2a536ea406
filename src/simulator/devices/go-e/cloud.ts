/** go-e's cloud in both generations, with one virtual charger behind it, on 127.0.0.1. */

import type { IncomingMessage, ServerResponse } from "node:http";
import { misbehaves, send, target, type WebFault, WebServer } from "../../servers/web-server.js";
import type { VirtualGoE } from "./server.js";
import { statusV1 } from "./v1.js";
import { filteredStatusV2 } from "./v2.js";

/** `redirect`: sends elsewhere · `rate limiting`: what version 1 says then, and 429. Its `garbage` quotes what was asked. */
export type GoECloudFault = WebFault | "redirect" | "rate limiting";

export interface GoECloudOptions {
  readonly token: string;
  /** 0: any that is free. */
  readonly port?: number;
}

/** A request as it came. */
export interface CloudRequestSeen {
  readonly url: string;
  readonly authorization: string | undefined;
}

export class VirtualGoECloud {
  readonly requests: CloudRequestSeen[] = [];
  fault: GoECloudFault | null = null;
  /** The charger is not connected, or its cloud API is off. */
  offline = false;
  /** ms since the charger has spoken. */
  age = 1_200;
  /** So many statuses are still sent before a write has reached the charger. */
  writesTake = 0;

  private readonly device: VirtualGoE;
  private readonly token: string;
  private readonly web = new WebServer((request, response) => this.handle(request, response));
  private readonly requestListeners = new Set<() => void>();
  private underWay: { left: number; write(): void }[] = [];

  constructor(device: VirtualGoE, token: string) {
    this.device = device;
    this.token = token;
  }

  get url(): string {
    return this.web.url;
  }

  /** Most requests that were open at the same time. */
  get inFlightPeak(): number {
    return this.web.inFlightPeak;
  }

  /** Calls back when a request comes in, before it is answered; returns what ends it. */
  onRequest(listener: () => void): () => void {
    this.requestListeners.add(listener);
    return () => void this.requestListeners.delete(listener);
  }

  listen(port: number): Promise<void> {
    return this.web.listen(port);
  }

  /** Always ends, also with connections open. */
  close(): Promise<void> {
    return this.web.close();
  }

  private handle(request: IncomingMessage, response: ServerResponse): void {
    const url = request.url ?? "/";
    this.requests.push({ url, authorization: request.headers.authorization });
    for (const listener of this.requestListeners) listener();
    if (this.fault === "redirect")
      return void response.writeHead(302, { Location: "http://127.0.0.1:1/elsewhere" }).end();
    if (misbehaves(this.fault, request, response, `{"asked":"${url}"`)) return;
    const { pathname, searchParams } = target({ url });
    const [status, body] = this.answer(pathname, searchParams, request.headers.authorization);
    send(response, status, JSON.stringify(body));
  }

  private answer(
    path: string,
    query: URLSearchParams,
    authorization: string | undefined,
  ): [status: number, body: unknown] {
    if (this.device.apiVersion === 1) {
      if (path === "/api_status" || path === "/api") return [200, this.answerV1(path, query)];
      return [403, { success: false, reason: "unknown charger" }];
    }
    if (path !== "/api/status" && path !== "/api/set") return [200, { success: false, error: "wrong token" }];
    if (this.fault === "rate limiting") return [429, null];
    if (authorization !== `Bearer ${this.token}`) return [401, { success: false, reason: "token" }];
    if (this.offline) return [403, { success: false, reason: "offline" }];
    if (this.age > 30_000) return [404, { success: false, reason: "no data" }];
    return path === "/api/status" ? [200, this.status(query)] : this.set(query);
  }

  private status(query: URLSearchParams): object | null {
    this.arrive();
    return filteredStatusV2(this.device.box, query.get("filter"));
  }

  private set(query: URLSearchParams): [status: number, body: unknown] {
    const answers = Object.fromEntries(
      [...query].map(([key, text]): [key: string, answer: true | string] => {
        if (this.writesTake === 0) return [key, this.device.takeV2(key, text)];
        this.underWay.push({ left: this.writesTake, write: () => this.device.takeV2(key, text) });
        return [key, true];
      }),
    );
    return [Object.values(answers).some((answer) => answer === true) ? 202 : 422, answers];
  }

  private answerV1(path: string, query: URLSearchParams): object {
    if (this.fault === "rate limiting") return { success: false, error: "rate limiting" };
    const token = query.get("token");
    if (token === null) return { success: false, error: "no token" };
    if (token !== this.token) return { success: false, error: "wrong token" };
    if (path === "/api_status") {
      this.arrive();
      return { success: true, age: this.age, data: statusV1(this.device.box) };
    }
    const payload = query.get("payload");
    if (payload === null) return { success: false, error: "no payload" };
    if (this.writesTake === 0) this.device.takeV1(payload);
    else this.underWay.push({ left: this.writesTake, write: () => this.device.takeV1(payload) });
    return { success: true, payload };
  }

  /** Writes get nearer to the charger with each status that is sent. */
  private arrive(): void {
    this.underWay = this.underWay
      .map(({ left, write }) => ({ left: left - 1, write }))
      .filter(({ left, write }) => {
        if (left <= 0) write();
        return left > 0;
      });
  }
}

export async function startVirtualGoECloud(
  device: VirtualGoE,
  { token, port = 0 }: GoECloudOptions,
): Promise<VirtualGoECloud> {
  const cloud = new VirtualGoECloud(device, token);
  await cloud.listen(port);
  return cloud;
}
