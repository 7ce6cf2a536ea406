/** The table of all supported devices, and what each can do. */

import type { Drivers } from "../../src/config/parse.js";
import type { WritableChannel } from "../../src/drivers/driver.js";
import { abilitiesOf, habitsOf, type Habits } from "./abilities.js";
import { examplesOf, type Documented } from "./examples.js";
import { code, table } from "./markdown.js";

/** What people call the changes that a charger takes. */
const deeds: Readonly<Record<WritableChannel, string>> = {
  maxAmpere: "current",
  allowCharging: "start and stop",
  phases: "phases",
  sessionChargeConsumptionLimit: "energy limit",
  accessState: "access",
  transaction: "transaction",
};

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
    const habits = await Promise.all(examples.map((example) => habitsOf(driver, example, drivers)));
    const roads = examples.map(({ by }, index) =>
      habits[index]?.speaks === true && by !== "" ? `${by} (tells changes by itself)` : by,
    );
    const link = `[${code(driver.driver)}](docs/devices/${driver.driver}.md)`;
    return [kinds[driver.kind], productsOf(driver), link, roads.join("; "), abilityWords(driver, habits)];
  });
  return table([["kind", "devices", "driver", "by", "what it does here"], ...(await Promise.all(rows))]);
}

/** Each brand once, with its models. */
function productsOf({ products }: Documented): string {
  const brands = [...new Set(products.map(({ brand }) => brand))];
  const models = (brand: string) => products.filter((product) => product.brand === brand).map(({ model }) => model);
  return brands.map((brand) => `${brand} ${models(brand).join("; ")}`).join("; ");
}

function abilityWords(driver: Documented, habits: readonly Habits[]): string {
  if (driver.kind === "residual-current") return "watches residual currents";
  if (driver.kind === "meter") return `measures ${driver.measures.join(", ")}`;
  const words = abilitiesOf(driver).map(({ channel, with: conditions }) =>
    conditions.length === 0 ? deeds[channel] : `${deeds[channel]} (${conditions.map(code).join(", ")})`,
  );
  return [...words, ...watchdogWords(driver, habits)].join(", ");
}

/** What looks after the car when nobody speaks to the charger any more. */
function watchdogWords({ options }: Documented, habits: readonly Habits[]): readonly string[] {
  if (Object.hasOwn(options.shape, "watchdog")) return [`watchdog (${code("watchdog")})`];
  const [expiry] = habits.flatMap((each) => each.expiry ?? []);
  return expiry === undefined ? [] : [`watchdog (${expiry / 60_000} min)`];
}
