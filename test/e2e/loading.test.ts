/** Without Matter nothing of it is loaded: checks the modules that the built plugin imports, in a process of its own. */

import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";

const execute = promisify(execFile);

/** Starts the plugin without devices on an API like this, and prints the imported modules. */
function script(api: string, block: object, storage: string): string {
  return `
    import { EventEmitter } from "node:events";
    import { registerHooks } from "node:module";
    const imported = [];
    registerHooks({ resolve(name, context, next) { imported.push(name); return next(name, context); } });
    const quiet = () => undefined;
    const log = { error: quiet, warn: quiet, info: quiet, debug: quiet };
    const { default: plugin } = await import("./dist/index.js");
    let Platform;
    const user = { storagePath: () => ${JSON.stringify(storage)} };
    const given = { hap: {}, user, versionGreaterOrEqual: () => true, registerPlatform: (_, __, C) => (Platform = C) };
    const api = Object.assign(new EventEmitter(), given, ${api});
    plugin(api);
    new Platform(log, ${JSON.stringify({ platform: "EVCharging", name: "EV Charging", ...block })}, api);
    api.emit("didFinishLaunching");
    setImmediate(() => setImmediate(() => {
      api.emit("shutdown");
      console.log(JSON.stringify(imported.filter((name) => /@matter|homebridge-matter/.test(name))));
    }));`;
}

const on = "{ matter: {}, isMatterEnabled: () => true }";
const off = "{ matter: {}, isMatterEnabled: () => false }";
const old = "{ matter: {}, isMatterEnabled: () => true, versionGreaterOrEqual: () => false }";
const nothing = { matter: { outlet: false, plug: false, temperature: false, site: false } };

test.each<[why: string, api: string, block: object, loaded: readonly string[]]>([
  ["Homebridge does not know Matter", "{}", {}, []],
  ["Matter is off on this bridge", off, {}, []],
  ["no device is enabled", on, nothing, []],
  ["Homebridge is too old for Matter", old, {}, []],
  ["Matter is on: Homebridge's own objects are enough", on, {}, ["./integrations/homebridge-matter/integration.js"]],
])(
  "%s",
  async (_why, api, block, loaded) => {
    const storage = await mkdtemp(join(tmpdir(), "ev-charging-loading-"));
    const { stdout } = await execute(process.execPath, ["--input-type=module", "--eval", script(api, block, storage)]);
    await rm(storage, { recursive: true, force: true });
    expect(z.array(z.string()).parse(JSON.parse(stdout))).toEqual(loaded);
  },
  30_000,
);
