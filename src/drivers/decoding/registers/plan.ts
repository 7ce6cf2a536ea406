/** Plans the requests that read a table: as few as the device allows, and never a part of a value. */

import { type Row, type Rows, widthOf } from "./rows.js";

export interface PlanLimits {
  /** Maximum words per request. */
  readonly maxRead: number;
  /** Maximum unused words between two values in one request. */
  readonly gap: number;
  /** Words that must not be read, first and last. */
  readonly forbidden: readonly (readonly [first: number, last: number])[];
}

/** One request, and the rows that it reads. */
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

/** Optional rows come last, each group in requests of its own. */
export function planBlocks(rows: Rows, names: readonly string[], limits: PlanLimits): readonly Block[] {
  const wanted = Object.entries(rows).filter(([name]) => names.includes(name));
  const groups = new Set(wanted.map(([name, row]) => groupOf(name, row)));
  const mandatoryFirst = [...groups].sort((one, other) => Number(one !== null) - Number(other !== null));
  return mandatoryFirst.flatMap((group) => {
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

/** `null`: mandatory. The blank keeps a row without a group apart from a group of the same name. */
function groupOf(name: string, { optional }: Row): string | null {
  if (optional === undefined) return null;
  return optional === true ? ` ${name}` : optional;
}

/** From the lowest address up, each request as long as possible, which needs the fewest. */
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
