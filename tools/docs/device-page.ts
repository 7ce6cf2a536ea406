/** The page of one driver: products, setup, configuration, options, behaviour and what is not verified. */

import { chargerChannels } from "../../src/model/channels.js";
import type { ChargerDriver } from "../../src/drivers/driver.js";
import { abilitiesOf } from "./abilities.js";
import { blockWith, examplesOf, type Documented } from "./examples.js";
import { code, jsonBlock, list, paragraphs, sentence, table } from "./markdown.js";
import { jsonOf, optionsOf, optionTable } from "./options.js";

const kindNames = {
  charger: "Charger",
  meter: "Meter",
  "residual-current": "Residual-current monitor",
} as const satisfies Record<Documented["kind"], string>;

const settingsOfKind = {
  charger: "every charger",
  meter: "every meter",
  "residual-current": "every residual-current monitor",
} as const satisfies Record<Documented["kind"], string>;

/** Its parts by name, in the order of a new page. A part without content is empty. */
export function devicePage(driver: Documented): Readonly<Record<string, string>> {
  return {
    products: paragraphs(
      `${kindNames[driver.kind]}, driver ${code(driver.driver)}.`,
      productTable(driver),
      roles(driver),
    ),
    needs: chapter("Setting up the device", list(driver.needs.map(sentence))),
    example: chapter("Configuration", examplesText(driver)),
    options: optionsText(driver),
    writes: driver.kind === "charger" ? chapter("What can be changed", writesText(driver)) : "",
    connectionLoss: chapter(
      "When the connection is lost",
      driver.onConnectionLoss === undefined ? "" : sentence(driver.onConnectionLoss),
    ),
    unverified: chapter("Not verified", list((driver.unverified ?? []).map(sentence))),
  };
}

function chapter(title: string, text: string): string {
  return text === "" ? "" : paragraphs(`## ${title}`, text);
}

function productTable({ products }: Documented): string {
  const rows = products.map(({ brand, model, firmware = "" }) => [brand, model, firmware]);
  return table([["brand", "model", "firmware"], ...rows]);
}

function roles(driver: Documented): string {
  if (driver.kind !== "meter") return "";
  return `It measures ${driver.measures.map(code).join(", ")}, unless ${code("measures")} in the configuration sets something else.`;
}

function examplesText(driver: Documented): string {
  const texts = examplesOf(driver).map((example) => {
    const block = jsonBlock(blockWith(driver, example));
    return example.by === "" ? block : paragraphs(`By ${example.by}:`, block);
  });
  return paragraphs(...texts);
}

function optionsText(driver: Documented): string {
  const options = optionsOf(jsonOf(driver.options));
  const common = `The settings of ${settingsOfKind[driver.kind]} are in [Configuration](../configuration.md).`;
  if (options.length === 0) return common;
  return paragraphs(`${common} This driver adds:`, optionTable(options));
}

function writesText(driver: ChargerDriver): string {
  const { min, max, step } = driver.current;
  const rows = abilitiesOf(driver).map(({ channel, with: conditions }) => {
    const range = channel === "maxAmpere" ? `${min} to ${max} A in steps of ${step} A` : "";
    return [code(channel), labelOf(channel), range, conditions.map(code).join(", ")];
  });
  return table([["channel", "meaning", "range", "requires"], ...rows]);
}

function labelOf(channel: ReturnType<typeof abilitiesOf>[number]["channel"]): string {
  return channel === "allowCharging" ? "Start and stop" : chargerChannels[channel].label;
}
