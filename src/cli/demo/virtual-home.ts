/** The virtual house of the demo: PV system, household, car, wallbox and meter, with their real protocols. */

import { chargerDrivers } from "../../drivers/registry.js";
import type { PhaseCount } from "../../model/phases.js";
import { startBroker } from "../../simulator/servers/broker.js";
import { Car } from "../../simulator/house/car.js";
import { Evse } from "../../simulator/house/evse.js";
import { VirtualHouse } from "../../simulator/house/house.js";
import { Household } from "../../simulator/house/household.js";
import { Roof } from "../../simulator/house/roof.js";
import { runHouse, type HouseTime } from "../../simulator/runner.js";
import { Weather } from "../../simulator/house/weather.js";
import type { Installation, RosterEntry, VirtualDevice } from "../../simulator/roster/entry.js";
import { flowsOf } from "../../simulator/roster/flows.js";
import { usualEntry } from "../../simulator/roster/roster.js";

/** kWp */
const peak = 8;

/** Random seed of weather and household: the same day each time. */
const seed = 6;

/** Wh that the car takes: more than the day's surplus. */
const carEnergy = 60_000;

/** s of virtual time between two messages of the meter */
const meterPeriod = 2;

/** UDP port to which SMA's meters send. */
const smaPort = 9_522;

/** Overrides the weather. */
export interface Sky {
  /** Share of the peak power, 0 to 1; `null`: by the weather. */
  light: number | null;
}

export interface VirtualHome {
  readonly house: VirtualHouse;
  readonly evse: Evse;
  readonly charger: VirtualDevice;
  readonly sky: Sky;
  readonly time: HouseTime;
  readonly meter: VirtualDevice;
  readonly brokerUrl: string;
  /** The plugin's configuration for these devices. */
  readonly configuration: object;
  /** Stops the devices and the broker. */
  close(): Promise<void>;
}

export interface VirtualHomeOptions {
  /** How many times faster than real time it runs. */
  readonly speed: number;
  /** s of the day at which it begins */
  readonly startTime: number;
  /** Drivers of the virtual devices. */
  readonly charger?: string;
  readonly meter?: string;
}

/** @throws RangeError for a driver that has no virtual device here */
export async function startVirtualHome({
  speed,
  startTime,
  charger: chargerDriver = "go-e",
  meter: meterDriver = "shelly-3em",
}: VirtualHomeOptions): Promise<VirtualHome> {
  const chargerEntry = entryOf(chargerDriver, "charger");
  const meterEntry = entryOf(meterDriver, "meter");
  const { phases = 1 } = chargerEntry;
  const evse = new Evse({ allowed: false, current: 16, phases, maxCurrent: 16, totalEnergy: 1_234_000 });
  evse.plug(new Car({ energy: carEnergy, maxCurrent: 16 }));
  const roof = new Roof({ peak, weather: new Weather("broken", seed) });
  const sky: Sky = { light: null };
  const house = new VirtualHouse({
    roof: { power: (second) => (sky.light === null ? roof.power(second) : sky.light * peak * 1_000) },
    household: new Household({ seed }),
    evses: [{ evse, rotation: [0, 1, 2] }],
  });
  const broker = await startBroker();
  const installation: Installation = {
    evse,
    flows: () => flowsOf(house),
    residualCurrent: () => 0,
    brokerUrl: broker.url,
    multicastPort: smaPort,
    now: () => Date.now(),
    number: 0,
  };
  const charger = await chargerEntry.start(installation);
  const meter = await meterEntry.start(installation);
  const running = runHouse({
    house,
    speed,
    startTime,
    recurring: [
      { period: meterPeriod, run: () => [meter, charger].forEach((device) => void device.push?.()) },
      { period: 1, run: () => charger.advance?.(1) },
    ],
  });

  return {
    house,
    evse,
    charger,
    meter,
    brokerUrl: broker.url,
    sky,
    get time() {
      return running.time;
    },
    configuration: {
      platform: "EVCharging",
      name: "EV Charging",
      site: { mainFuse: 25 },
      meters: [{ name: "Grid", driver: meterDriver, ...meter.options }],
      chargers: [
        { name: "Garage", driver: chargerDriver, ...charger.options, ...phasesWritten(chargerDriver, charger, phases) },
      ],
      mqtt: { url: broker.url },
    },
    async close() {
      running.stop();
      await Promise.all([meter.close(), charger.close()]);
      await broker.close();
    },
  };
}

/** @throws RangeError where there is none */
function entryOf(driver: string, kind: RosterEntry["kind"]): RosterEntry {
  const entry = usualEntry(driver);
  if (entry?.kind !== kind) throw new RangeError(`there is no virtual ${kind} ${driver}`);
  return entry;
}

/** The option `phases`, for a charger that can't switch them. */
function phasesWritten(driver: string, { options }: VirtualDevice, phases: PhaseCount): { phases?: PhaseCount } {
  const declared = chargerDrivers.find((each) => each.driver === driver);
  const switches = declared?.writable(declared.options.parse(options)).includes("phases") ?? false;
  return switches ? {} : { phases };
}
