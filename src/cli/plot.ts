/** A day as a picture made of characters. */

import type { Sample } from "./simulation.js";

const width = 72;
const height = 12;

/** Surplus as a line of dots, the car as bars below it: where a bar is dotted over, the sun has more to give. */
export function plot(samples: readonly Sample[]): string {
  const columns = Array.from({ length: width }, (_, column) => {
    const from = Math.floor((column * samples.length) / width);
    const part = samples.slice(from, Math.max(from + 1, Math.floor(((column + 1) * samples.length) / width)));
    return { car: mean(part, ({ car }) => car), surplus: mean(part, ({ pv, house }) => Math.max(0, pv - house)) };
  });
  const highest = Math.max(1_000, ...columns.map(({ car, surplus }) => Math.max(car, surplus)));
  const rows = Array.from({ length: height }, (_, row) => {
    const bottom = ((height - row - 1) * highest) / height;
    const top = ((height - row) * highest) / height;
    const middle = (bottom + top) / 2;
    const cells = columns.map(({ car, surplus }) => {
      if (surplus > bottom && surplus <= top) return car > middle ? "▓" : "·";
      return car > middle ? "█" : " ";
    });
    const label = row === 0 || row === height - 1 ? `${(top / 1_000).toFixed(1)} kW` : "";
    return `${label.padStart(8)} │${cells.join("")}`.trimEnd();
  });
  const length = (samples.at(-1)?.at ?? 0) / 3_600;
  const hours = `0 h${`${length.toFixed(1)} h`.padStart(width - 3)}`;
  return [
    ...rows,
    `${" ".repeat(9)}└${"─".repeat(width)}`,
    `${" ".repeat(10)}${hours}`,
    "",
    `${" ".repeat(10)}█ car   · surplus`,
  ].join("\n");
}

function mean(samples: readonly Sample[], value: (sample: Sample) => number): number {
  return samples.reduce((sum, sample) => sum + value(sample), 0) / Math.max(1, samples.length);
}
