/** Markdown in Prettier's format, so that generated pages need no formatting afterwards. */

import { padded } from "../../src/cli/table.js";

/** Maximum characters of a line of JSON. */
const lineWidth = 120;

type Row = readonly string[];

/** The first row is the heading. A column that is empty in all rows but the heading is left out. */
export function table([heading = [], ...rows]: readonly Row[]): string {
  const used = heading.map((_title, column) => rows.some((row) => (row[column] ?? "") !== ""));
  const cells = [heading, ...rows].map((row) => row.filter((_cell, column) => used[column]).map(escaped));
  const [head = [], ...body] = padded(cells, 3);
  const rule = head.map((title) => "-".repeat(title.length));
  return [head, rule, ...body].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

export function list(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join("\n");
}

export function code(text: string): string {
  return `\`${text}\``;
}

/** Paragraphs, of which the empty ones are left out. */
export function paragraphs(...parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join("\n\n");
}

/** Link to a heading, as GitHub names it. */
export function anchor(heading: string): string {
  return `#${heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s-]/gu, "")
    .replace(/\s/g, "-")}`;
}

/** A block of JSON, each value on one line where it fits. */
export function jsonBlock(value: object): string {
  return `\`\`\`json\n${broken(value, "")}\n\`\`\``;
}

/** A sentence begins with a capital and ends with a full stop. */
export function sentence(phrase: string): string {
  const text = phrase.charAt(0).toUpperCase() + phrase.slice(1);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function escaped(cell: string): string {
  return cell.replaceAll("|", "\\|").replace(/\s+/g, " ");
}

function fitted(value: unknown, indent: string, room: number): string {
  const line = oneLine(value);
  return line.length <= room || typeof value !== "object" || value === null ? line : broken(value, indent);
}

function broken(value: object, indent: string): string {
  const inner = `${indent}  `;
  const room = lineWidth - inner.length - 1;
  const lines = Array.isArray(value)
    ? value.map((item: unknown) => fitted(item, inner, room))
    : Object.entries(value).map(([key, item]) => {
        const name = `${JSON.stringify(key)}: `;
        return name + fitted(item, inner, room - name.length);
      });
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  return `${open}\n${lines.map((line) => inner + line).join(",\n")}\n${indent}${close}`;
}

function oneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(oneLine).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  return `{ ${Object.entries(value)
    .map(([key, item]) => `${JSON.stringify(key)}: ${oneLine(item)}`)
    .join(", ")} }`;
}
