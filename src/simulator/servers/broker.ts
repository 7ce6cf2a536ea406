/** An MQTT broker on 127.0.0.1 that can die and come back, for demonstration and experiments. */

import type { AddressInfo, Server, Socket } from "node:net";
import { createServer } from "node:net";
import { once } from "node:events";
import { Aedes } from "aedes";
import type { AedesOptions } from "aedes";

export interface BrokerOptions {
  /** 0: any that is free. */
  readonly port?: number;
  /** Who may connect; absent: everybody. */
  readonly login?: { readonly username: string; readonly password: string };
}

/** Ways to have a broker: the running one, and what can happen to it. */
export interface Broker {
  readonly port: number;
  readonly url: string;
  /** Drops all clients and everything retained, and no longer listens. */
  kill(): Promise<void>;
  /** Back on the same port. */
  restart(): Promise<void>;
  /** Always ends, also when already killed. */
  close(): Promise<void>;
}

/** CONNACK return code: bad user name or password (MQTT 3.1.1, 3.2.2.3). */
const badLogin = 4;

interface Running {
  readonly port: number;
  stop(): Promise<void>;
}

/** Starts a broker; it keeps what is retained in memory, until killed. */
export async function startBroker({ port = 0, login }: BrokerOptions = {}): Promise<Broker> {
  let running: Running | null = await run(port, login);
  const bound = running.port;
  const kill = async (): Promise<void> => {
    const stopping = running;
    running = null;
    await stopping?.stop();
  };
  return {
    port: bound,
    url: `mqtt://127.0.0.1:${bound}`,
    kill,
    restart: async () => {
      await kill();
      running = await run(bound, login);
    },
    close: kill,
  };
}

async function run(port: number, login: BrokerOptions["login"]): Promise<Running> {
  const aedes = await Aedes.createBroker({
    authenticate: (_client, username, password, done) => {
      if (!login || (username === login.username && password?.toString() === login.password)) return done(null, true);
      done(Object.assign(new Error("bad user name or password"), { returnCode: badLogin }), null);
    },
    ...inOrder(),
  });
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    aedes.handle(socket);
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return { port: portOf(server), stop: () => stop(aedes, server, sockets) };
}

/**
 * Takes what comes one after the other, as brokers do. aedes 1.2.0 works on many packets at once, and two overtake
 * others. It stores a retained message before it hands it on: one that follows it closely is faster, and then the
 * retained one is taken for a duplicate and dropped. And it answers a subscription before it has stored what the same
 * client published before. May go once a retained message followed at once by another reaches a live subscriber
 * without this, and a client that is answered its subscription has all of its retained messages stored.
 */
function inOrder(): Required<Pick<AedesOptions, "authorizePublish" | "authorizeSubscribe">> {
  let before: Promise<void> = Promise.resolve();
  const inTurn = (take: () => void, stores: boolean): void => {
    before = before.then(() => {
      take();
      return stores ? nextTurn() : undefined;
    });
  };
  return {
    authorizePublish: (_client, packet, callback) => {
      if (packet.topic.startsWith("$SYS/")) return callback(new Error("$SYS/ is the broker's own"));
      inTurn(() => callback(null), packet.retain);
    },
    authorizeSubscribe: (_client, subscription, callback) => inTurn(() => callback(null, subscription), true),
  };
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

async function stop(aedes: Aedes, server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  const closed = once(server, "close");
  server.close();
  for (const socket of sockets) socket.destroy();
  await closed;
  await new Promise<void>((resolve) => aedes.close(resolve));
}

function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === "string") throw new Error("The broker listens on no port");
  return address.port;
}
