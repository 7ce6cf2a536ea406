import type { API } from "homebridge";
import { platformAlias } from "./config/schema.js";
import { EVChargingPlatform, pluginName } from "./platform.js";

/** What Homebridge calls when it loads the plugin. */
export default (api: API): void => {
  api.registerPlatform(pluginName, platformAlias, EVChargingPlatform);
};
