/** A web server on loopback that answers whatever a test wants, and remembers what it was asked. */

import { EventEmitter, once } from "node:events";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { WebServer } from "../../src/simulator/servers/web-server.js";

export interface RawHttp {
  readonly port: number;
  /** As they stood on the wire, in the order of arrival. */
  readonly urls: string[];
  /** Most requests that were open at the same time. */
  readonly peak: number;
  /** Resolves with the next request that comes in. */
  next(): Promise<IncomingMessage>;
  close(): Promise<void>;
}

export async function startRawHttp(answer: RequestListener): Promise<RawHttp> {
  const urls: string[] = [];
  const news = new EventEmitter();
  const web = new WebServer((request, response) => {
    urls.push(request.url ?? "");
    answer(request, response);
    news.emit("request", request);
  });
  await web.listen();
  return {
    port: web.port,
    urls,
    get peak() {
      return web.inFlightPeak;
    },
    next: async () => {
      const [request]: IncomingMessage[] = await once(news, "request");
      if (!request) throw new Error("A request event without a request");
      return request;
    },
    close: () => web.close(),
  };
}

/** Answers each path with its JSON, and 404 else. The query counts as part of the path. */
export function jsonAt(bodies: Readonly<Record<string, unknown>>): RequestListener {
  return ({ url = "" }, response) => (url in bodies ? sendJson(response, bodies[url]) : sendText(response, "", 404));
}

export function sendJson(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(body));
}

export function sendText(response: ServerResponse, body: string, status = 200): void {
  response.writeHead(status, { "Content-Type": "text/html" }).end(body);
}
