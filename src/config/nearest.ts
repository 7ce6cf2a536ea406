/** Finds what a person may have meant. */

/** Letters to insert, drop, replace or swap with their neighbour to turn one word into the other; case does not count. */
export function editDistance(from: string, to: string): number {
  const a = from.toLowerCase();
  const b = to.toLowerCase();
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replaced = at(last, column - 1) + (a[row - 1] === b[column - 1] ? 0 : 1);
      const swapped =
        row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
          ? at(beforeLast, column - 2) + 1
          : Infinity;
      current.push(Math.min(at(last, column) + 1, at(current, column - 1) + 1, replaced, swapped));
    }
    [beforeLast, last] = [last, current];
  }
  return at(last, b.length);
}

function at(distances: readonly number[], index: number): number {
  return distances[index] ?? Infinity;
}

/** The known word nearest to the one written; `null`: none is near enough to be worth a question. */
export function nearest(written: string, known: readonly string[]): string | null {
  const word = written.slice(0, 100);
  const near = known
    .map((candidate) => ({ candidate, distance: editDistance(word, candidate) }))
    .filter(({ candidate, distance }) => {
      const length = Math.max(word.length, candidate.length);
      return distance < length && distance <= Math.max(2, length / 3);
    })
    .sort((a, b) => a.distance - b.distance);
  return near[0]?.candidate ?? null;
}

/** `did you mean "mode"?`, or what else there is, as half a sentence. */
export function suggestion(written: string, known: readonly string[]): string {
  const meant = nearest(written, known);
  if (meant !== null) return `did you mean ${JSON.stringify(meant)}?`;
  return known.length === 0 ? "there is none yet" : `known are ${known.map((word) => JSON.stringify(word)).join(", ")}`;
}
