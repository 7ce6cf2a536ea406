/** Parses JSON from outside. */

/** `undefined`: the text is not JSON. */
export function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    // The error is not passed on: it quotes the text, which may contain a secret.
    return undefined;
  }
}
