/** Reads one device of the block: what every device of its kind takes, and what its driver takes beside that. */

import type { z } from "zod";
import type {
  Charger,
  ChargerDriver,
  CurrentRange,
  DriverContext,
  Meter,
  MeterDriver,
  OptionProblem,
  ResidualCurrentDriver,
  ResidualCurrentMonitor,
  WritableChannel,
} from "../drivers/driver.js";
import { complete, optionsOf, shownOptions } from "../drivers/options/schema.js";
import type { MeterRole } from "../model/readings.js";
import { shown } from "./describe.js";
import { chargerSettings, meterSettings, monitorSettings } from "./device-settings.js";
import type { ChargerSettings, MeterSettings, MonitorSettings } from "./device-settings.js";
import { suggestion } from "./nearest.js";
import { check, isBlock, misfit, oncePerPlace, pathText, readBy, unknownKey } from "./problems.js";
import type { Checked, Problem } from "./problems.js";
import type { MqttConfig } from "./schema.js";
import { isBlankEntry, isDefault, isEmpty } from "./unasked.js";

/** A charger that can be connected to. */
export interface ChargerConfig extends ChargerSettings {
  readonly brand: string;
  readonly model: string;
  /** What can be changed at it, as declared before any contact. */
  readonly writable: readonly WritableChannel[];
  /** The set-points that it takes. */
  readonly range: CurrentRange;
  /** V, or the name of the meter that measures it, to be set at the charger; `null`: it needs none. */
  readonly voltageFrom: number | string | null;
  /** Where it is reached, to tell it from others; `null`: not by a host of its own. */
  readonly address: string | null;
  /** Makes no contact yet. */
  connect(context: DriverContext): Charger;
}

/** A meter that can be connected to. */
export interface MeterConfig extends Omit<MeterSettings, "measures"> {
  readonly brand: string;
  readonly model: string;
  readonly measures: readonly MeterRole[];
  /** Makes no contact yet. */
  connect(context: DriverContext): Meter;
}

/** A residual-current monitor that can be connected to. */
export interface MonitorConfig extends MonitorSettings {
  readonly brand: string;
  readonly model: string;
  /** Makes no contact yet. */
  connect(context: DriverContext): ResidualCurrentMonitor;
}

/** A device as it stands in the block. */
export interface WrittenDevice {
  /** Like `["chargers", 0]`. */
  readonly keys: readonly [list: string, index: number];
  readonly written: unknown;
  /** Its name; where it has none that fits, its place. */
  readonly label: string;
}

/** The broker of the whole site. `"faulty"`: there is one, but what is written about it is wrong. */
export type SiteBroker = MqttConfig | "faulty" | null;

/** What the drivers take is known only by its names here; each driver's own schema has found it right. */
type Options = Readonly<Record<string, unknown>>;

type Driver = ChargerDriver | MeterDriver | ResidualCurrentDriver;

interface Parts<D extends Driver, S extends z.ZodObject> {
  readonly driver: D;
  readonly settings: z.output<S>;
  readonly options: Options;
}

const settingsOf = {
  chargers: chargerSettings,
  meters: meterSettings,
  residualCurrentMonitors: monitorSettings,
} as const;

/** The devices of a list. Entries in which nobody has written anything are none. */
export function writtenDevices(
  list: keyof typeof settingsOf,
  entries: readonly unknown[],
  drivers: readonly Driver[],
): WrittenDevice[] {
  const shapes = [settingsOf[list].shape, ...drivers.map(({ options }) => optionsOf(options).shape)];
  return entries.flatMap((written, index): WrittenDevice[] => {
    if (isBlankEntry(written, shapes)) return [];
    const name = readBy(chargerSettings.shape.name, isBlock(written) ? written["name"] : undefined);
    return [{ keys: [list, index], written, label: name?.data ?? pathText([list, index]) }];
  });
}

export function readCharger(
  device: WrittenDevice,
  drivers: readonly ChargerDriver[],
  broker: SiteBroker,
): Checked<ChargerConfig> {
  const { value, problems } = readDevice(device, chargerSettings, drivers, broker);
  if (value === null) return { value, problems };
  const { driver, settings, options } = value;
  const charger: ChargerConfig = {
    ...settings,
    ...product(driver),
    writable: driver.writable(options),
    range: driver.current,
    voltageFrom: driver.voltageFrom?.(options) ?? null,
    address: addressOf(options),
    connect: (context) => driver.connect(options, context),
  };
  return { value: charger, problems };
}

export function readMeter(
  device: WrittenDevice,
  drivers: readonly MeterDriver[],
  broker: SiteBroker,
): Checked<MeterConfig> {
  const { value, problems } = readDevice(device, meterSettings, drivers, broker);
  if (value === null) return { value, problems };
  const { driver, settings, options } = value;
  const measures = settings.measures ?? driver.measures;
  const misfits = problemsAt(device.keys, settings, driver.checkMeasures?.(measures, options) ?? []);
  if (misfits.length > 0) return { value: null, problems: misfits.map((each) => ({ ...each, device: device.label })) };
  const meter: MeterConfig = {
    ...settings,
    ...product(driver),
    measures,
    connect: (context) => driver.connect({ ...options, measures }, context),
  };
  return { value: meter, problems };
}

export function readMonitor(
  device: WrittenDevice,
  drivers: readonly ResidualCurrentDriver[],
  broker: SiteBroker,
): Checked<MonitorConfig> {
  const { value, problems } = readDevice(device, monitorSettings, drivers, broker);
  if (value === null) return { value, problems };
  const { driver, settings, options } = value;
  const monitor = {
    ...settings,
    ...product(driver),
    connect: (context: DriverContext) => driver.connect(options, context),
  };
  return { value: monitor, problems };
}

function readDevice<D extends Driver, S extends z.ZodObject>(
  { keys, written, label }: WrittenDevice,
  schema: S,
  drivers: readonly D[],
  broker: SiteBroker,
): Checked<Parts<D, S>> {
  const refused = (problems: readonly Problem[]) => ({
    value: null,
    problems: problems.map((problem) => ({ ...problem, device: label })),
  });
  if (!isBlock(written)) {
    return refused([{ path: pathText(keys), message: misfit(written, keys, "it takes a block of settings") }]);
  }
  const known = Object.keys(schema.shape);
  const settings = check(schema, pick(written, known), keys);
  const driver = drivers.find((each) => each.driver === written["driver"]);
  if (driver === undefined) {
    const names = drivers.map((each) => each.driver);
    return refused(oncePerPlace([unknownDriver(written["driver"], names, keys), ...settings.problems]));
  }
  const own = Object.keys(optionsOf(driver.options).shape).filter((key) => !known.includes(key));
  const shown = Object.keys(shownOptions(driver.options).shape);
  // A form may know all drivers' options at once. What is at another driver's default changes nothing here.
  const isUnasked = (key: string) =>
    isEmpty(written[key]) || drivers.some(({ options }) => isDefault(written[key], optionsOf(options).shape[key]));
  const unknown = Object.keys(written).filter(
    (key) => !known.includes(key) && !own.includes(key) && !(isOption(key, drivers) && isUnasked(key)),
  );
  const options = readOptions(driver, pick(written, own), keys, broker);
  const problems = [
    ...settings.problems,
    ...options.problems,
    ...unknown.map((key) => unknownKey(keys, key, [...known, ...shown])),
  ];
  if (settings.value === null || options.value === null || problems.length > 0) return refused(problems);
  return { value: { driver, settings: settings.value, options: options.value }, problems };
}

function isOption(key: string, drivers: readonly Driver[]): boolean {
  return drivers.some(({ options }) => Object.hasOwn(optionsOf(options).shape, key));
}

function unknownDriver(written: unknown, names: readonly string[], keys: readonly PropertyKey[]): Problem {
  const path = [...keys, "driver"];
  const message =
    typeof written === "string"
      ? `unknown driver ${shown(written, path)}: ${suggestion(written, names)}`
      : misfit(written, path, `it takes the name of a driver; ${suggestion("", names)}`);
  return { path: pathText(path), message };
}

function readOptions(
  driver: Driver,
  written: Options,
  keys: readonly PropertyKey[],
  broker: SiteBroker,
): Checked<Options> {
  const { value, problems } = check(optionsOf(driver.options), written, keys);
  if (value === null) return { value, problems };
  const whole = complete(driver.options, value);
  const chosen = whole.success && isBlock(whole.data) ? whole.data : null;
  const options = chosen && withBroker(driver, chosen, broker);
  const found = options === null ? problemsOf(whole) : (driver.check?.(options) ?? []);
  const together = problemsAt(keys, written, found);
  const all = broker === null && lacksBroker(driver, chosen ?? value) ? [...together, noBroker(keys)] : together;
  return all.length === 0 ? { value: options, problems: [] } : { value: null, problems: oncePerPlace(all) };
}

function problemsOf({ error }: z.ZodSafeParseResult<unknown>): readonly OptionProblem[] {
  return (error?.issues ?? []).map(({ path, message }) => ({ path: path.join("."), message }));
}

/** What a driver finds wrong, at its place in the block. */
function problemsAt(keys: readonly PropertyKey[], written: Options, found: readonly OptionProblem[]): Problem[] {
  return found.map(({ path, message }) => {
    const place = [...keys, ...path.split(".")];
    return {
      path: pathText(place),
      message: written[path] === undefined ? message : misfit(written[path], place, message),
    };
  });
}

/** A device without a broker of its own uses the site's, and the site's login unless it has one of its own. */
function withBroker(driver: Driver, options: Options, broker: SiteBroker): Options {
  if (broker === null || broker === "faulty" || !lacksBroker(driver, options)) return options;
  const { url, username, password } = broker;
  const hasLogin = options["username"] !== undefined || options["password"] !== undefined;
  return hasLogin ? { ...options, url } : { ...options, url, username, password };
}

function lacksBroker(driver: Driver, options: Options): boolean {
  const overMqtt = (options["transport"] ?? driver.driver) === "mqtt";
  return overMqtt && Object.hasOwn(optionsOf(driver.options).shape, "url") && options["url"] === undefined;
}

function noBroker(keys: readonly PropertyKey[]): Problem {
  return {
    path: pathText([...keys, "url"]),
    message: "missing: MQTT needs a broker; set url here, or mqtt.url once for the whole block",
  };
}

/** Devices behind one gateway share its host and port and differ in their unit. */
function addressOf({ host, port, unitId }: Options): string | null {
  return typeof host === "string"
    ? [host.toLowerCase(), port, unitId].filter((part) => part !== undefined).join(":")
    : null;
}

function product({ products, driver }: Driver): { readonly brand: string; readonly model: string } {
  const [first] = products;
  return { brand: first?.brand ?? driver, model: products.length === 1 ? (first?.model ?? driver) : driver };
}

function pick(block: Options, keys: readonly string[]): Options {
  return Object.fromEntries(Object.entries(block).filter(([key]) => keys.includes(key)));
}
