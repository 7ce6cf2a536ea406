/** MQTT topic filters: which topics they let through. */

/** As in MQTT 3.1.1, 4.7: `+` is one level, `#` all further ones, and neither shows topics that begin with `$`. */
export function matchesTopic(filter: string, topic: string): boolean {
  if (topic.startsWith("$") && !filter.startsWith("$")) return false;
  const wanted = filter.split("/");
  const levels = topic.split("/");
  for (const [depth, level] of wanted.entries()) {
    if (level === "#") return true;
    const here = levels[depth];
    if (here === undefined || (level !== "+" && level !== here)) return false;
  }
  return wanted.length === levels.length;
}
