/** All rules that ours is measured against. */

import { dynLoadManager } from "./dynloadmgr.js";
import { evcc } from "./evcc.js";
import { goERule } from "./go-e-rule.js";
import { openEvse } from "./openevse.js";
import { wallboxManager } from "./wallbox.js";

/** The rules that follow the sun. Jeedom's OpenEVSE plugin and evecc have none: they set what a person asks for. */
export const sunPeers = [evcc, ...openEvse, goERule, wallboxManager] as const;

/** The rules that guard a fuse. */
export const fusePeers = [evcc, dynLoadManager] as const;
