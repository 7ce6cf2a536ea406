import { getEventListeners } from "node:events";
import { abortedBy } from "../../src/transport/aborted-by.js";

const pair = () => [new AbortController(), new AbortController()] as const;

/** Work that lasts until it is aborted. */
const untilAborted = (signal: AbortSignal): Promise<string> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve("aborted before it began");
    signal.addEventListener("abort", () => resolve("aborted"));
  });

test.each([0, 1] as const)("either signal ends the work: %d", async (which) => {
  const controllers = pair();
  const ended = abortedBy([controllers[0].signal, controllers[1].signal], untilAborted);
  controllers[which].abort();
  expect(await ended).toBe("aborted");
});

test("a signal that was aborted before ends the work at once", async () => {
  const [first, second] = pair();
  second.abort();
  expect(await abortedBy([first.signal, second.signal], untilAborted)).toBe("aborted before it began");
});

test.each([
  ["is done", () => Promise.resolve("done")],
  ["has failed", () => Promise.reject(new Error("failed"))],
])("no listener is left on the signals once the work %s", async (_how, work) => {
  const [first, second] = pair();
  const signals = [first.signal, second.signal];
  const during: number[] = [];
  await abortedBy(signals, () => {
    during.push(...signals.map((signal) => getEventListeners(signal, "abort").length));
    return work();
  }).catch(() => undefined);
  expect(during).toEqual([1, 1]);
  expect(signals.map((signal) => getEventListeners(signal, "abort").length)).toEqual([0, 0]);
});
