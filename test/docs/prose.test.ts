/** What is written by hand in README.md and docs/: its examples can be used, and its links lead somewhere. */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { parseConfig } from "../../src/config/parse.js";

const root = new URL("../../", import.meta.url);
const guides = readdirSync(new URL("docs/", root)).filter((name) => name.endsWith(".md"));
const devices = readdirSync(new URL("docs/devices/", root));
const paths = ["README.md", ...guides.map((name) => `docs/${name}`), ...devices.map((name) => `docs/devices/${name}`)];
const pages = paths.map((path) => ({ path, text: readFileSync(new URL(path, root), "utf8") }));

// documents.test.ts looks at those of the devices' pages.
const guidePages = pages.filter(({ path }) => !path.startsWith("docs/devices/"));
const examples = guidePages.flatMap(({ path, text }) =>
  [...text.matchAll(/^```json\n(?<json>[^]*?)^```$/gm)].map(({ groups }) => ({ path, json: groups?.["json"] ?? "" })),
);

test.each(examples)("an example of $path is one that the parser takes: $json", ({ json }) => {
  const block: unknown = JSON.parse(json);
  expect(parseConfig(block).problems).toEqual([]);
});

const links = pages.flatMap(({ path, text }) =>
  [...text.matchAll(/\]\((?<to>[^)\s]+)\)/g)]
    .map(({ groups }) => ({ path, to: groups?.["to"] ?? "" }))
    .filter(({ to }) => !to.startsWith("https://")),
);

test.each(links)("$path links to a file and a heading that exist: $to", ({ path, to }) => {
  const target = new URL(to, new URL(path, root));
  const heading = target.hash.slice(1);
  target.hash = "";
  expect(existsSync(target)).toBe(true);
  if (heading !== "") expect(anchorsIn(readFileSync(target, "utf8"))).toContain(heading);
});

/** As GitHub makes them. */
function anchorsIn(text: string): readonly string[] {
  return [...text.matchAll(/^#+ (?<title>.*)$/gm)].map(({ groups }) =>
    (groups?.["title"] ?? "")
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s-]/gu, "")
      .replace(/\s/g, "-"),
  );
}
