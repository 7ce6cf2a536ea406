/** Replays lines through the command, for one charger and one meter. */

import { z } from "zod";
import { configFile, linesOf, runCli } from "./support.js";

export const siteBlock = {
  site: { mainFuse: 25 },
  meters: [
    { name: "Grid", driver: "shelly-3em", transport: "http", host: "192.168.1.20" },
    { name: "Roof", driver: "shelly-3em", transport: "http", host: "192.168.1.21", measures: ["pv"] },
  ],
  chargers: [{ name: "Garage", driver: "go-e", host: "192.168.1.36", apiVersion: 2 }],
};

export const start = 1_750_000_000_000;

const answer = z.union([
  z.strictObject({ error: z.string().min(1) }),
  z.strictObject({
    time: z.number(),
    chargers: z.record(
      z.string(),
      z.strictObject({
        allowCharging: z.boolean(),
        current: z.number(),
        phases: z.literal([1, 3]),
        reason: z.string().min(1),
      }),
    ),
  }),
]);

export type Answer = z.output<typeof answer>;

export function answerOf(line: string): Answer {
  return answer.parse(JSON.parse(line));
}

/** Replays text that arrives in these chunks on standard input. */
export async function replayText(
  chunks: readonly (string | Buffer)[],
  block: object = siteBlock,
): Promise<readonly Answer[]> {
  const input = (async function* () {
    yield* chunks;
  })();
  const { code, out, errors } = await runCli(["replay", "--config", configFile(block)], { input });
  expect({ code, errors }).toEqual({ code: 0, errors: "" });
  return linesOf(out).map(answerOf);
}

export async function replay(lines: readonly unknown[], block: object = siteBlock): Promise<readonly Answer[]> {
  return replayText(
    lines.map((line) => `${typeof line === "string" ? line : JSON.stringify(line)}\n`),
    block,
  );
}

/** The decision for a charger in the last line. */
export function lastDecision(answers: readonly Answer[], name = "Garage") {
  const last = answers.at(-1);
  const decision = last !== undefined && "chargers" in last ? last.chargers[name] : undefined;
  if (decision === undefined) throw new Error(`No decision in ${JSON.stringify(last)}`);
  return decision;
}

export const charging = {
  state: "charging",
  currents: [6, 0, 0],
  power: 1_380,
  maxAmpere: 6,
  allowCharging: true,
  phases: 1,
};

export function grid(power: number, current = power / 690) {
  return { Grid: { grid: { power, currents: [current, current, current] } } };
}

/** A car that charges at 6 A on one phase with 2.3 kW of export, `seconds` after the start. */
export function sunny(seconds: number) {
  return { time: start + seconds * 1_000, meters: grid(-2_300, -3.3), chargers: { Garage: charging } };
}
