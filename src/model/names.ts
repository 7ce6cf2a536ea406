/** Records of what has a name that a person chose. */

/**
 * An empty record for any number of names. Without a prototype no name has a meaning of its own, not even
 * "constructor"; and V8 lets it grow in linear time, where an object literal is copied whole for every few names.
 */
export function byName<T>(): Record<string, T> {
  const record: Record<string, T> = Object.create(null);
  return record;
}
