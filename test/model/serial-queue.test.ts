import { SerialQueue } from "../../src/model/serial-queue.js";
import { settle } from "../support/test-clock.js";

/** Pieces of work that end when they are told to, and the order in which they began. */
function pieces(queue: SerialQueue) {
  const begun: string[] = [];
  const ends = new Map<string, (failure?: Error) => void>();
  const add = (name: string, urgent = false): Promise<string> =>
    queue.run(
      () =>
        new Promise((resolve, reject) => {
          begun.push(name);
          ends.set(name, (failure) => (failure ? reject(failure) : resolve(name)));
        }),
      urgent,
    );
  const end = async (name: string, failure?: Error): Promise<void> => {
    ends.get(name)?.(failure);
    await settle();
  };
  return { begun, add, end };
}

test("one piece at a time, the first at once, and urgent work before all that waits", async () => {
  const { begun, add, end } = pieces(new SerialQueue());
  const results = Promise.all([add("first"), add("second"), add("third"), add("urgent", true)]);
  expect(begun).toEqual(["first"]);
  for (const name of ["first", "urgent", "second", "third"]) {
    expect(begun.at(-1)).toBe(name);
    await end(name);
  }
  expect(await results).toEqual(["first", "second", "third", "urgent"]);
});

test("a failure is that of its own piece alone", async () => {
  const { add, end } = pieces(new SerialQueue());
  const failing = expect(add("first")).rejects.toThrow("no");
  const next = add("second");
  await end("first", new Error("no"));
  await failing;
  await end("second");
  expect(await next).toBe("second");
});

test("work that throws before it returns a promise fails its own promise, and the queue goes on", async () => {
  const queue = new SerialQueue();
  const thrown = queue.run(() => {
    throw new Error("at once");
  });
  await expect(thrown).rejects.toThrow("at once");
  expect(await queue.run(async () => 1)).toBe(1);
});

test("work that is added by the first piece waits for it", async () => {
  const queue = new SerialQueue();
  const seen: string[] = [];
  let inner: Promise<void> | undefined;
  await queue.run(async () => {
    inner = queue.run(async () => void seen.push("inner"));
    await settle();
    seen.push("outer");
  });
  await inner;
  expect(seen).toEqual(["outer", "inner"]);
});

test("it is idle once all has ended, also what came meanwhile", async () => {
  const queue = new SerialQueue();
  const { add, end } = pieces(queue);
  await queue.idle();
  void add("first");
  let idle = false;
  const waiting = queue.idle().then(() => (idle = true));
  void add("second");
  await end("first");
  expect(idle).toBe(false);
  await end("second");
  await waiting;
  expect(idle).toBe(true);
});
