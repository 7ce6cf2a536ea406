/** Where a number stands in a JSON document: `a.b[0]`, as people write it in a configuration. */

/** Keys and places in lists, from the outside in. */
export type Path = readonly (string | number)[];

const step = /^(?:(?<dot>\.?)(?<name>[^.[\]"\s]+)|\[(?:(?<place>\d{1,6})|"(?<quoted>[^"\]]+)")\])/;

/** A name after a dot, a place in brackets, or a key in brackets and quotes; empty: all of it. `null`: none of these. */
export function parsePath(text: string): Path | null {
  const path: (string | number)[] = [];
  for (let rest = text; rest !== "";) {
    const found = step.exec(rest);
    const { dot, name, place, quoted } = found?.groups ?? {};
    if (found === null) return null;
    if (name !== undefined && (dot === ".") !== path.length > 0) return null;
    path.push(place === undefined ? (name ?? quoted ?? "") : Number(place));
    rest = rest.slice(found[0].length);
  }
  return path;
}

/** What stands there; `undefined`: nothing. What is inherited does not count. */
export function valueAt(json: unknown, path: Path): unknown {
  return path.reduce<unknown>((inner, key) => {
    if (typeof key === "number") return Array.isArray(inner) ? listItem(inner, key) : undefined;
    if (typeof inner !== "object" || inner === null || Array.isArray(inner) || !Object.hasOwn(inner, key))
      return undefined;
    return new Map<string, unknown>(Object.entries(inner)).get(key);
  }, json);
}

function listItem(list: readonly unknown[], at: number): unknown {
  return list[at];
}
