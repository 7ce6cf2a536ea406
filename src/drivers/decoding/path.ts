/** Paths to a value in a JSON document, like `a.b[0]`, as written in the configuration. */

/** Object keys and list indexes, from the outside in. */
export type Path = readonly (string | number)[];

const step = /^(?:(?<dot>\.?)(?<name>[^.[\]"\s]+)|\[(?:(?<place>\d{1,6})|"(?<quoted>[^"\]]+)")\])/;

/** A key after a dot, an index in brackets, or a quoted key in brackets; empty: the whole document. `null`: invalid. */
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

/** The value at the path; `undefined`: there is none. Inherited properties do not count. */
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
