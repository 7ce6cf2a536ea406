/** The house of the demo: roof, household, car, wallbox and meter, speaking their real protocols on this computer. */

import { startBroker } from "../../simulator/servers/broker.js";
import { Car } from "../../simulator/house/car.js";
import { Evse } from "../../simulator/house/evse.js";
import { VirtualHouse } from "../../simulator/house/house.js";
import { Household } from "../../simulator/house/household.js";
import { Roof } from "../../simulator/house/roof.js";
import { runHouse, type HouseTime } from "../../simulator/runner.js";
import { Weather } from "../../simulator/house/weather.js";
import { virtualChargers, virtualMeters, type VirtualDevice } from "./virtual-devices.js";

/** kWp */
const peak = 8;

/** Of weather and household: the same day each time. */
const seed = 6;

/** Wh that the car wants: more than the day gives. */
const appetite = 60_000;

/** s of the house between two words of its meter */
const meterPeriod = 2;

/** What takes the place of the weather. */
export interface Sky {
  /** Share of the roof's peak, 0 to 1; `null`: the weather decides. */
  light: number | null;
}

export interface VirtualHome {
  readonly house: VirtualHouse;
  readonly evse: Evse;
  readonly charger: VirtualDevice;
  readonly sky: Sky;
  readonly time: HouseTime;
  /** The plugin's configuration for these devices. */
  readonly configuration: object;
  /** Leaves nothing behind. */
  close(): Promise<void>;
}

export interface VirtualHomeOptions {
  /** How many times faster than real time it lives. */
  readonly speed: number;
  /** s of the day at which it begins */
  readonly startTime: number;
  /** Drivers of the devices in it. */
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
  const virtualCharger = virtualChargers[chargerDriver];
  const startMeter = virtualMeters[meterDriver];
  if (virtualCharger === undefined || startMeter === undefined)
    throw new RangeError(`there is no virtual ${virtualCharger ? meterDriver : chargerDriver}`);
  const { phases } = virtualCharger;
  const evse = new Evse({ allowed: false, current: 16, phases, maxCurrent: 16, totalEnergy: 1_234_000 });
  evse.plug(new Car({ energy: appetite, maxCurrent: 16 }));
  const roof = new Roof({ peak, weather: new Weather("broken", seed) });
  const sky: Sky = { light: null };
  const house = new VirtualHouse({
    roof: { power: (second) => (sky.light === null ? roof.power(second) : sky.light * peak * 1_000) },
    household: new Household({ seed }),
    evses: [{ evse, rotation: [0, 1, 2] }],
  });
  const broker = await startBroker();
  const charger = await virtualCharger.start(evse);
  const meter = await startMeter(house, broker);
  const running = runHouse({
    house,
    speed,
    startTime,
    recurring: [
      { period: meterPeriod, run: () => [meter, charger].forEach((device) => device.speak?.()) },
      { period: 1, run: () => charger.advance?.(1) },
    ],
  });

  return {
    house,
    evse,
    charger,
    sky,
    get time() {
      return running.time;
    },
    configuration: {
      platform: "EVCharging",
      name: "EV Charging",
      site: { mainFuse: 25 },
      meters: [{ name: "Grid", ...meter.block }],
      chargers: [{ name: "Garage", ...charger.block }],
      mqtt: { url: broker.url },
    },
    async close() {
      running.stop();
      await Promise.all([meter.close(), charger.close()]);
      await broker.close();
    },
  };
}
