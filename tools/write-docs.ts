/** Writes the generated parts of README.md and docs/: `npm run docs`. */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { documents, freshText } from "./docs/documents.js";

const root = new URL("../", import.meta.url);

for (const document of await documents()) {
  const file = new URL(document.path, root);
  const present = existsSync(file) ? readFileSync(file, "utf8") : null;
  const fresh = freshText(document, present);
  if (fresh === present) continue;
  mkdirSync(new URL(".", file), { recursive: true });
  writeFileSync(file, fresh);
}
