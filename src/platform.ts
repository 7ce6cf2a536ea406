/** The Homebridge door: configuration in, house started, faces attached. Wiring only. */

import { join } from "node:path";
import type { API, DynamicPlatformPlugin, Logging, PlatformAccessory, PlatformConfig } from "homebridge";
import { parseConfig } from "./config/parse.js";
import { problemLine } from "./config/problems.js";
import { platformAlias } from "./config/schema.js";
import { HomeKitFace } from "./faces/homekit/face.js";
import { tellInLog } from "./faces/log/log-face.js";
import { messageOf } from "./model/errors.js";
import { systemClock } from "./site/clock.js";
import { Site } from "./site/site.js";
import { StateFile } from "./site/state-file.js";

export const pluginName = "homebridge-ev-charging";

/** How many times faster than real time the house lives; set by `ev-charging demo`. */
const demoSpeed = "EV_CHARGING_DEMO_SPEED";

export class EVChargingPlatform implements DynamicPlatformPlugin {
  readonly #face: HomeKitFace | undefined;

  constructor(log: Logging, block: PlatformConfig, api: API) {
    const { config, problems, warnings } = parseConfig(block);
    for (const problem of problems) log.error(problemLine(problem));
    for (const warning of warnings) log.warn(warning);
    if (config === null) return;

    const clock = systemClock(Number(process.env[demoSpeed] ?? 1));
    const stateFile = new StateFile(join(api.user.storagePath(), "ev-charging-state.json"), log);
    const site = new Site(config, { log, clock, stateFile });
    const faulty = problems.flatMap(({ device }) => device ?? []);
    const face = new HomeKitFace({ api, log, clock, house: site, faulty, pluginName, platformName: platformAlias });
    tellInLog(site, log);
    api.on("didFinishLaunching", () => {
      face.start();
      site.start().catch((error: unknown) => log.error(messageOf(error)));
    });
    api.on("shutdown", () => {
      face.stop();
      site.stop().catch((error: unknown) => log.error(messageOf(error)));
    });
    this.#face = face;
  }

  /** Homebridge hands back what it kept of us. */
  configureAccessory(accessory: PlatformAccessory): void {
    this.#face?.restore(accessory);
  }
}
