/** The Shelly Pro 3EM on its network port: RPC over HTTP, and over WebSockets that it notifies on. */

import type { IncomingMessage, ServerResponse } from "node:http";
import { WebSocketServer, type WebSocket } from "ws";
import { parseJson } from "../../../model/json.js";
import { misbehaves, send, target, WebServer } from "../../servers/web-server.js";
import { infoOf, openMethod } from "./rpc.js";
import { objectOf, type Status } from "./json.js";
import type { ShellyProState } from "./state.js";

export interface NetworkInterface {
  readonly port: number;
  readonly sockets: number;
  readonly inFlightPeak: number;
  notify(method: string, params: Status): void;
  dropSockets(): void;
  close(): Promise<void>;
}

export async function startNetworkInterface(device: ShellyProState, port: number): Promise<NetworkInterface> {
  /** Who is on each socket; `null`: has not said so yet, and is sent nothing. */
  const listeners = new Map<WebSocket, string | null>();
  const webSockets = new WebSocketServer({ noServer: true });
  const web = new WebServer((request, response) => answerRequest(device, request, response));
  web.onUpgrade((request, socket, head) => {
    if (device.fault === "refuse" || device.refuseSockets || request.url !== "/rpc") return void socket.destroy();
    webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      listeners.set(webSocket, null);
      webSocket.on("close", () => listeners.delete(webSocket));
      webSocket.on("error", () => undefined);
      webSocket.on("message", (data) => answerFrame(device, webSocket, String(data), listeners));
    });
  });
  await web.listen(port);
  const dropSockets = () => listeners.forEach((_source, socket) => socket.terminate());
  return {
    port: web.port,
    get inFlightPeak() {
      return web.inFlightPeak;
    },
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
      await web.close();
    },
  };
}

function answerRequest(device: ShellyProState, request: IncomingMessage, response: ServerResponse): void {
  if (misbehaves(device.fault, request, response, '{"id":0,"a_current":4.0')) return;
  const { pathname, searchParams } = target(request);
  if (pathname === "/shelly") return send(response, 200, infoOf(device));
  const method = /^\/rpc\/([\w.]+)$/.exec(pathname)?.[1];
  if (method === undefined) return send(response, 404, "Not Found");
  const { digest } = device;
  const opens = method === openMethod || digest?.opensRequest(request.method ?? "", request.headers.authorization);
  if (digest && !opens) {
    response.setHeader("WWW-Authenticate", digest.header);
    return send(response, 401, null);
  }
  const params = Object.fromEntries([...searchParams].map(([key, text]) => [key, parseJson(text)]));
  const answer = device.ask("http", method, params);
  if ("result" in answer) return send(response, 200, JSON.stringify(answer.result));
  send(response, answer.error.code === 404 ? 404 : 500, answer.error);
}

function answerFrame(
  device: ShellyProState,
  socket: WebSocket,
  text: string,
  listeners: Map<WebSocket, string | null>,
): void {
  if (device.fault === "silent") return;
  if (device.fault === "refuse") return socket.terminate();
  if (device.fault !== null) return socket.send('{"id":1,"src":"shelly');
  const frame = objectOf(parseJson(text));
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
