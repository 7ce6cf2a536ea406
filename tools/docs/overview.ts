/** The table of all supported devices and their functions. */

import type { Drivers } from "../../src/config/parse.js";
import { optionsOf } from "../../src/drivers/options/schema.js";
import { chargerChannels } from "../../src/model/channels.js";
import { abilitiesOf, traitsOf, type ConnectionTraits } from "./abilities.js";
import { examplesOf, type Documented } from "./examples.js";
import { code, table } from "./markdown.js";

const kinds: Readonly<Record<Documented["kind"], string>> = {
  charger: "charger",
  meter: "meter",
  "residual-current": "residual-current monitor",
};

export function documentedDrivers({ chargers, meters, residualCurrentMonitors }: Drivers): readonly Documented[] {
  return [...chargers, ...meters, ...residualCurrentMonitors];
}

export async function deviceTable(drivers: Drivers): Promise<string> {
  const rows = documentedDrivers(drivers).map(async (driver) => {
    const examples = examplesOf(driver);
    const traits = await Promise.all(examples.map((example) => traitsOf(driver, example, drivers)));
    const connections = examples.map(({ by }, index) =>
      traits[index]?.pushes === true && by !== "" ? `${by} (pushes changes)` : by,
    );
    const link = `[${code(driver.driver)}](docs/devices/${driver.driver}.md)`;
    return [kinds[driver.kind], productsOf(driver), link, connections.join("; "), functionsOf(driver, traits)];
  });
  return table([["kind", "devices", "driver", "connection", "functions"], ...(await Promise.all(rows))]);
}

/** Each brand once, with its models. */
function productsOf({ products }: Documented): string {
  const brands = [...new Set(products.map(({ brand }) => brand))];
  const models = (brand: string) => products.filter((product) => product.brand === brand).map(({ model }) => model);
  return brands.map((brand) => `${brand} ${models(brand).join("; ")}`).join("; ");
}

function functionsOf(driver: Documented, traits: readonly ConnectionTraits[]): string {
  if (driver.kind === "residual-current") return "measures residual currents";
  if (driver.kind === "meter") return `measures ${driver.measures.join(", ")}`;
  const functions = abilitiesOf(driver).map(({ channel, with: conditions }) =>
    conditions.length === 0
      ? chargerChannels[channel].change
      : `${chargerChannels[channel].change} (${conditions.map(code).join(", ")})`,
  );
  return [...functions, ...watchdogOf(driver, traits)].join(", ");
}

/** What limits the charger when the connection is lost. */
function watchdogOf({ options }: Documented, traits: readonly ConnectionTraits[]): readonly string[] {
  if (Object.hasOwn(optionsOf(options).shape, "watchdog")) return [`watchdog (${code("watchdog")})`];
  const [expiry] = traits.flatMap((each) => each.expiry ?? []);
  return expiry === undefined ? [] : [`watchdog (${expiry / 60_000} min)`];
}
