/** Replies over RAPI, the controller's own protocol: parsed, and checked by their checksum. */

export type RapiReply =
  | { readonly kind: "ok" | "no"; readonly values: readonly string[] }
  /** Only events, which the controller sends by itself. */
  | { readonly kind: "event" }
  | { readonly kind: "broken"; readonly why: string };

/** Prefixes of events: boot, state, button, WiFi mode; `$ST` is what `$AT` once was. */
const events = ["$AB", "$AT", "$AN", "$WF", "$ST"];

/** The sum of all bytes before the `^`, by XOR: "$GS" makes 0x30. */
export function checksum(text: string): number {
  return [...Buffer.from(text, "latin1")].reduce((sum, byte) => sum ^ byte, 0);
}

/** The checksum of firmware before RAPI 2.0, after a `*`: all bytes added up. */
function oldChecksum(text: string): number {
  return [...Buffer.from(text, "latin1")].reduce((sum, byte) => (sum + byte) & 0xff, 0);
}

/** The reply in a text that may hold events before and after it. */
export function parseReply(text: string): RapiReply {
  const frames = text.split(/(?=\$)|[\r\n]+/).filter((frame) => frame.trim() !== "");
  const replies = frames.filter((frame) => !events.some((prefix) => frame.startsWith(prefix)));
  const [reply] = replies;
  if (reply === undefined) return frames.length > 0 ? { kind: "event" } : { kind: "broken", why: "it is empty" };
  if (replies.length > 1) return { kind: "broken", why: "there are several" };
  return parseFrame(reply.trimEnd());
}

function parseFrame(frame: string): RapiReply {
  const [, content, sort, sum] = /^(\$[^^*]*)([\^*])([0-9A-Fa-f]{2})$/.exec(frame) ?? [];
  if (content === undefined || sum === undefined) return { kind: "broken", why: "it has no checksum" };
  const expected = sort === "^" ? checksum(content) : oldChecksum(content);
  if (Number.parseInt(sum, 16) !== expected) return { kind: "broken", why: "its checksum is wrong" };
  // The id that ties a reply to its command is between gateway and controller.
  const [head, ...values] = content.replace(/ ?:[0-9A-Fa-f]{2}$/, "").split(" ");
  if (head !== "$OK" && head !== "$NK") return { kind: "broken", why: "it says neither yes nor no" };
  return { kind: head === "$OK" ? "ok" : "no", values };
}
