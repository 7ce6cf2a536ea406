/** The files and folders that ARCHITECTURE.md and CONTRIBUTING.md name are there. */

import { existsSync, readFileSync, readdirSync } from "node:fs";

const folders = readdirSync("src", { recursive: true, encoding: "utf8", withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ parentPath, name }) => `${parentPath}/${name}`);

/** Named from the top of the repository, from src/, or, as a file alone or in its folder, below one of src's folders. */
function isThere(path: string): boolean {
  return ["", "src/", ...folders.map((folder) => `${folder}/`)].some((folder) => existsSync(folder + path));
}

const named = ["ARCHITECTURE.md", "CONTRIBUTING.md"].flatMap((document) => {
  const prose = readFileSync(document, "utf8").replace(/^```[^]*?^```/gm, "");
  const paths = [...prose.matchAll(/`([\w.-]+(?:\/[\w.-]+)*(?:\.(?:ts|js|md|json)|\/))`/g)].flatMap(
    ([, path]) => path ?? [],
  );
  return [...new Set(paths)].map((path) => ({ document, path }));
});

const written = ["ev-charging-state.json", "ev-charging-matter/", "chargers.json"];

test.each(named.filter(({ path }) => !written.includes(path)))("$document: $path", ({ path }) => {
  expect(isThere(path)).toBe(true);
});
