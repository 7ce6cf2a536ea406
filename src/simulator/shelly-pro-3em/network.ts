/** The Shelly Pro 3EM on its network port: RPC over HTTP, and over WebSockets that it speaks on by itself. */

import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:http";
import { once } from "node:events";
import { WebSocketServer, type WebSocket } from "ws";
import type { VirtualShellyPro3em } from "./device.js";
import { infoOf, openMethod } from "./rpc.js";
import { objectOf, parse } from "./json.js";
import type { Status } from "./status.js";

export interface NetworkFace {
  readonly port: number;
  readonly sockets: number;
  notify(method: string, params: Status): void;
  dropSockets(): void;
  close(): Promise<void>;
}

const address = "127.0.0.1";

export async function startNetworkFace(device: VirtualShellyPro3em, port: number): Promise<NetworkFace> {
  /** Who is on each socket; `null`: has not said so yet, and hears nothing. */
  const listeners = new Map<WebSocket, string | null>();
  const webSockets = new WebSocketServer({ noServer: true });
  let inFlight = 0;
  const server = createServer((request, response) => {
    inFlight += 1;
    device.inFlightPeak = Math.max(device.inFlightPeak, inFlight);
    response.once("close", () => (inFlight -= 1));
    answerRequest(device, request, response);
  });
  server.on("upgrade", (request, socket, head) => {
    if (device.fault === "refuse" || device.refuseSockets || request.url !== "/rpc") return void socket.destroy();
    webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      listeners.set(webSocket, null);
      webSocket.on("close", () => listeners.delete(webSocket));
      webSocket.on("error", () => undefined);
      webSocket.on("message", (data) => answerFrame(device, webSocket, String(data), listeners));
    });
  });
  server.listen(port, address);
  await once(server, "listening");
  const bound = server.address();
  const dropSockets = () => listeners.forEach((_source, socket) => socket.terminate());
  return {
    port: bound !== null && typeof bound === "object" ? bound.port : port,
    get sockets() {
      return listeners.size;
    },
    notify(method, params) {
      for (const [socket, source] of listeners)
        if (source !== null) socket.send(JSON.stringify({ src: device.name, dst: source, method, params }));
    },
    dropSockets,
    close: async () => {
      dropSockets();
      if (!server.listening) return;
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function answerRequest(device: VirtualShellyPro3em, request: IncomingMessage, response: ServerResponse): void {
  const { fault } = device;
  if (fault === "silent") return;
  if (fault === "refuse") return void request.socket.resetAndDestroy();
  if (fault === "garbage") return send(response, 200, '{"id":0,"a_current":4.0');
  if (fault === "html") return send(response, 200, "<!DOCTYPE html><title>Shelly</title>");
  if (fault !== null) return send(response, fault.status, "");
  const { pathname, searchParams } = new URL(request.url ?? "/", `http://${address}`);
  if (pathname === "/shelly") return send(response, 200, JSON.stringify(infoOf(device)));
  const method = /^\/rpc\/([\w.]+)$/.exec(pathname)?.[1];
  if (method === undefined) return send(response, 404, "Not Found");
  const { digest } = device;
  const opens = method === openMethod || digest?.opensRequest(request.method ?? "", request.headers.authorization);
  if (digest && !opens) {
    response.setHeader("WWW-Authenticate", digest.header);
    return send(response, 401, "");
  }
  const params = Object.fromEntries([...searchParams].map(([key, text]) => [key, parse(text)]));
  const answer = device.ask("http", method, params);
  if ("result" in answer) return send(response, 200, JSON.stringify(answer.result));
  send(response, answer.error.code === 404 ? 404 : 500, JSON.stringify(answer.error));
}

function answerFrame(
  device: VirtualShellyPro3em,
  socket: WebSocket,
  text: string,
  listeners: Map<WebSocket, string | null>,
): void {
  if (device.fault === "silent") return;
  if (device.fault === "refuse") return socket.terminate();
  if (device.fault !== null) return socket.send('{"id":1,"src":"shelly');
  const frame = objectOf(parse(text));
  const [id, src, method] = [frame?.["id"], frame?.["src"], frame?.["method"]];
  if (frame === null || typeof method !== "string") return;
  const envelope = { id, src: device.name, dst: src };
  const { digest } = device;
  if (digest && method !== openMethod && !digest.opensFrame(objectOf(frame["auth"])))
    return socket.send(JSON.stringify({ ...envelope, error: { code: 401, message: digest.message } }));
  if (typeof src === "string" && src !== "") listeners.set(socket, src);
  const answer = device.ask("ws", method, objectOf(frame["params"]) ?? {});
  if (!device.muteSockets) socket.send(JSON.stringify({ ...envelope, ...answer }));
}

function send(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { "Content-Type": "application/json" }).end(body);
}
