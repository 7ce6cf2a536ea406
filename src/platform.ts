/** The Homebridge door: configuration in, house started, faces attached. Wiring only. */

import { join } from "node:path";
import type {
  API,
  DynamicPlatformPlugin,
  Logging,
  MatterAccessory,
  PlatformAccessory,
  PlatformConfig,
} from "homebridge";
import { parseConfig } from "./config/parse.js";
import { problemLine } from "./config/problems.js";
import { platformAlias } from "./config/schema.js";
import type { HomebridgeMatterFace, HomebridgeMatterFaceParts } from "./integrations/homebridge-matter/face.js";
import { HomeKitFace } from "./integrations/homekit/face.js";
import { tellInLog } from "./integrations/log/log-face.js";
import { startMatter, type Matter } from "./integrations/matter/load.js";
import { messageOf } from "./model/errors.js";
import { systemClock } from "./site/clock.js";
import { Site } from "./site/site.js";
import { StateFile } from "./site/state-file.js";

export const pluginName = "homebridge-ev-charging";

/** How many times faster than real time the house lives; set by `ev-charging demo`. */
const demoSpeed = "EV_CHARGING_DEMO_SPEED";

/** The first one in which Matter was tried. Those before 2.3 forget devices while they start. */
const matterSince = "2.4.0";

export class EVChargingPlatform implements DynamicPlatformPlugin {
  readonly #face: HomeKitFace | undefined;
  readonly #keptForMatter: MatterAccessory[] = [];

  constructor(log: Logging, block: PlatformConfig, api: API) {
    const { config, problems, warnings } = parseConfig(block);
    for (const problem of problems) log.error(problemLine(problem));
    for (const warning of warnings) log.warn(warning);
    if (config === null) return;

    const clock = systemClock(Number(process.env[demoSpeed] ?? 1));
    const stateFile = new StateFile(join(api.user.storagePath(), "ev-charging-state.json"), log);
    const site = new Site(config, { log, clock, stateFile });
    const faulty = problems.flatMap(({ device }) => device ?? []);
    const common = { log, clock, house: site, faulty, pluginName, platformName: platformAlias };
    const face = new HomeKitFace({ ...common, api });
    const kept = this.#keptForMatter;
    let bridged: HomebridgeMatterFace | null = null;
    let matter: Matter | null = null;
    tellInLog(site, log);
    api.on("didFinishLaunching", () => {
      face.start();
      site.start().catch((error: unknown) => log.error(messageOf(error)));
      showOnMatterBridge(api, { ...common, config, kept })
        .then((started) => (bridged = started))
        .catch((error: unknown) => log.error(messageOf(error)));
      const folder = join(api.user.storagePath(), "ev-charging-matter");
      matter = startMatter(config, { log, clock, house: site, folder });
    });
    api.on("shutdown", () => {
      face.stop();
      bridged?.stop();
      matter?.stop().catch((error: unknown) => log.error(messageOf(error)));
      site.stop().catch((error: unknown) => log.error(messageOf(error)));
    });
    this.#face = face;
  }

  /** Homebridge hands back what it kept of us. */
  configureAccessory(accessory: PlatformAccessory): void {
    this.#face?.restore(accessory);
  }

  /** The same, of its Matter bridge. */
  configureMatterAccessory(accessory: MatterAccessory): void {
    this.#keptForMatter.push(accessory);
  }
}

/** Where Homebridge does not speak Matter on this bridge, or nothing is to be shown there, nothing of it is loaded. */
async function showOnMatterBridge(
  api: API,
  parts: Omit<HomebridgeMatterFaceParts, "matter">,
): Promise<HomebridgeMatterFace | null> {
  const { matter } = api;
  if (matter === undefined || !api.isMatterEnabled()) return null;
  const { outlet, plug, temperature, site } = parts.config.matter;
  if (!(outlet || plug || temperature || site) && parts.kept.length === 0) return null;
  if (!api.versionGreaterOrEqual(matterSince)) {
    parts.log.warn(`Matter needs Homebridge ${matterSince} or newer`);
    return null;
  }
  const { HomebridgeMatterFace } = await import("./integrations/homebridge-matter/face.js");
  const face = new HomebridgeMatterFace({ ...parts, matter });
  face.start();
  return face;
}
