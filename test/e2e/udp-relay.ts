/** A relay between a controller and a bridge: forwards datagrams in both directions until it is cut. */

import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";

const host = "::1";

export class UdpRelay {
  readonly #front: Socket;
  readonly #backs = new Map<number, Socket>();
  readonly #sockets: Socket[];

  private constructor(front: Socket, target: number) {
    this.#front = front;
    this.#sockets = [front];
    front.on("message", (message, { port }) => this.#back(port, target).send(message, target, host));
  }

  static async to(target: number): Promise<UdpRelay> {
    const front = createSocket("udp6");
    front.bind(0, host);
    await once(front, "listening");
    return new UdpRelay(front, target);
  }

  get port(): number {
    return this.#front.address().port;
  }

  cut(): void {
    for (const socket of this.#sockets.splice(0)) socket.close();
  }

  /** A separate socket for each client of the relay, so that the bridge can distinguish them. */
  #back(client: number, target: number): Socket {
    const known = this.#backs.get(client);
    if (known !== undefined) return known;
    const made = createSocket("udp6");
    made.on("message", (message, { port }) => {
      if (port === target) this.#front.send(message, client, host);
    });
    this.#backs.set(client, made);
    this.#sockets.push(made);
    return made;
  }
}
