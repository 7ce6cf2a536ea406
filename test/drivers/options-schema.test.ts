import { z } from "zod";
import { byTransport, complete, hidden, needed, optionsOf, shownOptions } from "../../src/drivers/options/schema.js";

const each = z.object({
  transport: z.enum(["http", "mqtt"]).default("http"),
  host: z.string().regex(/^\w+$/, "write a name").optional(),
  topic: z.string().optional(),
  port: z.int("write a whole number").default(80),
  test: hidden(z.string().optional().describe("For tests.")),
});

const schema = byTransport(
  each,
  z.discriminatedUnion("transport", [
    each.extend({ transport: z.literal("http"), host: needed("is needed for http") }),
    each.extend({ transport: z.literal("mqtt"), topic: needed("is needed for mqtt") }),
  ]),
);

const issuesOf = (options: object) =>
  (schema.safeParse(options).error?.issues ?? []).map(({ path, message }) => [path.join("."), message]);

test("what the chosen transport needs is there, and defaults are filled in", () => {
  expect(schema.parse({ host: "box" })).toEqual({ transport: "http", host: "box", port: 80 });
  expect(schema.parse({ transport: "mqtt", topic: "a", host: "box" })).toMatchObject({ topic: "a", host: "box" });
});

test.each<[written: object, issues: readonly (readonly string[])[]]>([
  [{}, [["host", "is needed for http"]]],
  [{ transport: "mqtt", host: "box" }, [["topic", "is needed for mqtt"]]],
  // First each by itself: then all that is wrong with them is known at once.
  [
    { transport: "mqtt", host: "a b", port: 0.5 },
    [
      ["host", "write a name"],
      ["port", "write a whole number"],
    ],
  ],
])("%j", (written, issues) => expect(issuesOf(written)).toEqual(issues));

test("options that were read one by one are completed", () => {
  expect(complete(schema, each.parse({ host: "box" }))).toMatchObject({ success: true, data: { host: "box" } });
  expect(complete(schema, each.parse({}))).toMatchObject({ success: false });
  expect(complete(each, each.parse({}))).toMatchObject({ success: true });
});

test("an option for tests is read, and not shown", () => {
  expect(optionsOf(schema).shape).toHaveProperty("test");
  expect(shownOptions(schema).shape).not.toHaveProperty("test");
  expect(Object.keys(shownOptions(schema).shape)).toEqual(["transport", "host", "topic", "port"]);
});
