/** Parses the configuration. Every fault is reported, all at once. */

import type { ChargerDriver, MeterDriver, ResidualCurrentDriver } from "../drivers/driver.js";
import { chargerDrivers, meterDrivers, residualCurrentDrivers } from "../drivers/registry.js";
import { carProblems, chargerProblems, duplicateAddresses, duplicateNames, siteProblems } from "./checks.js";
import { readCharger, readMeter, readMonitor, writtenDevices } from "./devices.js";
import type { ChargerConfig, MeterConfig, MonitorConfig, SiteBroker } from "./devices.js";
import { check, isBlock, oncePerPlace, pathText, readBy } from "./problems.js";
import type { Problem } from "./problems.js";
import type { TariffConfig } from "./schedule.js";
import { blockSchema, matterSchema, systemTimeZone } from "./schema.js";
import type { CarConfig, MatterConfig, MqttConfig, SiteConfig, SurplusConfig } from "./schema.js";

/** A configuration that can start. */
export interface Config {
  readonly name: string;
  readonly site: SiteConfig;
  readonly surplus: SurplusConfig;
  readonly tariff: TariffConfig;
  readonly cars: readonly CarConfig[];
  readonly matter: MatterConfig;
  /** Broker for meters that have none of their own. */
  readonly mqtt?: MqttConfig | undefined;
  readonly chargers: readonly ChargerConfig[];
  /** A circuit may name a meter that is not among them, because it is faulty: nothing measures that circuit then. */
  readonly meters: readonly MeterConfig[];
  readonly residualCurrentMonitors: readonly MonitorConfig[];
}

export interface ParsedConfig {
  /** All devices without a problem. `null`: a problem lies outside the devices, and nothing can be guarded safely. */
  readonly config: Config | null;
  readonly problems: readonly Problem[];
  /** For the log, once: each a sentence without a full stop. */
  readonly warnings: readonly string[];
}

export interface Drivers {
  readonly chargers: readonly ChargerDriver[];
  readonly meters: readonly MeterDriver[];
  readonly residualCurrentMonitors: readonly ResidualCurrentDriver[];
}

export const installedDrivers: Drivers = {
  chargers: chargerDrivers,
  meters: meterDrivers,
  residualCurrentMonitors: residualCurrentDrivers,
};

/**
 * Never throws.
 * @param block the platform's block; `undefined`, `null` and `{}` configure nothing
 */
export function parseConfig(block: unknown, drivers: Drivers = installedDrivers): ParsedConfig {
  const written = isBlock(block) ? block : {};
  const top = check(blockSchema, isBlock(block) ? { ...block, matter: undefined } : (block ?? {}), []);
  const matter = readMatter(written["matter"]);
  const site = readBy(blockSchema.shape.site, written["site"])?.data ?? null;
  const broker = siteBroker(written["mqtt"]);

  const chargers = writtenDevices("chargers", listIn(written["chargers"]), drivers.chargers);
  const meters = writtenDevices("meters", listIn(written["meters"]), drivers.meters);
  const monitors = writtenDevices(
    "residualCurrentMonitors",
    listIn(written["residualCurrentMonitors"]),
    drivers.residualCurrentMonitors,
  );

  const readChargers = chargers.map((device) => ({
    keys: device.keys,
    ...readCharger(device, drivers.chargers, broker),
  }));
  const readMeters = meters.map((device) => ({ keys: device.keys, ...readMeter(device, drivers.meters, broker) }));
  const readMonitors = monitors.map((device) => ({
    keys: device.keys,
    ...readMonitor(device, drivers.residualCurrentMonitors, broker),
  }));
  const goodChargers = readChargers.flatMap(({ keys, value }) => (value === null ? [] : [{ keys, config: value }]));

  const problems = oncePerPlace([
    ...top.problems,
    ...(site === null
      ? []
      : siteProblems(
          site,
          meters.map(({ label }) => label),
        )),
    ...carProblems(top.value?.cars ?? []),
    ...matter.problems,
    ...[...readMeters, ...readChargers, ...readMonitors].flatMap((device) => device.problems),
    ...goodChargers.flatMap(({ keys, config }) => chargerProblems(config, site, keys)),
    ...duplicateNames([...meters, ...chargers, ...monitors]),
    ...duplicateAddresses(goodChargers),
  ]);

  const starts = (keys: readonly PropertyKey[]) => {
    const place = pathText(keys);
    return problems.every(({ path }) => path !== place && !path.startsWith(`${place}.`));
  };
  const { value } = top;
  const config: Config | null =
    value === null || problems.some(({ device }) => device === undefined)
      ? null
      : {
          name: value.name,
          site: value.site,
          surplus: value.surplus,
          tariff: value.tariff,
          cars: value.cars,
          matter: matter.value,
          mqtt: value.mqtt,
          chargers: goodChargers.filter(({ keys }) => starts(keys)).map((each) => fitted(each.config, value.site)),
          meters: readMeters.flatMap((each) => (each.value !== null && starts(each.keys) ? [each.value] : [])),
          residualCurrentMonitors: readMonitors.flatMap((each) =>
            each.value !== null && starts(each.keys) ? [each.value] : [],
          ),
        };
  return {
    config,
    problems,
    warnings: [
      ...(config === null ? [nothingStarts] : guardWarnings(config)),
      ...(chargers.length + meters.length + monitors.length === 0 ? [nothingConfigured] : []),
      ...unserved(written),
    ],
  };
}

const nothingStarts = "nothing starts: a fault outside the devices leaves nothing that could be guarded safely";

const nothingConfigured =
  "nothing is configured: add the charger and the meter at the grid on the plugin's settings page in Homebridge's UI, " +
  "or in config.json as docs/configuration.md of this plugin shows";

function listIn(written: unknown): readonly unknown[] {
  return Array.isArray(written) ? written : [];
}

function siteBroker(written: unknown): SiteBroker {
  if (written === undefined) return null;
  return readBy(blockSchema.shape.mqtt, written)?.data ?? "faulty";
}

/** What is faulty is as if it were not written: charging does not depend on who can see it. */
function readMatter(written: unknown): { readonly value: MatterConfig; readonly problems: readonly Problem[] } {
  const base = "matter";
  const read = check(matterSchema, written ?? {}, [base]);
  const problems = read.problems.map((problem) => ({ ...problem, device: "Matter" }));
  const isGood = ([key]: readonly [string, unknown]) =>
    read.problems.every(({ path }) => path !== pathText([base, key]));
  const good = isBlock(written) ? Object.fromEntries(Object.entries(written).filter(isGood)) : {};
  return { value: read.value ?? matterSchema.parse(good), problems };
}

/** A site with one phase leaves nothing to switch. */
function fitted(charger: ChargerConfig, site: SiteConfig): ChargerConfig {
  return site.phases === 1 ? { ...charger, phases: 1 } : charger;
}

function guardWarnings({ site, chargers, meters, cars, tariff }: Config): string[] {
  if (chargers.length === 0) return [];
  const warnings = site.mainFuse === undefined ? ["nothing guards the main fuse: set site.mainFuse"] : [];
  const refusing = chargers.filter(({ unknownTags }) => unknownTags === "refuse" && cars.length === 0);
  warnings.push(...refusing.map(({ name }) => `${name} refuses every car: none has a tag in cars`));
  const hasTimes = tariff.cheapHours.length > 0 || chargers.some(({ targets }) => targets.length > 0);
  if (hasTimes && site.timeZone === undefined)
    warnings.push(
      `times of the week are in the system's zone, ${systemTimeZone()}: set site.timeZone to be sure of it`,
    );
  if (meters.some(({ measures }) => measures.includes("grid"))) return warnings;
  const blind = chargers.filter(
    ({ mode, cheapHours }) => site.mainFuse !== undefined || (mode.startsWith("solar") && !cheapHours),
  );
  if (blind.length === 0) return warnings;
  const names = blind.map(({ name }) => name).join(", ");
  const stay = site.failsafeCurrent === 0 ? "paused" : `at ${site.failsafeCurrent} A (site.failsafeCurrent)`;
  return [...warnings, `${names} will stay ${stay}: no meter measures the grid`];
}

/** Settings that this version takes but does nothing with. */
function unserved(written: Readonly<Record<string, unknown>>): string[] {
  const warnings: string[] = [];
  const { mqtt, web } = written;
  if (isBlock(mqtt) && mqtt["topic"] !== undefined) warnings.push("mqtt.topic: nothing is published there yet");
  if (written["influx"] !== undefined) warnings.push("influx: not served by this version yet");
  if (isBlock(web) && web["port"] !== undefined && web["port"] !== 0)
    warnings.push("web: not served by this version yet");
  return warnings;
}
