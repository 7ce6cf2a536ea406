/** JSON as it comes from outside. */

/** `undefined`: no JSON. */
export function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    // Nothing of the error is passed on: it quotes the text, which may hold a secret.
    return undefined;
  }
}
