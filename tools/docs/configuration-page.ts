/** Tables of all settings except the drivers': one for the plugin's block, one for each block in it. */

import type { Drivers } from "../../src/config/parse.js";
import { chargerSettings, meterSettings, monitorSettings } from "../../src/config/device-settings.js";
import { blockSchema } from "../../src/config/schema.js";
import type { Documented } from "./examples.js";
import { anchor, code, paragraphs, sentence } from "./markdown.js";
import { asSchema, jsonOf, optionsOf, optionTable, type JsonSchema } from "./options.js";

interface Section {
  readonly title: string;
  /** Its path in the block, like `site.circuits[]`; empty: the block itself. */
  readonly path: string;
  readonly schema: JsonSchema;
}

/** Settings of each device of a kind; the block itself parses them one by one. */
const devices = {
  meters: meterSettings,
  chargers: chargerSettings,
  residualCurrentMonitors: monitorSettings,
} as const satisfies Record<keyof Drivers, unknown>;

export function configurationPage(drivers: Drivers): Readonly<Record<string, string>> {
  const block = jsonOf(blockSchema);
  const properties = { ...block.properties };
  for (const [key, settings] of Object.entries(devices))
    properties[key] = { ...asSchema(properties[key]), items: jsonOf(settings) };
  const sections = sectionsOf({ title: "The block", path: "", schema: { ...block, properties: titled(properties) } });
  return { settings: paragraphs(...sections.map((section) => sectionText(section, drivers))) };
}

/** Without Homebridge's own keys. */
function titled(properties: NonNullable<JsonSchema["properties"]>): NonNullable<JsonSchema["properties"]> {
  return Object.fromEntries(Object.entries(properties).filter(([, schema]) => asSchema(schema).title !== undefined));
}

/** A section, and those of the blocks and lists of blocks in it. */
function sectionsOf(section: Section): readonly Section[] {
  return [section, ...partsOf(section).flatMap(([, part]) => sectionsOf(part))];
}

function partsOf({ path, schema }: Section): readonly (readonly [key: string, part: Section])[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, property]) => {
    const own = asSchema(property);
    const items = asSchema(own.items);
    const at = path === "" ? key : `${path}.${key}`;
    const title = own.title ?? key;
    if (own.properties !== undefined) return [[key, { title, path: at, schema: own }] as const];
    return items.properties === undefined ? [] : [[key, { title, path: `${at}[]`, schema: items }] as const];
  });
}

function headingOf({ title, path }: Section): string {
  return path === "" ? title : `${title}: ${code(path)}`;
}

function sectionText(section: Section, drivers: Drivers): string {
  const parts = new Map(partsOf(section));
  const options = optionsOf(section.schema, false).map((option) => {
    const part = parts.get(option.path);
    if (part === undefined) return option;
    const whole = asSchema(section.schema.properties?.[option.path]);
    const description = whole.description === undefined ? "" : `${sentence(whole.description)} `;
    return { ...option, meaning: `${description}See [${part.title}](${anchor(headingOf(part))}).` };
  });
  return paragraphs(`## ${headingOf(section)}`, optionTable(options), driverLinks(section, drivers));
}

/** Links to the settings of each driver. */
function driverLinks({ path }: Section, { chargers, meters, residualCurrentMonitors }: Drivers): string {
  const lists: Readonly<Record<string, readonly Documented[]>> = {
    "chargers[]": chargers,
    "meters[]": meters,
    "residualCurrentMonitors[]": residualCurrentMonitors,
  };
  const ofKind = lists[path] ?? [];
  if (ofKind.length === 0) return "";
  const pages = ofKind.map(({ driver }) => `[${code(driver)}](devices/${driver}.md)`);
  return `Each driver adds settings of its own: ${pages.join(", ")}.`;
}
