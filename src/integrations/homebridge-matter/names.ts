/** Texts in the form that Matter takes. */

/** Matter, Basic Information: bytes of a vendor name, a product name and a node label. */
const longest = 32;

/** The name of a charger or meter, with what it is behind it: "Garage Plug". The label always shows whole. */
export function matterName(name: string, label: string): string {
  const tail = label === "" ? "" : ` ${label}`;
  return clipped(name, longest - Buffer.byteLength(tail)) + tail;
}

export function matterText(text: string, otherwise: string): string {
  return clipped(text.trim() === "" ? otherwise : text, longest);
}

/** Never in the middle of a character. */
function clipped(text: string, bytes: number): string {
  let short = "";
  for (const character of text.trim()) {
    if (Buffer.byteLength(short + character) > bytes) break;
    short += character;
  }
  return short.trim();
}
