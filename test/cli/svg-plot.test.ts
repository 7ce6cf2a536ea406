import type { Sample } from "../../src/cli/simulation.js";
import { svgPlot, type DayPicture } from "../../src/cli/svg-plot.js";

const calm: Sample = { at: 0, pv: 3_000, house: 500, car: 0, phases: 0 };

/** One sample every 5 s. */
function picture(seconds: number, sample: (second: number) => Partial<Sample>, more: Partial<DayPicture> = {}): string {
  const samples = Array.from({ length: seconds / 5 }, (_, i) => ({ ...calm, ...sample(5 * i), at: 5 * i }));
  return svgPlot({ title: "A day", sums: "all of it", start: 7 * 3_600, samples, ...more });
}

/** Checks that elements are closed in order. @returns their names */
function elementsOf(svg: string): readonly string[] {
  const open: string[] = [];
  const all: string[] = [];
  for (const [, end, name = "", attributes = ""] of svg.matchAll(/<(\/?)([a-z]+)((?: [\w:-]+="[^"<]*")*)\s*\/?>/g)) {
    if (end === "/") expect(open.pop()).toBe(name);
    else all.push(name);
    if (end === "" && !svg.includes(`<${name}${attributes}/>`)) open.push(name);
  }
  expect(open).toEqual([]);
  return all;
}

test("it is well-formed, with finite numbers only", () => {
  const svg = picture(7_200, (second) => ({ car: second > 600 ? 2_300 : 0, phases: second > 600 ? 1 : 0 }));
  expect(elementsOf(svg)).toEqual(expect.arrayContaining(["svg", "title", "desc", "style", "rect", "path", "text"]));
  expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  expect(svg.startsWith('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ')).toBe(true);
});

test("it has colours for light and dark backgrounds", () => {
  expect(picture(600, () => ({}))).toContain("@media (prefers-color-scheme: dark)");
});

test("texts are escaped", () => {
  const svg = picture(600, () => ({}), { title: "Tom & <Jerry>" });
  expect(svg).toContain("Tom &amp; &lt;Jerry&gt;");
  expect(svg).not.toContain("<Jerry>");
});

test("hours of the day are labelled", () => {
  const svg = picture(4 * 3_600, () => ({}));
  for (const hour of ["7:00", "8:00", "11:00"]) expect(svg).toContain(`>${hour}</text>`);
});

test("each charge is a bar of its own below the curves", () => {
  const marks = (svg: string) => [...svg.matchAll(/<rect [^>]*y="366"/g)].length;
  expect(marks(picture(3_600, () => ({})))).toBe(0);
  expect(marks(picture(3_600, (second) => ({ phases: second % 1_200 < 600 ? 1 : 0 })))).toBe(3);
  expect(marks(picture(3_600, (second) => ({ phases: second < 1_200 ? 1 : 3 })))).toBe(2);
});

test("a day of one sample, or of none, is drawn without errors", () => {
  for (const seconds of [5, 0]) expect(picture(seconds, () => ({}))).not.toMatch(/NaN|undefined|Infinity/);
});

test("its size is bounded for any length of the day", () => {
  expect(picture(86_400, (second) => ({ pv: (second * 37) % 5_000 })).length).toBeLessThan(60_000);
});
