/** Whether our UDP port is to be had. Asked beforehand: matter.js would leave half of it open where it is not. */

import { createSocket } from "node:dgram";
import { systemCodeOf } from "../../model/errors.js";

/** @throws Error that says what to do */
export async function claimPort(port: number): Promise<void> {
  for (const type of ["udp6", "udp4"] as const)
    if (await isTaken(port, type)) throw new Error(`UDP port ${port} is taken; set matter.port to another one`);
}

/** A computer without IPv6 or IPv4 has nobody who could have taken it. */
function isTaken(port: number, type: "udp4" | "udp6"): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket({ type, ipv6Only: type === "udp6" });
    socket.once("error", (error) => socket.close(() => resolve(systemCodeOf(error) === "EADDRINUSE")));
    socket.bind({ port, exclusive: true }, () => socket.close(() => resolve(false)));
  });
}
