/** A web server on 127.0.0.1 for virtual devices, which may misbehave. */

import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";

/**
 * `silent`: takes the request, never answers · `refuse`: resets the connection · `garbage`: JSON that breaks off ·
 * `html`: a web page · `status`: another HTTP status.
 */
export type WebFault = "silent" | "refuse" | "garbage" | "html" | { readonly status: number };

const address = "127.0.0.1";

export class WebServer {
  /** Most requests that were open at the same time. */
  inFlightPeak = 0;
  readonly #server: Server;
  #inFlight = 0;
  #port = 0;

  constructor(answer: RequestListener) {
    this.#server = createServer((request, response) => {
      this.#inFlight += 1;
      this.inFlightPeak = Math.max(this.inFlightPeak, this.#inFlight);
      response.once("close", () => (this.#inFlight -= 1));
      answer(request, response);
    });
  }

  /** The one it listens on, or has listened on. */
  get port(): number {
    return this.#port;
  }

  get url(): string {
    return `http://${address}:${this.#port}`;
  }

  onUpgrade(listener: (request: IncomingMessage, socket: Duplex, head: Buffer) => void): void {
    this.#server.on("upgrade", listener);
  }

  /** @param port 0: any that is free */
  async listen(port = 0): Promise<void> {
    this.#server.listen(port, address);
    await once(this.#server, "listening");
    const bound = this.#server.address();
    this.#port = bound !== null && typeof bound === "object" ? bound.port : port;
  }

  /** Always ends, also with connections open. */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}

/** Path and query that a request asks for. */
export function target({ url = "/" }: { readonly url?: string | undefined }): URL {
  return new URL(url, `http://${address}`);
}

/** What came with a request, as far as it came. */
export async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
  } catch {
    // Whoever asked has hung up.
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** Whether basic authentication opens what is locked with this. */
export function knows(
  { headers }: IncomingMessage,
  { username, password }: { readonly username: string; readonly password: string },
): boolean {
  return headers.authorization === `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}

/** @param body text as it is, or what becomes JSON; `null`: none */
export function send(
  response: ServerResponse,
  status: number,
  body: string | object | null,
  type = "application/json",
): void {
  const text = body === null ? "" : typeof body === "string" ? body : JSON.stringify(body);
  response.writeHead(status, { "Content-Type": type, "Content-Length": Buffer.byteLength(text) }).end(text);
}

/**
 * Carries a fault out, if it is one of those that all devices with HTTP can have; else it returns false.
 * @param garbage the beginning of an answer
 */
export function misbehaves(
  fault: string | { readonly status: number } | null,
  request: IncomingMessage,
  response: ServerResponse,
  garbage: string,
): boolean {
  if (fault === "refuse") request.socket.resetAndDestroy();
  else if (fault === "garbage") send(response, 200, garbage);
  else if (fault === "html") send(response, 200, "<!DOCTYPE html><title>Welcome</title>", "text/html");
  else if (typeof fault === "object" && fault !== null) send(response, fault.status, null);
  else return fault === "silent";
  return true;
}
