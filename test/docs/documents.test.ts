import { existsSync, readdirSync, readFileSync } from "node:fs";
import { installedDrivers, parseConfig } from "../../src/config/parse.js";
import { chargerSettings, meterSettings, monitorSettings } from "../../src/config/device-settings.js";
import { blockSchema } from "../../src/config/schema.js";
import { shownOptions } from "../../src/drivers/options/schema.js";
import { englishCatalogue } from "../../src/texts/en-catalogue.js";
import { documents, freshText } from "../../tools/docs/documents.js";
import { examplesOf, blockWith } from "../../tools/docs/examples.js";
import { documentedDrivers } from "../../tools/docs/overview.js";

const root = new URL("../../", import.meta.url);

function textAt(path: string): string | null {
  const file = new URL(path, root);
  return existsSync(file) ? readFileSync(file, "utf8") : null;
}

const all = await documents();
const drivers = documentedDrivers(installedDrivers).map((driver) => ({ name: driver.driver, driver }));
const pageOf = (name: string) => textAt(`docs/devices/${name}.md`) ?? "";

test.each(all)("$path is what the declarations say; else: npm run docs", (document) => {
  const present = textAt(document.path);
  expect(present).toBe(freshText(document, present));
});

test("there is no page of a driver that is gone", () => {
  const pages = readdirSync(new URL("docs/devices/", root)).sort();
  expect(pages).toEqual(drivers.map(({ name }) => `${name}.md`).sort());
});

test.each(drivers.flatMap(({ name, driver }) => examplesOf(driver).map((example) => ({ name, driver, example }))))(
  "$name, example by $example.by: the parser takes it (else: declare one under examples)",
  ({ name, driver, example }) => {
    const { config, problems } = parseConfig(blockWith(driver, example));
    expect(problems).toEqual([]);
    const { chargers = [], meters = [], residualCurrentMonitors = [] } = config ?? {};
    expect([...chargers, ...meters, ...residualCurrentMonitors]).toEqual([expect.objectContaining({ driver: name })]);
  },
);

test.each(drivers)("$name: every example on its page, people's own too, is one that the parser takes", ({ name }) => {
  const blocks = [...pageOf(name).matchAll(/^```json\n(?<text>[^]*?)^```$/gm)].map(
    (match) => match.groups?.["text"] ?? "",
  );
  expect(blocks.length).toBeGreaterThan(0);
  for (const text of blocks) expect(parseConfig(JSON.parse(text)).problems).toEqual([]);
});

test.each(drivers)("$name: its page tells all that was declared", ({ name, driver }) => {
  const page = pageOf(name);
  for (const { brand, model } of driver.products)
    expect(page).toMatch(new RegExp(`\\| ${escaped(brand)} +\\| ${escaped(model)} `));
  for (const need of [...driver.needs, ...(driver.unverified ?? [])]) expect(page).toContain(need.slice(1));
  expect(page).toContain(driver.onConnectionLoss ?? "");
  for (const [option, schema] of Object.entries(shownOptions(driver.options).shape)) {
    expect(page).toContain(`| \`${option}\` `);
    expect(page).toContain(descriptionOf(schema));
  }
});

test.each([
  ...Object.keys(blockSchema.shape).filter((key) => !["platform", "_bridge"].includes(key)),
  ...Object.keys(chargerSettings.shape),
  ...Object.keys(meterSettings.shape),
  ...Object.keys(monitorSettings.shape),
])("docs/configuration.md tells of %s", (setting) => {
  expect(textAt("docs/configuration.md")).toContain(`| \`${setting}\` `);
});

test.each(Object.keys(englishCatalogue))("docs/reasons.md tells of %s", (code) => {
  expect(textAt("docs/reasons.md")).toContain(`| \`${code}\` `);
});

test("every link within the configuration page leads to a heading", () => {
  const page = textAt("docs/configuration.md") ?? "";
  const links = [...page.matchAll(/\]\(#(?<to>[^)]*)\)/g)].map((match) => match.groups?.["to"]);
  const headings = [...page.matchAll(/^#+ (?<title>.*)$/gm)].map((match) =>
    (match.groups?.["title"] ?? "")
      .toLowerCase()
      .replace(/[^a-z -]/g, "")
      .replaceAll(" ", "-"),
  );
  expect(links.length).toBeGreaterThan(5);
  for (const link of links) expect(headings).toContain(link);
});

function escaped(words: string): string {
  return words.replaceAll("|", "\\|").replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}

function descriptionOf(schema: object): string {
  const description = "description" in schema ? schema.description : undefined;
  if (typeof description !== "string") throw new Error("An option without a description");
  return description.replaceAll("|", "\\|");
}
