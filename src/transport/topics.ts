/** MQTT topic filters. */

/** As in MQTT 3.1.1, 4.7: `+` is one level, `#` all further ones, and neither matches topics that begin with `$`. */
export function matchesTopic(filter: string, topic: string): boolean {
  if (topic.startsWith("$") && !filter.startsWith("$")) return false;
  const pattern = filter.split("/");
  const levels = topic.split("/");
  for (const [depth, level] of pattern.entries()) {
    if (level === "#") return true;
    const here = levels[depth];
    if (here === undefined || (level !== "+" && level !== here)) return false;
  }
  return pattern.length === levels.length;
}
