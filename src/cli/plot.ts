/** Plots a day as text. */

import { hourName, hoursOf } from "./hours.js";
import type { Sample } from "./simulation.js";

const width = 72;
const height = 13;
/** Characters left of the frame. */
const margin = 9;

/** A cell filled from below, from one eighth to all of it. */
const eighths = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"] as const;

/**
 * The car as bars, solid from the sun and shaded from elsewhere, and unused surplus as dots above it.
 * @param start second of the day of the first sample
 */
export function plot(samples: readonly Sample[], start = 0): string {
  const columns = Array.from({ length: width }, (_, column) => {
    const from = Math.floor((column * samples.length) / width);
    const part = samples.slice(from, Math.max(from + 1, Math.floor(((column + 1) * samples.length) / width)));
    return { car: mean(part, ({ car }) => car), surplus: mean(part, ({ pv, house }) => Math.max(0, pv - house)) };
  });
  const highest = Math.max(1_000, ...columns.map(({ car, surplus }) => Math.max(car, surplus)));
  const cell = highest / height;
  const rows = Array.from({ length: height }, (_, row) => {
    const bottom = (height - row - 1) * cell;
    const cells = columns.map(({ car, surplus }) => cellOf(car - bottom, surplus - bottom, cell));
    const label = row % 4 === 0 ? `${((bottom + cell) / 1_000).toFixed(1)} kW` : "";
    return `${label.padStart(margin - 1)} │${cells.join("")}`.trimEnd();
  });
  const { ticks, labels } = hours(start, (samples.at(-1)?.at ?? 0) + 1);
  return [
    ...rows,
    `${" ".repeat(margin)}└${ticks}`,
    `${" ".repeat(margin + 1)}${labels}`.trimEnd(),
    "",
    `${" ".repeat(margin + 1)}█ car, from the sun   ▒ car, from elsewhere   · surplus that is left`,
  ].join("\n");
}

/** @param car W above the bottom of the cell @param surplus the same @param cell W that a cell stands for */
function cellOf(car: number, surplus: number, cell: number): string {
  if (car >= cell) return surplus >= cell / 2 ? "█" : "▒";
  if (car > cell / 16) return surplus >= car / 2 ? (eighths[Math.floor((8 * car) / cell)] ?? "█") : "▒";
  return surplus > 0 && surplus <= cell ? "·" : " ";
}

function hours(start: number, length: number): { ticks: string; labels: string } {
  const ticks = Array.from({ length: width }, () => "─");
  let labels = "";
  for (const second of hoursOf(start, length)) {
    const column = Math.floor((width * (second - start)) / length);
    const label = hourName(second);
    const place = Math.max(0, column - 2);
    if (place < labels.length || place + label.length > width) continue;
    ticks[column] = "┬";
    labels = labels.padEnd(place) + label;
  }
  return { ticks: ticks.join(""), labels };
}

function mean(samples: readonly Sample[], value: (sample: Sample) => number): number {
  return samples.reduce((sum, sample) => sum + value(sample), 0) / Math.max(1, samples.length);
}
