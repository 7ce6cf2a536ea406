/** A web server on loopback that answers whatever a test wants, and remembers what it was asked. */

import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";

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
  let open = 0;
  let peak = 0;
  const server = createServer((request, response) => {
    urls.push(request.url ?? "");
    open += 1;
    peak = Math.max(peak, open);
    response.once("close", () => (open -= 1));
    answer(request, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return {
    port: typeof address === "object" && address ? address.port : 0,
    urls,
    get peak() {
      return peak;
    },
    next: async () => {
      const [request]: IncomingMessage[] = await once(server, "request");
      if (!request) throw new Error("A request event without a request");
      return request;
    },
    close: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
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
