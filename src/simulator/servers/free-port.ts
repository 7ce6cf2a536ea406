/** Ports of this computer that nobody has now. */

import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";

export async function freeTcpPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}

export async function freeUdpPort(): Promise<number> {
  const socket = createSocket("udp6").bind(0);
  await once(socket, "listening");
  const { port } = socket.address();
  socket.close();
  await once(socket, "close");
  return port;
}
