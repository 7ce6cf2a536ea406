/** All documents with generated parts. */

import { installedDrivers, type Drivers } from "../../src/config/parse.js";
import { configurationPage } from "./configuration-page.js";
import { devicePage } from "./device-page.js";
import { emptyParts, withParts } from "./marks.js";
import { deviceTable, documentedDrivers } from "./overview.js";
import { reasonTable } from "./reasons-page.js";

export interface Document {
  /** From the root of the package. */
  readonly path: string;
  /** Text of a new document; `null`: it has to be written by hand first. */
  readonly template: string | null;
  readonly parts: Readonly<Record<string, string>>;
}

export async function documents(drivers: Drivers = installedDrivers): Promise<readonly Document[]> {
  const settings = configurationPage(drivers);
  const pages = documentedDrivers(drivers).map((driver): Document => {
    const parts = devicePage(driver);
    const template = `# ${driver.driver}\n\n${emptyParts(Object.keys(parts))}`;
    return { path: `docs/devices/${driver.driver}.md`, template, parts };
  });
  return [
    {
      path: "docs/configuration.md",
      template: `# Configuration\n\n${emptyParts(Object.keys(settings))}`,
      parts: settings,
    },
    ...pages,
    { path: "docs/reasons.md", template: `# Reasons\n\n${emptyParts(["reasons"])}`, parts: { reasons: reasonTable() } },
    { path: "README.md", template: null, parts: { devices: await deviceTable(drivers) } },
  ];
}

/**
 * The document's text with up-to-date parts.
 * @param present the present text; `null`: there is none yet
 * @throws Error that names the document, where a mark is missing
 */
export function freshText({ path, template, parts }: Document, present: string | null): string {
  const text = present ?? template;
  if (text === null) throw new Error(`${path}: there is no such file`);
  try {
    return withParts(text, parts);
  } catch (error) {
    throw new Error(`${path}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}
