/** What holds at every fuse of random houses with delays, faults and people, as long as the meters tell the truth. */

import * as fc from "fast-check";
import { deadTime } from "../../../src/control/parameters.js";
import { mainFuse, pathsUp } from "../../../src/control/settings.js";
import { ensure, holdsInHouses, tellHouses } from "./ensure.js";
import {
  histories,
  LivingHouse,
  livingHouses,
  type Delays,
  type Flow,
  type Happening,
  type HousePlan,
} from "./living.js";

afterAll(tellHouses);

/** s from something that happens until the fuse no longer feels it: reading, pass, charger and car. */
function reaction({ meterPeriod, meterDelay, answer, response }: Delays): number {
  return meterPeriod + meterDelay + answer + response + 4;
}

/**
 * s after an incident in which the fuse may be above its limit. While a command is under way a reading may or may not
 * show it already.
 */
function excuse({ incident }: Happening, { delays, battery }: HousePlan, sinceCommand: number): number {
  const isUnderWay = sinceCommand <= deadTime / 1_000 + delays.chargerPeriod + delays.meterDelay;
  const ordinary =
    (isUnderWay ? 2 : 1) * reaction(delays) + (isUnderWay ? deadTime / 1_000 : 0) + (battery > 0 ? 10 : 0);
  switch (incident.what) {
    case "unreachable":
    case "meter silent":
      return incident.seconds + ordinary + delays.chargerPeriod;
    case "reboot":
    case "foreign write":
      return ordinary + delays.chargerPeriod;
    default:
      return ordinary;
  }
}

function reported({ second, circuit, phase, current, others }: Flow, { decisions }: LivingHouse): string {
  const flow = `${second} s: ${current.toFixed(1)} A, of which ${others.toFixed(1)} A of others`;
  return `${flow}, of ${circuit.limit} A on L${phase + 1} of ${circuit.name}: ${JSON.stringify(decisions)}`;
}

test("no circuit is above its limit for longer than meter, charger and car need", () => {
  const holds = fc.property(livingHouses, histories, (plan, history) => {
    const house = new LivingHouse(plan);
    let excusedUntil = 20;
    for (const happening of history) {
      house.happen(happening.incident);
      excusedUntil = Math.max(excusedUntil, house.second + excuse(happening, plan, house.second - house.changedAt));
      for (let passed = 0; passed < happening.quiet; passed++)
        house.live((flow) => {
          const { circuit, current, others } = flow;
          const tolerance = 0.2 + 0.06 * (current - others);
          ensure(house.second <= excusedUntil || current <= Math.max(circuit.limit, others) + tolerance, () =>
            reported(flow, house),
          );
        });
    }
  });
  holdsInHouses(300, holds);
});

/** s of peace after which everything has settled. */
const peace = 420;

/** What is left of a charger's circuits on the phase that has least, in A: what a car is offered is not. */
function leftFor(index: number, house: LivingHouse, flows: readonly Flow[]): number {
  const { settings } = house.plan;
  const own = settings.chargers[index];
  const path = own === undefined ? [] : pathsUp(settings.circuits).get(own.circuit ?? mainFuse);
  const loads = house.offeredBy(index, 1);
  return Math.min(
    ...flows
      .filter(({ circuit, phase }) => path?.includes(circuit) && loads[phase] > 0)
      .map(({ circuit, phase, others }) => circuit.limit - others - house.offeredOn(circuit.name, phase)),
  );
}

test("after some minutes of peace every car has what there is room for", () => {
  const holds = fc.property(livingHouses, histories, (plan, history) => {
    const house = new LivingHouse(plan);
    for (const { incident, quiet } of history) {
      house.happen(incident);
      for (let passed = 0; passed < quiet; passed++) house.live();
    }
    let flows: Flow[] = [];
    for (let passed = 0; passed < peace; passed++) {
      flows = [];
      house.live((flow) => flows.push(flow));
    }
    const { memory, decisions, boxes } = house;
    plan.settings.chargers.forEach((charger, index) => {
      const { name, minCurrent, maxCurrent, mode, step } = charger;
      const persistent = memory.chargers[name]?.persistent;
      const box = boxes[index];
      const wants = box?.plugged && box.hungry && persistent?.manual?.kind !== "stop";
      if (!wants || (persistent?.mode ?? mode) !== "fast" || memory.powerLimit !== null) return;
      const current = decisions[name]?.current ?? 0;
      const most = Math.min(maxCurrent, persistent?.cap ?? Infinity);
      const left = leftFor(index, house, flows);
      const reported = () => `${name} has ${current} A, ${left.toFixed(1)} A are left: ${JSON.stringify(decisions)}`;
      if (most < minCurrent) return;
      if (current === 0) ensure(left < 1.1 * minCurrent + 0.5, reported);
      else ensure(current > most - step || (box?.takesLess(current) ?? true) || left < 2.5 + 0.1 * current, reported);
    });
  });
  holdsInHouses(100, holds);
});
