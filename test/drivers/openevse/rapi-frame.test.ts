import fc from "fast-check";
import { checksum, parseReply } from "../../../src/drivers/chargers/openevse/rapi-frame.js";

test("the checksum of the documentation's example", () => expect(checksum("$GS")).toBe(0x30));

// Checksums reckoned by hand.
test.each<[why: string, text: string, kind: string, values: readonly string[]]>([
  ["a yes with values", "$OK 03 100 03 0140^14", "ok", ["03", "100", "03", "0140"]],
  ["a yes alone", "$OK^20", "ok", []],
  ["a no", "$NK^21", "no", []],
  ["a no with what was taken", "$NK 16^06", "no", ["16"]],
  ["small digits", "$NK^21\r", "no", []],
  ["the id of a command is left out", "$OK 6 :5A^58", "ok", ["6"]],
  ["a sum of firmware before RAPI 2.0", "$OK*be", "ok", []],
  ["an event before it", "$AT 01^00\r$OK^20", "ok", []],
  ["an event after it", "$OK^20\r$WF 01^00", "ok", []],
  ["an event of older firmware", "$ST 01^22 $OK^20", "ok", []],
])("%s", (_why, text, kind, values) => expect(parseReply(text)).toEqual({ kind, values }));

test("an event alone is no reply", () => expect(parseReply("$AT 03 3 16 0140^00")).toEqual({ kind: "event" }));

test.each<[why: string, text: string]>([
  ["a wrong checksum", "$OK 03^31"],
  ["one digit of a checksum", "$OK^2"],
  ["no checksum", "$OK 16"],
  ["something behind the checksum", "$OK^20 7"],
  ["neither yes nor no", "$XX^24"],
  ["two replies", "$OK^20\r$OK^20"],
  ["nothing", ""],
  ["a web page", "<html>"],
])("%s can't be used", (_why, text) => expect(parseReply(text).kind).toBe("broken"));

test("whatever comes, it is said what it is", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.string().map((text) => `$OK ${text}`),
      ),
      (text) => {
        expect(["ok", "no", "event", "broken"]).toContain(parseReply(text).kind);
      },
    ),
  );
});

test("a reply with one character changed is not believed", () => {
  fc.assert(
    fc.property(fc.nat(12), fc.integer({ min: 33, max: 126 }), (place, code) => {
      const whole = "$OK 16 32^";
      const frame = `${whole}${checksum("$OK 16 32").toString(16).padStart(2, "0")}`;
      const at = place % 9;
      const changed = `${frame.slice(0, at)}${String.fromCharCode(code)}${frame.slice(at + 1)}`;
      if (changed !== frame) expect(parseReply(changed).kind).not.toBe("ok");
    }),
  );
});
