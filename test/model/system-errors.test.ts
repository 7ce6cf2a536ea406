import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { plainMessageOf, systemReason } from "../../src/model/system-errors.js";

function thrownBy(what: () => unknown): unknown {
  try {
    what();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

test("a file that is not there is told with its name and what to do, without the system's own words", () => {
  const error = thrownBy(() => readFileSync("/no/such/file"));
  expect(plainMessageOf(error)).toBe("/no/such/file: there is no such file or folder; check how it is written");
  expect(plainMessageOf(thrownBy(() => readFileSync("/")))).toBe("this is a folder; name a file in it");
});

test("a port that is taken is told with its number", async () => {
  const first = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => first.once("listening", resolve));
  const address = first.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const second = createServer().listen(port, "127.0.0.1");
  const error = await new Promise((resolve) => second.once("error", resolve));
  first.close();
  expect(plainMessageOf(error)).toBe(`port ${port}: another program uses this port; end it, or choose another port`);
});

test("what is not the system's keeps its message", () => {
  expect(plainMessageOf(new Error("no\nsuch luck"))).toBe("no such luck");
  expect(systemReason("odd")).toBe("odd");
  expect(plainMessageOf(Object.assign(new Error("EODD: odd"), { code: "EODD" }))).toBe("EODD: odd");
});
