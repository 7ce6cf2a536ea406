// @ts-check
/** Runs all benchmarks, writes the results to RESULTS.md, and fails if a target is missed. */

import { writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { table } from "../tools/docs/markdown.ts";
import { measureControl } from "./ground/report.ts";
import { copies, duration, samples, measureManyDevices, speed, warmUp } from "./many-devices.js";
import { measureReaction } from "./reaction.js";
import { measureReplay } from "./replay.js";

const command = `${process.env["BENCH_DAYS"] ? "BENCH_DAYS=FOLDER " : ""}npm run bench`;
/** Lines of a replay per minute, for one charger in one process. */
const replayTarget = 20_000;
/** ms, 99th percentile */
const reactionTarget = 100;
const reactionSamples = 200;
/** MB per simulated hour, at the upper end of the confidence interval: less than the smallest object per reading. */
const slopeTarget = 1;
/** ms, 99th percentile */
const delayTarget = 20;

const control = await measureControl(new URL("plots/", import.meta.url));
const replay = measureReplay();
const many = await measureManyDevices();
const reaction = (await measureReaction(reactionSamples)).sort((a, b) => a - b);

/** @param {number} share 0–1 */
const percentile = (share) => reaction[Math.max(0, Math.ceil(share * reaction.length) - 1)] ?? NaN;
/** @param {number} value */
const whole = (value) => Math.round(value).toLocaleString("en").replaceAll(",", " ");
/** @param {number} value */
const ms = (value) => `${value.toFixed(1)} ms`;
/** @param {boolean} met */
const verdict = (met) => (met ? "pass" : "FAIL");

const replayMet = replay.slowest >= replayTarget;
const reactionMet = percentile(0.99) <= reactionTarget;

const { slope, error } = many.trend;
const slopeMet = slope + 2 * error < slopeTarget;
const manyMet = [many.failures === 0, many.peak === 1, slopeMet, many.delay < delayTarget];
const heaps = `${Math.min(...many.heap).toFixed(1)} to ${Math.max(...many.heap).toFixed(1)} MB`;

const rows = [
  ["What", "Measured", "Target", ""],
  [
    "replay, slowest round",
    `${whole(replay.slowest)} lines/min`,
    `${whole(replayTarget)} lines/min`,
    verdict(replayMet),
  ],
  ["replay, fastest round", `${whole(replay.fastest)} lines/min`, "", ""],
  ["reaction, min", ms(percentile(0)), "", ""],
  ["reaction, median", ms(percentile(0.5)), "", ""],
  ["reaction, p99", ms(percentile(0.99)), `${reactionTarget} ms`, verdict(reactionMet)],
  ["reaction, max", ms(percentile(1)), "", ""],
  [
    `${many.devices} devices, failures`,
    `${many.failures} of ${whole(many.readings)} readings, ${whole(many.writes)} writes`,
    "0",
    verdict(manyMet[0] ?? false),
  ],
  [`${many.devices} devices, requests open at once to one`, `${many.peak}`, "1", verdict(manyMet[1] ?? false)],
  [
    `${many.devices} devices, slope of the heap, ± 2 standard errors`,
    `${slope.toFixed(2)} ± ${(2 * error).toFixed(2)} MB/h`,
    `< ${slopeTarget} MB/h`,
    verdict(slopeMet),
  ],
  [`${many.devices} devices, heap`, heaps, "", ""],
  [`${many.devices} devices, sockets and timers, first and last`, many.resources.join(" and "), "", ""],
  [`${many.devices} devices, event loop p99`, ms(many.delay), `${delayTarget} ms`, verdict(manyMet[3] ?? false)],
];
const figures = table(rows);

const results = `# Measured

- Date: ${new Date().toISOString().slice(0, 10)}
- Node: ${process.version}
- CPU: ${cpus()[0]?.model ?? "unknown"}, ${cpus().length} cores
- Command: \`${command}\`

${figures}

Replay: ${replay.lines} lines of a generated day, one charger, one process, ${replay.rounds} rounds after one to warm up; from text to
text. Reaction: ${reaction.length} samples in real time over real sockets, from the moment at which the meter begins to report
an overload on one phase over MQTT to the arrival of the lower current at the charger's HTTP server.
Many devices: every driver with every transport, ${many.kinds} kinds, ${copies} of each, polled and written to like the site does
(chargers every 5 s, meters every 2 s, monitors every second, a new current every 30 s) for ${duration} simulated minutes after
${whole(warmUp)} readings to warm up, ${speed} times faster than real time; the drivers have a process of their own. A meter that pushes has
failed when it sends nothing for 15 s. Requests are counted at the devices' HTTP and Modbus servers. Heap with buffers
after forced collection, sampled ${samples} times, its slope by least squares.

${control.markdown}
`;

console.log(figures);
await writeFile(new URL("RESULTS.md", import.meta.url), results);
process.exitCode = control.met && replayMet && reactionMet && manyMet.every(Boolean) ? 0 : 1;
