/** A web server on loopback with the responses of a test, which records the requests. */

import { EventEmitter, once } from "node:events";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { WebServer } from "../../src/simulator/servers/web-server.js";

export interface RawHttp {
  readonly port: number;
  /** As received, in the order of arrival. */
  readonly urls: string[];
  /** Maximum of simultaneously open requests. */
  readonly peak: number;
  /** Resolves with the next request. */
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

/** Responds to each path with its JSON, and to others with 404. The query is part of the path. */
export function jsonAt(bodies: Readonly<Record<string, unknown>>): RequestListener {
  return ({ url = "" }, response) => (url in bodies ? sendJson(response, bodies[url]) : sendText(response, "", 404));
}

export function sendJson(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(body));
}

export function sendText(response: ServerResponse, body: string, status = 200): void {
  response.writeHead(status, { "Content-Type": "text/html" }).end(body);
}
