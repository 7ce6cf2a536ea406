/**
 * Says where a text stops being JSON. `JSON.parse` names no place in many cases, and repeats a piece of the text,
 * in which a password may stand.
 */

const blank = /[ \t\r\n]*/y;
const string = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[\dA-Fa-f]{4}))*"/y;
const scalar = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/** Where the first token stands that can't be there; the length of the text if it ends too early. */
function firstFault(text: string): number {
  let at = 0;

  function take(token: RegExp): boolean {
    token.lastIndex = at;
    const found = token.test(text);
    if (found) at = token.lastIndex;
    return found;
  }

  function after(token: RegExp): boolean {
    take(blank);
    return take(token);
  }

  function value(): boolean {
    if (after(/\{/y)) return list(/\}/y, () => after(string) && after(/:/y) && value());
    if (after(/\[/y)) return list(/\]/y, value);
    return take(string) || take(scalar);
  }

  function list(end: RegExp, entry: () => boolean): boolean {
    if (after(end)) return true;
    while (entry()) {
      if (after(end)) return true;
      if (!after(/,/y)) return false;
    }
    return false;
  }

  if (value()) take(blank);
  return at;
}

/** `line 3, column 5: …` of a text that `JSON.parse` refuses. Both count from 1. */
export function syntaxFault(text: string): string {
  const at = firstFault(text);
  const lines = text.slice(0, at).split("\n");
  return `line ${lines.length}, column ${(lines[lines.length - 1] ?? "").length + 1}: ${advice(text, at)}`;
}

function advice(text: string, at: number): string {
  const rest = text.slice(at);
  if (rest === "") return "the file ends too early; a bracket, a brace or a value is missing";
  if (/^\/[/*]/.test(rest)) return "JSON takes no comments";
  if (/^[}\]]/.test(rest) && /,\s*$/.test(text.slice(0, at))) return "there is a comma too many before this";
  if (rest.startsWith('"') && /["\d}\]el]\s*$/.test(text.slice(0, at))) return "a comma is missing before this";
  if (/^['A-Za-z]/.test(rest)) return "texts and keys stand in double quotes";
  return "this is not JSON; check quotes, commas and brackets around it";
}
