/** Records whose keys are names that a person chose. */

/**
 * An empty record for any number of names. It has no prototype, so that no name collides with an inherited one such
 * as "constructor"; and V8 lets it grow in linear time, while an object literal is copied whole every few names.
 */
export function byName<T>(): Record<string, T> {
  const record: Record<string, T> = Object.create(null);
  return record;
}
