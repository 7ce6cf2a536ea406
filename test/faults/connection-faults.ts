/** Group N of the fault list: connections that are not made, break, hang or lead to another device. */

import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { Worker } from "node:worker_threads";
import { poll } from "../../src/site/poller.js";
import { TestClock } from "../support/test-clock.js";
import type { Entry } from "./entries.js";
import { type Course, type Disturbance, expectOutcome, expectRecovery, failure, reading } from "./fault.js";
import type { TcpFault } from "./faulty-tcp.js";
import { arrived } from "./pushing.js";
import { pastDeadline } from "./device-bench.js";

const asked = ({ transport }: Entry): boolean => transport === "http" || transport === "modbus";
/** There is nothing to connect to where a device speaks to all. */
const everywhere = ({ transport }: Entry): boolean => transport !== "multicast";

const gone = { fails: ["unreachable"] } as const;
const resetOnConnect: TcpFault = { onConnect: (client) => void client.resetAndDestroy() };

export const connectionFaults: readonly (Disturbance | Course)[] = [
  {
    id: "N-01",
    what: "connection refused: a failed reading, and back by itself",
    on: everywhere,
    outlasts: true,
    inject: ({ proxy }) => proxy.refuse(),
    outcome: gone,
  },
  {
    id: "N-02",
    what: "a port that never takes the connection: given up within the own deadline",
    on: asked,
    async run(bench) {
      const good = await reading(bench);
      await bench.device.close();
      const hole = await startBlackHole();
      const device = bench.connect({ port: hole.port });
      try {
        await pastDeadline(() => expectOutcome(bench, gone, good, device));
      } finally {
        await device.close();
        await hole.close();
      }
    },
  },
  {
    id: "N-03",
    what: "half-open connection: given up in time, and the next one is a new one",
    on: asked,
    outlasts: true,
    inject: ({ proxy }) => proxy.goHalfOpen(),
    // Who keeps no connection has none that can be half-open.
    outcome: { reads: "less" },
  },
  {
    id: "N-04",
    what: "reset in the request: a failed reading",
    on: asked,
    inject: ({ proxy }) => void (proxy.fault = { onRequest: (_request, { client }) => client.resetAndDestroy() }),
    outcome: gone,
  },
  {
    id: "N-04",
    what: "reset while idle: the next reading comes over a new connection",
    on: asked,
    async inject({ proxy }) {
      proxy.resetAll();
      await proxy.deserted();
    },
    outcome: { reads: "all" },
  },
  {
    id: "N-09",
    what: "a name that nobody knows: a failed reading that says so",
    // A cloud is known by its name over https alone.
    on: (entry) => asked(entry) && entry.driver !== "easee",
    async run(bench) {
      const device = bench.connect({ host: "nobody.invalid" });
      const error = await failure(bench.read(device));
      await device.close();
      expect(error.code).toBe("unreachable");
      expect(error.message).toContain("nobody.invalid");
    },
  },
  {
    id: "N-10",
    what: "another device of the same make at the address: told, and never written to",
    on: ({ impostor }) => impostor !== undefined,
    async run(_stand, entry) {
      const other = await entry.impostor?.();
      if (!other) return;
      try {
        expect(await failure(other.read())).toMatchObject({ code: "wrong-device" });
        const { writes } = other.device;
        if (writes) expect(await failure(other.attend(writes.maxAmpere(10)))).toMatchObject({ code: "wrong-device" });
        if (writes)
          expect(await failure(other.attend(writes.allowCharging(false)))).toMatchObject({ code: "wrong-device" });
        expect(other.commandsTaken?.()).toBe(0);
      } finally {
        await other.close();
      }
    },
  },
  {
    id: "N-12",
    what: "five minutes away, asked as in the house: less and less often, two connections each at most, back by itself",
    on: asked,
    async run(bench) {
      const good = await reading(bench);
      bench.proxy.resetAll();
      await bench.proxy.deserted();
      bench.proxy.fault = resetOnConnect;
      const before = bench.proxy.accepted;
      const clock = new TestClock();
      let asking: Promise<unknown> = Promise.resolve();
      let [answers, failures] = [0, 0];
      const stop = poll({
        clock,
        interval: 5_000,
        longestWait: 30_000,
        read: () => (asking = bench.read()),
        onReading: () => (answers += 1),
        onFailure: () => (failures += 1),
      });
      const turn = async (): Promise<void> => {
        await asking.catch(() => undefined);
        await clock.advance(1_000);
      };
      for (let second = 0; second < 300; second += 1) await turn();
      expect(answers).toBe(0);
      expect(failures).toBeGreaterThanOrEqual(10);
      expect(failures).toBeLessThanOrEqual(16);
      expect(bench.proxy.accepted - before).toBeLessThanOrEqual(2 * failures);
      await bench.heal();
      for (let second = 0; answers === 0 && second < 70; second += 1) await turn();
      stop();
      expect(answers).toBe(1);
      await expectRecovery(bench, good);
    },
  },
  {
    id: "N-14",
    what: "lost connections, again and again: no more of them is left than one, no handle, and no listener",
    on: everywhere,
    async run(bench) {
      const good = await reading(bench);
      const warnings: unknown[] = [];
      const onWarning = (warning: unknown): void => void warnings.push(warning);
      process.on("warning", onWarning);
      const before = await handles();
      // Those who speak by themselves are returned to after a wait.
      for (let left = bench.pushing ? 25 : 100; left > 0; left -= 1) {
        bench.proxy.resetAll();
        if (bench.pushing) await bench.proxy.deserted();
        if (bench.mqtt) await bench.received();
        else await bench.read().catch(() => undefined);
        expect(bench.proxy.connections).toBeLessThanOrEqual(1);
      }
      await reading(bench);
      // The last connection's other ends may still be closing; one of each connection would be many more.
      expect((await handles()) - before).toBeLessThan(8);
      process.off("warning", onWarning);
      expect(warnings).toEqual([]);
      await expectRecovery(bench, good);
    },
  },
];

/** How many sockets and timers keep this process awake, once what has ended is gone. */
async function handles(): Promise<number> {
  await arrived(50);
  return process.getActiveResourcesInfo().filter((resource) => /TCP|Timeout/.test(resource)).length;
}

/** A port with a backlog that is full: the system answers no more to those who come. */
async function startBlackHole(): Promise<{ readonly port: number; close(): Promise<void> }> {
  const code = `
    const { parentPort } = require("node:worker_threads");
    const server = require("node:net").createServer();
    server.listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => {
      parentPort.postMessage(server.address().port);
      setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5000));
    });`;
  const worker = new Worker(code, { eval: true });
  const [port]: number[] = await once(worker, "message");
  if (port === undefined) throw new Error("It listens on no port");
  const fillers: Socket[] = [];
  for (let count = 0; count < 4; count += 1)
    fillers.push(connect({ port, host: "127.0.0.1" }).on("error", () => undefined));
  await once(fillers[0] ?? worker, "connect");
  return {
    port,
    async close() {
      for (const socket of fillers) socket.destroy();
      await worker.terminate();
    },
  };
}
