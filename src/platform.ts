/** The Homebridge platform: reads the configuration, starts the site and the integrations. Wiring only. */

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
import type {
  HomebridgeMatterIntegration,
  HomebridgeMatterParts,
} from "./integrations/homebridge-matter/integration.js";
import { reportDecisions } from "./integrations/demo/decision-report.js";
import { HomeKitIntegration } from "./integrations/homekit/integration.js";
import { logDecisions } from "./integrations/log/decision-log.js";
import { startMatter, type Matter } from "./integrations/matter/load.js";
import { messageOf } from "./model/errors.js";
import { systemClock } from "./site/clock.js";
import { Site } from "./site/site.js";
import { StateFile } from "./site/state-file.js";

export const pluginName = "homebridge-ev-charging";

/** How many times faster than real time the clock of the site runs; set by `ev-charging demo`. */
const demoSpeed = "EV_CHARGING_DEMO_SPEED";

/** The first one in which Matter was tried. Those before 2.3 forget devices while they start. */
const matterSince = "2.4.0";

export class EVChargingPlatform implements DynamicPlatformPlugin {
  readonly #homeKit: HomeKitIntegration | undefined;
  readonly #cachedForMatter: MatterAccessory[] = [];

  constructor(log: Logging, block: PlatformConfig, api: API) {
    const { config, problems, warnings } = parseConfig(block);
    for (const problem of problems) log.error(problemLine(problem));
    for (const warning of warnings) log.warn(warning);
    if (config === null) return;

    const clock = systemClock(Number(process.env[demoSpeed] ?? 1));
    const stateFile = new StateFile(join(api.user.storagePath(), "ev-charging-state.json"), log);
    const site = new Site(config, { log, clock, stateFile });
    const faulty = problems.flatMap(({ device }) => device ?? []);
    const common = { log, clock, site, faulty, pluginName, platformName: platformAlias };
    const homeKit = new HomeKitIntegration({ ...common, api });
    const cached = this.#cachedForMatter;
    let bridged: HomebridgeMatterIntegration | null = null;
    let matter: Matter | null = null;
    logDecisions(site, log);
    if (process.env[demoSpeed] !== undefined) reportDecisions(site, (report) => process.send?.(report));
    api.on("didFinishLaunching", () => {
      homeKit.start();
      site.start().catch((error: unknown) => log.error(messageOf(error)));
      showOnMatterBridge(api, { ...common, config, cached })
        .then((started) => (bridged = started))
        .catch((error: unknown) => log.error(messageOf(error)));
      const folder = join(api.user.storagePath(), "ev-charging-matter");
      matter = startMatter(config, { log, clock, site, folder });
    });
    api.on("shutdown", () => {
      homeKit.stop();
      bridged?.stop();
      matter?.stop().catch((error: unknown) => log.error(messageOf(error)));
      site.stop().catch((error: unknown) => log.error(messageOf(error)));
    });
    this.#homeKit = homeKit;
  }

  /** Homebridge hands back an accessory of ours from its cache. */
  configureAccessory(accessory: PlatformAccessory): void {
    this.#homeKit?.restore(accessory);
  }

  /** Likewise from the cache of its Matter bridge. */
  configureMatterAccessory(accessory: MatterAccessory): void {
    this.#cachedForMatter.push(accessory);
  }
}

/** Nothing is loaded where Homebridge has no Matter on this bridge, or nothing is to be shown there. */
async function showOnMatterBridge(
  api: API,
  parts: Omit<HomebridgeMatterParts, "matter">,
): Promise<HomebridgeMatterIntegration | null> {
  const { matter } = api;
  if (matter === undefined || !api.isMatterEnabled()) return null;
  const { outlet, plug, temperature, site } = parts.config.matter;
  if (!(outlet || plug || temperature || site) && parts.cached.length === 0) return null;
  if (!api.versionGreaterOrEqual(matterSince)) {
    parts.log.warn(`Matter needs Homebridge ${matterSince} or newer`);
    return null;
  }
  const { HomebridgeMatterIntegration } = await import("./integrations/homebridge-matter/integration.js");
  const integration = new HomebridgeMatterIntegration({ ...parts, matter });
  integration.start();
  return integration;
}
