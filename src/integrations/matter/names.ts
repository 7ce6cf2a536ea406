/** Texts in the form that Matter takes. */

/** Matter gives names, makers and models 32 bytes of UTF-8. */
const longest = 32;

/** As much of it as fits, never cut within a character. Empty texts have a dash. */
export function clipped(text: string): string {
  let short = "";
  for (const character of text.trim()) {
    if (Buffer.byteLength(short + character) > longest) break;
    short += character;
  }
  return short.trim() === "" ? "-" : short.trim();
}
