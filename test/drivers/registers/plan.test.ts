import fc from "fast-check";
import {
  type Block,
  defineRegisters,
  type Rows,
  type TableOptions,
  widthOf,
} from "../../../src/drivers/decoding/registers.js";

const u16 = { type: "u16", unit: "", range: [0, 65_535] } as const;
const u32 = { type: "u32", unit: "", range: [0, 4e9] } as const;
const text = { type: "ascii", length: 10 } as const;
const holding: TableOptions = { table: "holding", wordOrder: "high-first" };

function requests(rows: Rows, options: Partial<TableOptions> = {}): [number, number][] {
  return defineRegisters(rows, { ...holding, ...options }).blocks.map(({ at, count }) => [at, count]);
}

test.each<[string, Rows, Partial<TableOptions>, [number, number][]]>([
  ["neighbours are read together", { a: { at: 1, ...u32 }, b: { at: 3, ...u32 } }, {}, [[1, 4]]],
  ["in whatever order they are declared", { b: { at: 3, ...u32 }, a: { at: 1, ...u32 } }, {}, [[1, 4]]],
  [
    "a hole is not read over",
    { a: { at: 1, ...u16 }, b: { at: 3, ...u16 } },
    {},
    [
      [1, 1],
      [3, 1],
    ],
  ],
  ["a hole as wide as the gap is", { a: { at: 1, ...u16 }, b: { at: 4, ...u16 } }, { gap: 2 }, [[1, 4]]],
  [
    "a wider one is not",
    { a: { at: 1, ...u16 }, b: { at: 5, ...u16 } },
    { gap: 2 },
    [
      [1, 1],
      [5, 1],
    ],
  ],
  [
    "what is forbidden is not, however wide the gap",
    { a: { at: 1, ...u16 }, b: { at: 4, ...u16 } },
    { gap: 9, forbidden: [[3, 3]] },
    [
      [1, 1],
      [4, 1],
    ],
  ],
  [
    "a request ends before the value that would not fit",
    { a: { at: 0, ...u32 }, b: { at: 2, ...u32 }, c: { at: 4, ...u32 } },
    { maxRead: 5 },
    [
      [0, 4],
      [4, 2],
    ],
  ],
  ["two views of one place are read once", { a: { at: 5, ...u32 }, b: { at: 5, ...u16 } }, {}, [[5, 2]]],
  [
    "what is optional comes last, and is not read over",
    { a: { at: 1, ...u16 }, b: { at: 2, ...u16, optional: true }, c: { at: 3, ...u16 } },
    { gap: 5 },
    [
      [1, 1],
      [3, 1],
      [2, 1],
    ],
  ],
  [
    "what is optional stands for itself",
    { a: { at: 1, ...u16, optional: true }, b: { at: 2, ...u16, optional: true } },
    {},
    [
      [1, 1],
      [2, 1],
    ],
  ],
  [
    "unless it belongs together",
    {
      a: { at: 1, ...u16, optional: "new" },
      b: { at: 2, ...u16, optional: "new" },
      c: { at: 3, ...u16, optional: "x" },
    },
    {},
    [
      [1, 2],
      [3, 1],
    ],
  ],
])("%s", (_what, rows, options, expected) => expect(requests(rows, options)).toEqual(expected));

test("some rows are planned without the others", () => {
  const table = defineRegisters({ a: { at: 1, ...u16 }, b: { at: 2, ...u16 }, c: { at: 3, ...u16 } }, holding);
  expect(table.plan(["a", "c"]).map(({ at }) => at)).toEqual([1, 3]);
});

test.each<[string, Rows, Partial<TableOptions>]>([
  ["an address below 0", { a: { at: -1, ...u16 } }, {}],
  ["an address that is not whole", { a: { at: 1.5, ...u16 } }, {}],
  ["a value that reaches beyond the last register", { a: { at: 65_535, ...u32 } }, {}],
  ["a value wider than a request", { a: { at: 1, ...text } }, { maxRead: 9 }],
  ["an empty range", { a: { at: 1, type: "u16", unit: "", range: [1, 0] } }, {}],
  ["a scale of 0", { a: { at: 1, ...u16, scale: 0 } }, {}],
  ["two words by function 6", { a: { at: 1, ...u32, write: 6 } }, {}],
  ["an input register that is written", { a: { at: 1, ...u16, write: 6 } }, { table: "input" }],
  ["a request longer than there is", { a: { at: 1, ...u16 } }, { maxRead: 126 }],
  ["a request of nothing", { a: { at: 1, ...u16 } }, { maxRead: 0 }],
  ["a text of no length", { a: { at: 1, type: "ascii", length: 0 } }, {}],
])("not a table: %s", (_what, rows, options) =>
  expect(() => defineRegisters(rows, { ...holding, ...options })).toThrow(RangeError),
);

/** The fewest blocks there can be, by trying all cuts between sorted values. */
function fewest(sorted: readonly { at: number; end: number }[], fits: (from: number, to: number) => boolean): number {
  const best = [0];
  for (let to = 1; to <= sorted.length; to += 1) {
    const cuts = Array.from({ length: to }, (_, from) => (fits(from, to) ? (best[from] ?? 0) + 1 : Infinity));
    best.push(Math.min(...cuts));
  }
  return best[sorted.length] ?? 0;
}

test("any table is read whole, within its limits, and in as few requests as there can be", () => {
  const row = fc.record({ hole: fc.integer({ min: 0, max: 12 }), wide: fc.boolean() });
  fc.assert(
    fc.property(
      fc.array(row, { minLength: 1, maxLength: 12 }),
      fc.integer({ min: 2, max: 30 }),
      fc.integer({ min: 0, max: 12 }),
      fc.integer({ min: 0, max: 120 }),
      (shape, maxRead, gap, hole) => {
        let next = 0;
        const entries = shape.map(({ hole: before, wide }, index) => {
          const at = next + before;
          next = at + (wide ? 2 : 1);
          return [`r${index}`, { at, ...(wide ? u32 : u16) }] as const;
        });
        const rows: Rows = Object.fromEntries(entries);
        const { blocks } = defineRegisters(rows, { ...holding, maxRead, gap, forbidden: [[hole, hole]] });
        for (const { at, count } of blocks) expect(count >= 1 && count <= maxRead && at >= 0).toBe(true);
        const home = (name: string): Block[] => blocks.filter(({ names }) => names.includes(name));
        for (const [name, { at }] of entries) {
          const [block, ...others] = home(name);
          expect(others).toEqual([]);
          expect(block && block.at <= at && block.at + block.count >= at + widthOf(rows[name] ?? { at, ...u16 })).toBe(
            true,
          );
        }
        const sorted = entries.map(([, { at, type }]) => ({ at, end: at + (type === "u32" ? 2 : 1) }));
        const fits = (from: number, to: number) => {
          const part = sorted.slice(from, to);
          const [first] = part;
          const last = part.at(-1);
          if (!first || !last || last.end - first.at > maxRead) return false;
          return part.every(({ at }, index) => {
            const before = part[index - 1];
            if (!before) return true;
            return at - before.end <= gap && !(hole >= before.end && hole < at);
          });
        };
        expect(blocks).toHaveLength(fewest(sorted, fits));
      },
    ),
  );
});
