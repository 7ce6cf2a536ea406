/** Plots a day as SVG, for light and dark backgrounds. */

import { hourName, hoursOf } from "./hours.js";
import type { Sample } from "./simulation.js";

export interface DayPicture {
  readonly title: string;
  /** One line with the results. */
  readonly sums: string;
  /** Second of the day at which the first sample was taken. */
  readonly start: number;
  readonly samples: readonly Sample[];
}

const width = 960;
const height = 410;
const frame = { left: 50, right: 944, top: 92, bottom: 358 };
/** The bar below the curves: when it may charge, and on how many phases. */
const band = { top: 366, height: 10 };
/** W between two grid lines. */
const powerSteps = [500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000];
/** Resolution in time. */
const columns = 440;

/** On a light and on a dark background. Distinguishable with colour blindness, too. */
const colours = {
  paper: ["#ffffff", "#14171c"],
  ink: ["#1f2933", "#e4e7eb"],
  faint: ["#616e7c", "#9aa5b1"],
  rule: ["#e4e7eb", "#2b323b"],
  sun: ["#f7c948", "#b58a12"],
  sunEdge: ["#cb8f00", "#f7c948"],
  house: ["#9aa5b1", "#616e7c"],
  car: ["#2186eb", "#2d8cf0"],
  grid: ["#d64545", "#f86a6a"],
  onePhase: ["#a9d4f7", "#1c4d80"],
} as const;

type Colour = keyof typeof colours;

/** Mean values of one column, in W. */
interface Column {
  readonly pv: number;
  readonly house: number;
  /** Power of the car from the sun, and from elsewhere. */
  readonly solar: number;
  readonly bought: number;
  readonly phases: 0 | 1 | 3;
}

export function svgPlot({ title, sums, start, samples }: DayPicture): string {
  const cut = columnsOf(samples);
  const end = (samples.at(-1)?.at ?? 0) + ((samples[1]?.at ?? 1) - (samples[0]?.at ?? 0));
  const highest = Math.max(1_000, ...cut.map(({ pv, house, solar, bought }) => Math.max(pv, house + solar + bought)));
  const y = (power: number) => frame.bottom - ((frame.bottom - frame.top) * power) / highest;
  const house = cut.map((column) => y(column.house));
  const sunny = cut.map((column) => y(column.house + column.solar));
  const all = cut.map((column) => y(column.house + column.solar + column.bought));
  const ground = cut.map(() => y(0));
  const sun = cut.map((column) => y(column.pv));

  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" font-family="system-ui, sans-serif" font-size="13">`,
    `<title>${escaped(title)}</title>`,
    `<desc>${escaped(sums)}</desc>`,
    style(),
    `<rect width="${width}" height="${height}" rx="8" ${fill("paper")}/>`,
    text(frame.left, 30, title, "ink", ` font-size="17" font-weight="600"`),
    text(frame.left, 50, sums, "faint"),
    ...legend(),
    ...powerScale(highest, y),
    area(sun, ground, "sun", ` fill-opacity="0.45"`),
    area(house, ground, "house"),
    area(sunny, house, "car"),
    area(all, sunny, "grid"),
    edge(sun),
    ...hours(start, end),
    ...bandOf(cut),
    `</svg>`,
    "",
  ].join("\n");
}

function columnsOf(samples: readonly Sample[]): readonly Column[] {
  return Array.from(
    { length: Math.min(columns, samples.length) },
    (_, column, count = Math.min(columns, samples.length)) => {
      const from = Math.floor((column * samples.length) / count);
      const part = samples.slice(from, Math.max(from + 1, Math.floor(((column + 1) * samples.length) / count)));
      const mean = (value: (sample: Sample) => number) =>
        part.reduce((sum, sample) => sum + value(sample), 0) / part.length;
      const solar = mean(({ car, pv, house }) => Math.min(car, Math.max(0, pv - house)));
      return {
        pv: mean(({ pv }) => pv),
        house: mean((sample) => sample.house),
        solar,
        bought: mean(({ car }) => car) - solar,
        phases: part.find(({ phases }) => phases > 0)?.phases ?? 0,
      };
    },
  );
}

/** Dark colours; the light ones are attributes of the shapes, for viewers without style sheets. */
function style(): string {
  const rules = Object.entries(colours).map(
    ([name, [, dark]]) => `.${name}{fill:${dark}}.${name}-line{stroke:${dark}}`,
  );
  return `<style>@media (prefers-color-scheme: dark){${rules.join("")}}</style>`;
}

function fill(colour: Colour): string {
  return `class="${colour}" fill="${colours[colour][0]}"`;
}

function stroke(colour: Colour): string {
  return `class="${colour}-line" stroke="${colours[colour][0]}"`;
}

function text(x: number, y: number, written: string, colour: Colour, more = ""): string {
  return `<text x="${rounded(x)}" y="${rounded(y)}" ${fill(colour)}${more}>${escaped(written)}</text>`;
}

function legend(): readonly string[] {
  const entries: readonly (readonly [colour: Colour, name: string])[] = [
    ["sun", "sun"],
    ["house", "house"],
    ["car", "car, from the sun"],
    ["grid", "car, from elsewhere"],
    ["onePhase", "may charge on one phase"],
    ["car", "on three phases"],
  ];
  let x: number = frame.left;
  return entries.map(([colour, name]) => {
    const at = x;
    x += 34 + 6.6 * name.length;
    return `<rect x="${rounded(at)}" y="64" width="11" height="11" rx="2" ${fill(colour)}/>${text(at + 16, 74, name, "faint", ` font-size="12"`)}`;
  });
}

function powerScale(highest: number, y: (power: number) => number): readonly string[] {
  const step = powerSteps.find((each) => highest / each <= 6) ?? 200_000;
  return Array.from({ length: Math.floor(highest / step) + 1 }, (_, i) => {
    const power = i * step;
    const line = `<path d="M${frame.left} ${rounded(y(power))}H${frame.right}" ${stroke("rule")}/>`;
    const unit = i === Math.floor(highest / step) ? " kW" : "";
    return (
      line + text(frame.left - 6, y(power) + 4, `${power / 1_000}${unit}`, "faint", ` font-size="12" text-anchor="end"`)
    );
  });
}

function hours(start: number, end: number): readonly string[] {
  return hoursOf(start, end).map((second) => {
    const x = frame.left + ((frame.right - frame.left) * (second - start)) / end;
    const mark = `<path d="M${rounded(x)} ${frame.bottom}v4" ${stroke("faint")}/>`;
    return (
      mark + text(x, band.top + band.height + 20, hourName(second), "faint", ` font-size="12" text-anchor="middle"`)
    );
  });
}

function bandOf(cut: readonly Column[]): readonly string[] {
  const bands: { phases: Column["phases"]; from: number; to: number }[] = [];
  cut.forEach(({ phases }, i) => {
    const last = bands.at(-1);
    if (last?.phases === phases) last.to = i + 1;
    else bands.push({ phases, from: i, to: i + 1 });
  });
  return bands
    .filter(({ phases }) => phases > 0)
    .map(({ phases, from, to }) => {
      const [left, right] = [columnAt(from, cut.length), columnAt(to, cut.length)];
      const colour = phases === 1 ? "onePhase" : "car";
      return `<rect x="${rounded(left)}" y="${band.top}" width="${rounded(right - left)}" height="${band.height}" ${fill(colour)}/>`;
    });
}

function columnAt(column: number, count: number): number {
  return frame.left + ((frame.right - frame.left) * column) / count;
}

/** The area between two step lines. */
function area(upper: readonly number[], lower: readonly number[], colour: Colour, more = ""): string {
  const count = upper.length;
  const paths: string[] = [];
  for (let from = 0; from < count; from++) {
    if (!isBelow(upper[from], lower[from])) continue;
    let to = from;
    while (to < count && isBelow(upper[to], lower[to])) to++;
    const there = upper.slice(from, to).map((y, i) => `V${rounded(y)}H${rounded(columnAt(from + i + 1, count))}`);
    const back = lower.slice(from, to).map((y, i) => `V${rounded(y)}H${rounded(columnAt(from + i, count))}`);
    paths.push(
      `M${rounded(columnAt(from, count))} ${rounded(lower[from] ?? 0)}${there.join("")}${back.reverse().join("")}Z`,
    );
    from = to;
  }
  return `<path d="${paths.join("")}" ${fill(colour)}${more}/>`;
}

/** Whether the area between them is visible. */
function isBelow(upper: number | undefined, lower: number | undefined): boolean {
  return (lower ?? 0) - (upper ?? 0) > 0.2;
}

function edge(line: readonly number[]): string {
  const steps = line.map((y, i) => `V${rounded(y)}H${rounded(columnAt(i + 1, line.length))}`);
  return `<path d="M${frame.left} ${rounded(line[0] ?? frame.bottom)}${steps.join("")}" fill="none" stroke-width="1.2" ${stroke("sunEdge")}/>`;
}

function rounded(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function escaped(written: string): string {
  return written.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}
