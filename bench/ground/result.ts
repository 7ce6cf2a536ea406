/** What a case has measured, and how it is printed. */

export interface Row {
  readonly who: string;
  readonly cells: readonly string[];
  /** Whether it holds what we aim at; `null`: nothing is aimed at here. */
  readonly met: boolean | null;
}

export interface CaseResult {
  readonly title: string;
  /** How it was measured, in a sentence or two. */
  readonly how: string;
  /** What we aim at. */
  readonly target: string;
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
}

export function failed({ rows }: CaseResult): boolean {
  return rows.some(({ met }) => met === false);
}

/** As a table of Markdown, which a terminal shows just as well. */
export function tableOf({ columns, rows }: CaseResult): string {
  const verdict = (met: boolean | null) => (met === null ? "" : met ? "pass" : "FAIL");
  const all = [["", ...columns, ""], ...rows.map(({ who, cells, met }) => [who, ...cells, verdict(met)])];
  const widths = all.reduce<number[]>(
    (widest, row) => row.map((cell, i) => Math.max(3, widest[i] ?? 0, cell.length)),
    [],
  );
  const line = (row: readonly string[]) => `| ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(" | ")} |`;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  const [head = [], ...body] = all;
  return [line(head), rule, ...body.map(line)].join("\n");
}

export function printed(result: CaseResult): string {
  return `${result.title}\n${result.how}\nTarget: ${result.target}\n\n${tableOf(result)}\n`;
}
