/** The rules of other projects that our controller is compared with. */

import { dynLoadManager } from "./dynloadmgr.js";
import { evcc } from "./evcc.js";
import { goERule } from "./go-e-rule.js";
import { openEvse } from "./openevse.js";
import { wallboxManager } from "./wallbox.js";

/** Rules for solar charging. Jeedom's OpenEVSE plugin and evecc have none: they set what a person chooses. */
export const sunPeers = [evcc, ...openEvse, goERule, wallboxManager] as const;

/** Rules that guard a fuse. */
export const fusePeers = [evcc, dynLoadManager] as const;
