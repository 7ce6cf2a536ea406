import { readFileSync } from "node:fs";
import { parseConfig } from "../../src/config/parse.js";

const page = readFileSync(new URL("../../docs/charging.md", import.meta.url), "utf8");
const blocks = [...page.matchAll(/^```json\n(?<text>[^]*?)^```$/gm)].map(({ groups }) => groups?.["text"] ?? "");

test.each(blocks)("an example of docs/charging.md is one that the parser takes: %s", (text) => {
  const block: unknown = JSON.parse(text);
  expect(parseConfig(block).problems).toEqual([]);
});
