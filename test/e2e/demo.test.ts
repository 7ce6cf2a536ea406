/** `ev-charging demo`, as a new user runs it. */

import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { waitFor, longTimeout } from "./support.js";

test(
  "the demo shows the house working within a minute, and leaves nothing behind",
  async () => {
    const leftovers = () => readdirSync(tmpdir()).filter((name) => name.startsWith("ev-charging-demo-"));
    const before = leftovers();
    const demo = spawn(process.execPath, ["dist/cli/main.js", "demo", "--local"]);
    let shown = "";
    demo.stdout.on("data", (chunk: Buffer) => (shown += chunk.toString()));
    demo.stderr.on("data", (chunk: Buffer) => (shown += chunk.toString()));
    const exit = new Promise<number | null>((resolve) => demo.once("exit", resolve));
    try {
      await waitFor(
        "a charge",
        () => (/\d A on (one|three) phase/.test(shown) ? true : undefined),
        () => shown,
      );
      expect(shown).toMatch(/HomeKit code \d{3}-\d{2}-\d{3}/);
      expect(shown).toMatch(/Matter code \d{4}-\d{3}-\d{4} \(port/);
      expect(shown).toMatch(/Matter code \d{4}-\d{3}-\d{4}: the charger as an EV charger/);
      expect(shown).toMatch(/▄▄▄▄▄/);
      expect(shown).toMatch(/time +sun +house +car +grid +charger/);
    } finally {
      demo.kill("SIGINT");
    }
    expect(await exit).toBe(0);
    expect(shown).toMatch(/The car has .* from the sun/);
    expect(leftovers()).toEqual(before);
  },
  longTimeout,
);
