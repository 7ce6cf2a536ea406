/** Writes config.schema.json at the root of the package: `npm run schema`. */

import { writeFileSync } from "node:fs";
import { configSchemaText } from "../src/config/json-schema.js";

writeFileSync(new URL("../config.schema.json", import.meta.url), configSchemaText());
