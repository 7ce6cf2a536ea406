/** The built command as a process. */

import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { answerOf, siteBlock, sunny } from "./replay-support.js";
import { configFile, fileWith, linesOf } from "./support.js";

const children: ChildProcessWithoutNullStreams[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

function start(...args: string[]): ChildProcessWithoutNullStreams {
  const child = spawn(process.execPath, ["dist/cli/main.js", ...args]);
  child.stdin.on("error", () => undefined); // it may end before it has read everything
  children.push(child);
  return child;
}

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly errors: string;
}

async function ended(child: ChildProcessWithoutNullStreams): Promise<Ended> {
  let [out, errors] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  await once(child, "close");
  return { code: child.exitCode, signal: child.signalCode, out, errors };
}

test("exit codes are those of the subcommand, and errors are not on standard output", async () => {
  expect(await ended(start())).toMatchObject({ code: 2, errors: "" });
  expect(await ended(start("--help"))).toMatchObject({ code: 0, errors: "" });
  const unknown = await ended(start("chek"));
  expect(unknown).toMatchObject({ code: 2, out: "" });
  expect(linesOf(unknown.errors)).toHaveLength(1);
  const right = await ended(start("check", "--json", "--config", configFile(siteBlock)));
  expect(right).toMatchObject({ code: 0, errors: "" });
  expect(JSON.parse(right.out)).toMatchObject({ valid: true });
});

describe("replay", () => {
  test("answers each line before the next is sent", async () => {
    const child = start("replay", "--config", configFile(siteBlock));
    const done = ended(child);
    const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    for (const second of [0, 1, 2]) {
      const line = sunny(second);
      child.stdin.write(`${JSON.stringify(line)}\n`);
      const answer = await answers.next();
      expect(answerOf(String(answer.value))).toMatchObject({ time: line.time });
    }
    child.stdin.end();
    expect(await done).toMatchObject({ code: 0, errors: "" });
  });

  test("answers 5 000 lines at once", async () => {
    const child = start("replay", "--config", configFile(siteBlock));
    const lines = Array.from({ length: 5_000 }, (_, second) => JSON.stringify(sunny(second)));
    child.stdin.end(`${lines.join("\n")}\n`);
    const { code, out, errors } = await ended(child);
    expect({ code, errors }).toEqual({ code: 0, errors: "" });
    const answers = linesOf(out).map(answerOf);
    expect(answers.map((answer) => ("time" in answer ? answer.time : answer))).toEqual(
      lines.map((_, second) => sunny(second).time),
    );
  });

  test("ends silently when its reader has ended", async () => {
    const child = start("replay", "--config", configFile(siteBlock));
    child.stdin.write(`${JSON.stringify(sunny(0))}\n`);
    await once(child.stdout, "data");
    child.stdout.destroy();
    for (let second = 1; second < 5_000; second++) child.stdin.write(`${JSON.stringify(sunny(second))}\n`);
    child.stdin.end();
    expect(await ended(child)).toMatchObject({ code: 0, errors: "" });
  });
});

describe.each(["SIGINT", "SIGTERM"] as const)("%s", (signal) => {
  test("ends a run cleanly", async () => {
    // An unreachable charger, so that it runs on.
    const chargers = [{ name: "Garage", driver: "go-e", host: "127.0.0.1", port: 1, apiVersion: 2 }];
    const child = start("run", "--config", configFile({ site: {}, chargers }));
    const done = ended(child);
    await once(child.stderr, "data"); // it has started: nothing guards the fuse
    child.kill(signal);
    expect(await done).toMatchObject({ code: 0, signal: null });
  });

  test("ends a replay that waits for its next line", async () => {
    const child = start("replay", "--config", configFile(siteBlock));
    const done = ended(child);
    child.stdin.write(`${JSON.stringify(sunny(0))}\n`);
    await once(child.stdout, "data");
    child.kill(signal);
    expect(await done).toMatchObject({ signal });
  });
});

test("an invalid day ends at once", async () => {
  const { code, out, errors } = await ended(start("simulate", "--day", fileWith("time,pv\n08:00,x\n"), "--json"));
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(linesOf(errors)).toHaveLength(1);
});
