/** Which requests read a table: as few as the device allows, and never a part of a value. */

import { type Row, type Rows, widthOf } from "./rows.js";

export interface PlanLimits {
  /** Most words of one request. */
  readonly maxRead: number;
  /** Most words between two values that may be read over. */
  readonly gap: number;
  /** Words that must not be read, first and last. */
  readonly forbidden: readonly (readonly [first: number, last: number])[];
}

/** One request, and the rows that it answers. */
export interface Block {
  readonly at: number;
  readonly count: number;
  readonly names: readonly string[];
  /** The device may not have it. */
  readonly optional: boolean;
}

interface Span {
  readonly at: number;
  readonly end: number;
  readonly names: readonly string[];
}

/** What is optional comes last, each group by itself. */
export function planBlocks(rows: Rows, names: readonly string[], limits: PlanLimits): readonly Block[] {
  const wanted = Object.entries(rows).filter(([name]) => names.includes(name));
  const groups = new Set(wanted.map(([name, row]) => groupOf(name, row)));
  const inTurn = [...groups].sort((one, other) => Number(one !== null) - Number(other !== null));
  return inTurn.flatMap((group) => {
    const members = wanted.filter(([name, row]) => groupOf(name, row) === group);
    const elsewhere = Object.entries(rows).filter(([name, row]) => row.optional && groupOf(name, row) !== group);
    const forbidden = [
      ...limits.forbidden,
      ...elsewhere.map(([, row]) => [row.at, row.at + widthOf(row) - 1] as const),
    ];
    const spans = joined(members, { ...limits, forbidden });
    return spans.map(({ at, end, names: read }) => ({ at, count: end - at, names: read, optional: group !== null }));
  });
}

/** `null`: mandatory. The blank keeps a row that stands for itself apart from a group of its name. */
function groupOf(name: string, { optional }: Row): string | null {
  if (optional === undefined) return null;
  return optional === true ? ` ${name}` : optional;
}

/** From the lowest address up, each request as long as it may be: no other cut needs fewer. */
function joined(members: readonly (readonly [string, Row])[], limits: PlanLimits): readonly Span[] {
  const spans: Span[] = [];
  for (const [name, row] of members.toSorted(([, one], [, other]) => one.at - other.at)) {
    const last = spans.at(-1);
    const next = { at: row.at, end: row.at + widthOf(row), names: [name] };
    if (!last || !canJoin(last, next, limits)) spans.push(next);
    else spans.splice(-1, 1, { at: last.at, end: Math.max(last.end, next.end), names: [...last.names, name] });
  }
  return spans;
}

function canJoin(last: Span, next: Span, { maxRead, gap, forbidden }: PlanLimits): boolean {
  if (Math.max(last.end, next.end) - last.at > maxRead || next.at - last.end > gap) return false;
  return !forbidden.some(([first, end]) => first < next.at && end >= last.end);
}
