/** Starts the long suites first, so that no worker is left alone with one of them at the end. */

import TestSequencer from "@jest/test-sequencer";

export default class LongFirst extends TestSequencer {
  /** @param {import("@jest/test-result").Test[]} tests */
  sort(tests) {
    const isLong = (/** @type {import("@jest/test-result").Test} */ { context }) =>
      context.config.displayName?.name === "long";
    const sorted = super.sort(tests);
    return [...sorted.filter(isLong), ...sorted.filter((test) => !isLong(test))];
  }
}
