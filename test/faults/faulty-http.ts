/** A web server between the proxy and a virtual device with HTTP, which answers in its place or spoils its answers. */

import { once } from "node:events";
import { createServer, type IncomingMessage, request as ask, type ServerResponse } from "node:http";

export interface HttpRequest {
  readonly method: string;
  readonly url: string;
}

/** Answers in place of the device; true: it has. */
export type Instead = (request: HttpRequest, response: ServerResponse) => boolean;

export interface FaultyHttp {
  readonly port: number;
  /** Requests that came, those that were answered here among them. */
  readonly requests: HttpRequest[];
  instead: Instead | null;
  /** What is left of the device's own answer; `null`: all. Only where it is HTTP 200. */
  spoil: ((body: string, request: HttpRequest) => string | Buffer) | null;
  /** Headers in place of the device's own. */
  headers: Readonly<Record<string, string>> | null;
  /** ms that each answer takes */
  delay: number;
  heal(): void;
  close(): Promise<void>;
}

const address = "127.0.0.1";

/** @param target port of the device */
export async function startFaultyHttp(target: () => number): Promise<FaultyHttp> {
  const timers = new Set<NodeJS.Timeout>();
  const server = createServer((request, response) => {
    const seen = { method: request.method ?? "GET", url: request.url ?? "/" };
    faulty.requests.push(seen);
    if (faulty.instead?.(seen, response)) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      void forward(request, response, seen, target(), faulty);
    }, faulty.delay);
    timers.add(timer);
  });
  server.on("upgrade", (_request, socket) => socket.destroy());
  server.listen(0, address);
  await once(server, "listening");
  const bound = server.address();
  const faulty: FaultyHttp = {
    port: bound !== null && typeof bound === "object" ? bound.port : 0,
    requests: [],
    instead: null,
    spoil: null,
    headers: null,
    delay: 0,
    heal() {
      Object.assign(faulty, { instead: null, spoil: null, headers: null, delay: 0 });
    },
    async close() {
      for (const timer of timers) clearTimeout(timer);
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
  return faulty;
}

async function forward(
  request: IncomingMessage,
  response: ServerResponse,
  seen: HttpRequest,
  port: number,
  { spoil, headers }: FaultyHttp,
): Promise<void> {
  const body = await bytesOf(request);
  const own = { ...request.headers, connection: "close" };
  const onward = ask({ host: address, port, method: request.method, path: request.url, headers: own, agent: false });
  onward.on("error", () => response.destroy());
  onward.on("response", (answer) => {
    void bytesOf(answer).then((told) => {
      const spoilt = spoil && answer.statusCode === 200 ? Buffer.from(spoil(told.toString("utf8"), seen)) : told;
      const type = answer.headers["content-type"] ?? "application/json";
      const extra = answer.headers["www-authenticate"];
      response.writeHead(answer.statusCode ?? 500, {
        "content-type": type,
        ...(extra === undefined ? {} : { "www-authenticate": extra }),
        ...headers,
        "content-length": spoilt.length,
      });
      response.end(spoilt);
    });
  });
  onward.end(body);
}

async function bytesOf(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  } catch {
    // What broke off is what came.
  }
  return Buffer.concat(chunks);
}
