/** The house of the demo: roof, household, car, wallbox and meter, speaking their real protocols on this computer. */

import { startBroker } from "../../simulator/broker.js";
import { Car } from "../../simulator/car.js";
import { Evse } from "../../simulator/evse.js";
import { startVirtualGoE, type VirtualGoE } from "../../simulator/go-e/server.js";
import { VirtualHouse } from "../../simulator/house.js";
import { Household } from "../../simulator/household.js";
import { Roof } from "../../simulator/roof.js";
import { runHouse, type HouseTime } from "../../simulator/runner.js";
import { startVirtualShelly3em } from "../../simulator/shelly-3em/device.js";
import { Weather } from "../../simulator/weather.js";

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
  readonly charger: VirtualGoE;
  readonly sky: Sky;
  readonly time: HouseTime;
  /** The plugin's configuration for these devices. */
  readonly configuration: object;
  /** Leaves nothing behind. */
  close(): Promise<void>;
}

/**
 * @param speed how many times faster than real time
 * @param startTime s of the day
 */
export async function startVirtualHome(speed: number, startTime: number): Promise<VirtualHome> {
  const evse = new Evse({ allowed: false, current: 16, phases: 1, maxCurrent: 16, totalEnergy: 1_234_000 });
  evse.plug(new Car({ energy: appetite, maxCurrent: 16 }));
  const roof = new Roof({ peak, weather: new Weather("broken", seed) });
  const sky: Sky = { light: null };
  const house = new VirtualHouse({
    roof: { power: (second) => (sky.light === null ? roof.power(second) : sky.light * peak * 1_000) },
    household: new Household({ seed }),
    evses: [{ evse, rotation: [0, 1, 2] }],
  });
  const broker = await startBroker();
  const charger = await startVirtualGoE({ evse, apiVersion: 2 });
  const meter = await startVirtualShelly3em({ grid: () => house.grid, mqtt: { url: broker.url } });
  const running = runHouse({
    house,
    speed,
    startTime,
    recurring: [{ period: meterPeriod, run: () => meter.publish() }],
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
      meters: [{ name: "Grid", driver: "shelly-3em", transport: "mqtt", topic: `shellies/${meter.name}` }],
      chargers: [{ name: "Garage", driver: "go-e", host: "127.0.0.1", port: charger.port, apiVersion: 2 }],
      mqtt: { url: broker.url },
    },
    async close() {
      running.stop();
      await meter.close();
      await charger.close();
      await broker.close();
    },
  };
}
