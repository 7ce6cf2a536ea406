/** Plain-text tables. */

/** Columns as wide as their widest cell, two spaces apart; no spaces at the end of a line. */
export function table(rows: readonly (readonly string[])[]): string {
  return padded(rows)
    .map((row) => row.join("  ").trimEnd())
    .join("\n");
}

/**
 * The same cells, padded to the width of their column; missing cells stay missing.
 * @param least minimum width of a column in characters
 */
export function padded(rows: readonly (readonly string[])[], least = 0): string[][] {
  const widths: number[] = [];
  for (const row of rows)
    row.forEach((cell, column) => (widths[column] = Math.max(least, widths[column] ?? 0, cell.length)));
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? least)));
}
