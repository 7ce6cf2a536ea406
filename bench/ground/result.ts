/** Result of a case, and how it is printed. */

import { table } from "../../tools/docs/markdown.js";

export interface Row {
  readonly who: string;
  readonly cells: readonly string[];
  /** Whether it meets the target; `null`: it has none. */
  readonly met: boolean | null;
}

export interface CaseResult {
  readonly title: string;
  /** How it was measured, in a sentence or two. */
  readonly how: string;
  /** The target, as text. */
  readonly target: string;
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
}

export function failed({ rows }: CaseResult): boolean {
  return rows.some(({ met }) => met === false);
}

/** A Markdown table, which is also readable in a terminal. */
export function tableOf({ columns, rows }: CaseResult): string {
  const verdict = (met: boolean | null) => (met === null ? "" : met ? "pass" : "FAIL");
  return table([["", ...columns, ""], ...rows.map(({ who, cells, met }) => [who, ...cells, verdict(met)])]);
}

export function printed(result: CaseResult): string {
  return `${result.title}\n${result.how}\nTarget: ${result.target}\n\n${tableOf(result)}\n`;
}
