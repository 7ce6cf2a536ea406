/**
 * Measures the controller against the sun, alone or beside its peers. Run it by
 * `npm run bench:control -- [--case NAME] [--peers] [--days FOLDER] [--houses N] [--seed N]`.
 */

import { parseArgs } from "node:util";
import { cloudsCase, fullCarCase } from "./ground/cases/clouds.js";
import { constantSunCase } from "./ground/cases/constant-sun.js";
import { generatedDaysCase, housesCase, recordedDaysCase } from "./ground/cases/days.js";
import { fuseStepCase, releaseCase, silenceCase } from "./ground/cases/fuse.js";
import { kindsCase } from "./ground/cases/kinds.js";
import { scaleCase } from "./ground/cases/scale.js";
import { ours, type Controller } from "./ground/controller.js";
import { dynLoadManager } from "./peers/dynloadmgr.js";
import { fusePeers, sunPeers } from "./peers/peers.js";
import { failed, printed, type CaseResult } from "./ground/result.js";

const { values } = parseArgs({
  options: {
    case: { type: "string", multiple: true },
    peers: { type: "boolean", default: false },
    days: { type: "string", default: process.env["BENCH_DAYS"] ?? "" },
    houses: { type: "string", default: "15" },
    seed: { type: "string", default: "1" },
  },
});

const controllers: readonly Controller[] = values.peers ? [ours, ...sunPeers] : [ours];
const seed = Number(values.seed);

const guards: readonly Controller[] = values.peers ? [ours, ...fusePeers] : [ours];
const cases: Readonly<Record<string, () => CaseResult | null>> = {
  constant: () => constantSunCase(controllers),
  clouds: () => cloudsCase(controllers),
  full: () => fullCarCase(controllers),
  recorded: () => (values.days === "" ? null : recordedDaysCase(controllers, values.days)),
  generated: () => generatedDaysCase(controllers, [seed, seed + 1, seed + 2]),
  fuse: () => fuseStepCase(guards),
  release: () => releaseCase(guards.filter(({ name }) => name !== dynLoadManager.name)),
  silence: () => silenceCase(guards),
  kinds: () => kindsCase(),
  scale: () => scaleCase(),
  houses: () => housesCase(controllers, Number(values.houses), seed),
};

const chosen = values.case ?? Object.keys(cases);
for (const name of chosen) {
  const run = cases[name];
  if (run === undefined) throw new Error(`${name} is no case; there are ${Object.keys(cases).join(", ")}`);
  const before = performance.now();
  const result = run();
  if (result === null) continue;
  console.log(printed(result));
  console.log(`(${name}: ${((performance.now() - before) / 1_000).toFixed(1)} s)\n`);
  if (failed(result)) process.exitCode = 1;
}
