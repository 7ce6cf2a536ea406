/** With the news; the same object, if there are none: most of what is known of a thousand chargers stays as it is. */
export function changed<T extends object>(old: T, news: Partial<T>): T {
  for (const key in news) if (news[key] !== old[key]) return { ...old, ...news };
  return old;
}
