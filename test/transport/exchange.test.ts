import { Exchange } from "../../src/transport/exchange.js";
import { failureOf } from "../support/failure.js";
import { sendJson, sendText, startRawHttp } from "../support/raw-http.js";
import { TestClock } from "../support/test-clock.js";

const advice = { unreachable: "Look whether it is there", protocol: "Look what it is" };

async function exchangeWith(answer: Parameters<typeof startRawHttp>[0]) {
  const server = await startRawHttp(answer);
  const exchange = new Exchange({
    url: `http://127.0.0.1:${server.port}`,
    deadline: 2_000,
    clock: new TestClock(),
    advice,
  });
  const request = (path: string) => ({ device: "Garage", method: "GET", path }) as const;
  const end = async (): Promise<void> => {
    await exchange.close();
    await server.close();
  };
  return { server, exchange, request, end };
}

test("no other request, urgent or not, comes between those of one sequence", async () => {
  const { server, exchange, request, end } = await exchangeWith((_request, response) => sendJson(response, 1));
  const sequence = exchange.exclusive(async (send) => {
    await send(request("/first"));
    await send(request("/second"));
  });
  const later = exchange.request(request("/later"));
  const urgent = exchange.exclusive((send) => send(request("/urgent")), true);
  await Promise.all([sequence, later, urgent]);
  await end();
  expect(server.urls).toEqual(["/first", "/second", "/urgent", "/later"]);
});

test("an error of a sequence is passed on, and the next request is not affected", async () => {
  const { exchange, request, end } = await exchangeWith((_request, response) => sendJson(response, "there"));
  const own = new Error("not what was wanted");
  await expect(
    exchange.exclusive(async (send) => {
      await send(request("/"));
      throw own;
    }),
  ).rejects.toBe(own);
  expect((await exchange.request(request("/"))).json()).toBe("there");
  await end();
});

test("errors contain the address without the query", async () => {
  const { server, exchange, request, end } = await exchangeWith((_request, response) => sendText(response, "<html>"));
  const { message } = await failureOf(exchange.request(request("/api?key=hidden")).then((answer) => answer.json()));
  await end();
  expect(message).toBe(`Garage: the answer of 127.0.0.1:${server.port}/api is not JSON. Look what it is. (protocol)`);
});
