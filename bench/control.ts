/** Measures the controller, alone or with the rules of other projects: `npm run bench:control -- --help`. */

import { parseArgs } from "node:util";
import { casesOf } from "./ground/cases.js";
import { failed, printed } from "./ground/result.js";

const { values } = parseArgs({
  options: {
    case: { type: "string", multiple: true },
    peers: { type: "boolean", default: false },
    days: { type: "string", default: process.env["BENCH_DAYS"] ?? "" },
    houses: { type: "string", default: "15" },
    tick: { type: "string", default: "5" },
    seed: { type: "string", default: "1" },
    help: { type: "boolean", default: false },
  },
});

const cases = casesOf({
  peers: values.peers,
  days: values.days === "" ? null : values.days,
  houses: Number(values.houses),
  tick: Number(values.tick),
  seed: Number(values.seed),
});

if (values.help) {
  console.log(`npm run bench:control -- [--case NAME]… [--peers] [--days FOLDER] [--houses N] [--tick N] [--seed N]

Cases: ${[...cases.keys()].join(", ")}; all of them by default.
--peers   also the published rules of other projects
--days    folder of recorded days (CSV, as simulate reads them) for the case "recorded"; also BENCH_DAYS
--houses  number of houses in the closed loop
--tick    seconds between two readings in the open loop (recorded, generated)
--seed    of the first house, and of the generated days`);
} else {
  for (const name of values.case ?? cases.keys()) {
    const run = cases.get(name);
    if (run === undefined) throw new Error(`there is no case ${name}; known are ${[...cases.keys()].join(", ")}`);
    const before = performance.now();
    const result = run();
    console.log(printed(result));
    console.log(`(${name}: ${((performance.now() - before) / 1_000).toFixed(1)} s)\n`);
    if (failed(result)) process.exitCode = 1;
  }
}
