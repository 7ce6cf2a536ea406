/** A copy with some properties replaced, or the same object if none of them differs: that saves most copies. */
export function changed<T extends object>(old: T, changes: Partial<T>): T {
  for (const key in changes) if (changes[key] !== old[key]) return { ...old, ...changes };
  return old;
}
