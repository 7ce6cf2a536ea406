/** Generated parts of a text, each between `<!-- name -->` and `<!-- /name -->`; the text around them is hand-written. */

/** @throws Error if a mark is missing or the end precedes the beginning */
export function withParts(text: string, parts: Readonly<Record<string, string>>): string {
  return Object.entries(parts).reduce((filled, [name, part]) => withPart(filled, name, part), text);
}

/** Marks with nothing between them. */
export function emptyParts(names: readonly string[]): string {
  return names.map((name) => `${begin(name)}\n${end(name)}\n`).join("\n");
}

function withPart(text: string, name: string, part: string): string {
  const from = text.indexOf(begin(name));
  const to = text.indexOf(end(name), from + 1);
  if (from < 0 || to < 0) throw new Error(`put ${begin(name)} and ${end(name)} where this part belongs`);
  const between = part === "" ? "\n" : `\n\n${part.trim()}\n\n`;
  return text.slice(0, from) + begin(name) + between + text.slice(to);
}

function begin(name: string): string {
  return `<!-- ${name} -->`;
}

function end(name: string): string {
  return `<!-- /${name} -->`;
}
