import { startVirtualModbus } from "../../src/simulator/servers/modbus/server.js";
import { failureOf } from "../support/failure.js";
import { closeAfterTest } from "../support/test-bench.js";
import { hastyClock } from "../support/test-clock.js";
import { clock, deviceAt, virtualDevice } from "./modbus-support.js";

test.each([5, 6])("a request to a busy device (exception %i) is retried, but not without end", async (exception) => {
  const server = await virtualDevice();
  const device = deviceAt(server.port, { clock: hastyClock() });
  let busy = 2;
  server.exceptionFor = () => (busy-- > 0 ? exception : null);
  expect(await device.readHolding(100, 1)).toEqual([1]);
  expect(server.requests).toHaveLength(3);
  busy = Infinity;
  expect((await failureOf(device.readHolding(100, 1))).code).toBe("unreachable");
  expect(server.requests).toHaveLength(6);
  expect(server.accepted).toBe(1);
});

test("a read is sent again where the device had closed an idle connection", async () => {
  const server = await virtualDevice();
  const device = deviceAt(server.port);
  await device.readHolding(100, 1);
  let first = true;
  server.onRequest(() => {
    server.fault = first ? "reset" : null;
    first = false;
  });
  server.fault = "reset";
  expect(await device.readHolding(100, 1)).toEqual([1]);
  expect(server.accepted).toBe(2);
});

test("a write is never sent again", async () => {
  const server = await virtualDevice();
  const device = deviceAt(server.port);
  await device.readHolding(100, 1);
  server.fault = "reset";
  expect((await failureOf(device.writeRegister(1_000, 16))).code).toBe("unreachable");
  expect(server.requests.filter(({ functionCode }) => functionCode === 6)).toHaveLength(1);
});

test("an unreachable device is not tried for a while, longer each time", async () => {
  const server = await virtualDevice();
  const { port } = server;
  await server.close();
  const device = deviceAt(port);
  const failure = await failureOf(device.readHolding(100, 1));
  expect(failure.code).toBe("unreachable");
  expect(failure.message).toContain(`no connection: ECONNREFUSED (127.0.0.1:${port}, register 100)`);

  const back = closeAfterTest(await startVirtualModbus({ port }));
  back.holding.setU16(100, 5);
  await clock.advance(999);
  await failureOf(device.readHolding(100, 1));
  expect(back.accepted).toBe(0);
  await clock.advance(1);
  back.fault = "close";
  await failureOf(device.readHolding(100, 1));
  expect(back.accepted).toBe(1);
  back.fault = null;
  await clock.advance(1_999);
  await failureOf(device.readHolding(100, 1));
  expect(back.accepted).toBe(1);
  await clock.advance(1);
  expect(await device.readHolding(100, 1)).toEqual([5]);
});

test("closing aborts the running request, and those that wait", async () => {
  const server = await virtualDevice();
  server.fault = "silent";
  const device = deviceAt(server.port);
  const seen = new Promise<void>((resolve) => server.onRequest(() => resolve()));
  const failures = Promise.all([failureOf(device.readHolding(100, 1)), failureOf(device.writeRegister(1_000, 1))]);
  await seen;
  await device.close();
  for (const failure of await failures) expect(failure.message).toContain("the connection has been closed");
  expect(server.requests).toHaveLength(1);
  expect((await failureOf(device.readHolding(100, 1))).code).toBe("unreachable");
  expect(server.accepted).toBe(1);
});

test("closing settles after a failed connection, and before any", async () => {
  const server = await virtualDevice();
  await server.close();
  const device = deviceAt(server.port);
  await failureOf(device.readHolding(100, 1));
  await device.close();
  await device.close();
  await deviceAt(server.port).close();
});

test("closing aborts a connection attempt that hangs", async () => {
  // TEST-NET-1: no host responds there.
  const device = deviceAt(502, { host: "192.0.2.1", connectTimeout: 60_000 });
  const failure = failureOf(device.readHolding(100, 1));
  await device.close();
  expect((await failure).code).toBe("unreachable");
});
