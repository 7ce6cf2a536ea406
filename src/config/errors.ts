/** A configuration that a person has to put right. */

import { problemLine } from "./problems.js";
import type { Problem } from "./problems.js";

/** Its message has one line for each problem, each of them complete in itself. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly problems: readonly Problem[];

  /** @param file where the configuration was read from */
  constructor(file: string, problems: readonly Problem[], cause?: unknown) {
    super(problems.map((problem) => `${file}: ${problemLine(problem)}`).join("\n"), { cause });
    this.problems = problems;
  }
}
