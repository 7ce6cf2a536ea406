/** The base load of each circuit, from its meters and the chargers' own readings. */

import { perPhase, phaseIndexes, type PerPhase, type PhaseIndex } from "../../model/phases.js";
import { quantitiesOf, type QuantityMemory } from "../observe/meter-memory.js";
import { deadTime, noticeableCurrent } from "../parameters.js";
import { mainFuse, membersOf, type CircuitSettings, type ControlSettings } from "../settings.js";
import { drawRange, type DrawRange } from "./in-flight.js";
import type { BaseLoad } from "./samples.js";
import { newestDraw, type ChargerFacts, type Situation } from "./situation.js";
import { worstCurrent, type WiringCheckState } from "./wiring-check.js";

/** By the name of the circuit; absent: its meters have not reported anything. */
export type BaseLoads = ReadonlyMap<string, BaseLoad>;

/** What chargers draw together beyond their commands, in A per phase. */
interface Beyond {
  readonly low: [number, number, number];
  readonly high: [number, number, number];
}

/** What chargers draw together. */
type Drawn = Omit<DrawRange, "isConfirmed">;

const nothing: BaseLoad = { low: [0, 0, 0], high: [0, 0, 0] };

export function baseLoadsOf(situation: Situation): BaseLoads {
  const { settings, chargers } = situation;
  const members = membersOf(settings);
  const beyond = beyondCommand(situation);
  const baseLoads = new Map<string, BaseLoad>();
  for (const circuit of settings.circuits) {
    const { name, meters } = circuit;
    const places = members.get(name) ?? [];
    const counted = () => places.flatMap((place) => chargers[place] ?? []);
    const baseLoad = meters.length > 0 ? behindMeters(circuit, counted(), situation) : (beyond.get(name) ?? nothing);
    if (baseLoad !== null) baseLoads.set(name, baseLoad);
  }
  return baseLoads;
}

/** Of several meters the highest value counts. */
function behindMeters(
  { meters, limit }: CircuitSettings,
  chargers: readonly ChargerFacts[],
  situation: Situation,
): BaseLoad | null {
  const all = meters.flatMap((name) => {
    const meter = situation.memory.meters[name];
    const quantities = quantitiesOf(meter);
    return (meter && quantities && behindMeter(quantities, meter.wiringCheck, limit, chargers, situation)) ?? [];
  });
  if (all.length === 0) return null;
  return {
    low: perPhase((i) => Math.max(...all.map(({ low }) => low[i]))),
    high: perPhase((i) => Math.max(...all.map(({ high }) => high[i]))),
  };
}

/**
 * A raise in flight may or may not be in the reading. But no raise of ours alone exceeds the limit: where a reading
 * does, the base load has grown, and only what chargers have reported to draw is subtracted.
 */
function behindMeter(
  quantities: QuantityMemory,
  wiringCheck: WiringCheckState,
  limit: number,
  chargers: readonly ChargerFacts[],
  { voltage, settings, now }: Situation,
): BaseLoad | null {
  if (!hasCurrents(quantities)) return fromPowerAlone(quantities, chargers, voltage, settings);
  const phases = measuredPhases(settings);
  const known = quantities.currents;
  const values = perPhase((i) => known[i]?.value ?? 0);
  const drawn = drawnAt(chargers, voltage);
  const others = perPhase((i) => {
    if (!phases.includes(i)) return { low: 0, high: 0 };
    const at = known[i]?.at ?? now - deadTime;
    const value = worstCurrent(wiringCheck, values, i);
    const { low, high, reported } = drawn(at);
    return { low: value - (value > limit + noticeableCurrent ? reported : high)[i], high: value - low[i] };
  });
  return { low: perPhase((i) => others[i].low), high: perPhase((i) => others[i].high) };
}

/**
 * What chargers draw beyond their command: all that is known of a circuit without a meter. At least what they draw
 * beyond every offer of the last seconds, at most what they draw above the newest. By circuit; absent: none.
 */
function beyondCommand({ settings, chargers }: Situation): BaseLoads {
  const circuits = new Map<string, Beyond>();
  const on = (circuit: string): Beyond => {
    const known = circuits.get(circuit) ?? { low: [0, 0, 0], high: [0, 0, 0] };
    circuits.set(circuit, known);
    return known;
  };
  for (const charger of chargers) {
    const { beyond } = charger.memory;
    const drawn = newestDraw(charger);
    const most = perPhase((i) => Math.max(beyond[i], drawn[i] - commandedOn(charger, i)));
    if (most[0] > 0 || most[1] > 0 || most[2] > 0) add(on(charger.settings.circuit ?? mainFuse), beyond, most);
  }
  // Parents come before children.
  for (const { name, parent } of settings.circuits.toReversed()) {
    const own = circuits.get(name);
    if (own !== undefined && parent !== null) add(on(parent), own.low, own.high);
  }
  return circuits;
}

function add({ low, high }: Beyond, least: PerPhase<number>, most: PerPhase<number>): void {
  for (const i of phaseIndexes) {
    low[i] += least[i];
    high[i] += Math.max(0, most[i]);
  }
}

function commandedOn({ activeSetpoint, overdrawRatio, loads }: ChargerFacts, phase: PhaseIndex): number {
  return loads(activeSetpoint.phases).includes(phase) ? activeSetpoint.current * overdrawRatio : 0;
}

/** From a meter that measures no currents: all power that is not ours may be on any one phase. */
function fromPowerAlone(
  { power }: QuantityMemory,
  chargers: readonly ChargerFacts[],
  voltage: number,
  { phases }: ControlSettings,
): BaseLoad | null {
  if (power === null) return null;
  const { lowPower, highPower } = drawnAt(chargers, voltage)(power.at);
  const current = (drawn: number) => {
    const amperes = (power.value - drawn) / voltage;
    return phases === 1 ? amperes : Math.max(0, amperes);
  };
  const low = current(highPower);
  const high = current(lowPower);
  return { low: perPhase(() => low), high: perPhase(() => high) };
}

/** The draw of all these chargers that a meter reading of a time may show; calculated once for each time. */
function drawnAt(chargers: readonly ChargerFacts[], voltage: number): (measuredAt: number) => Drawn {
  const known = new Map<number, Drawn>();
  return (measuredAt) => {
    const drawn = known.get(measuredAt) ?? drawnTogether(chargers, measuredAt, voltage);
    known.set(measuredAt, drawn);
    return drawn;
  };
}

/**
 * Without what a charger draws beyond its offer: no command controls that, so it must not look like current that could
 * be given to other chargers. It stays in the base load.
 */
function drawnTogether(chargers: readonly ChargerFacts[], measuredAt: number, voltage: number): Drawn {
  const low: [number, number, number] = [0, 0, 0];
  const high: [number, number, number] = [0, 0, 0];
  const reported: [number, number, number] = [0, 0, 0];
  let lowPower = 0;
  let highPower = 0;
  for (const charger of chargers) {
    const range = drawRange(charger, measuredAt, voltage);
    const { beyond } = charger.memory;
    for (const i of phaseIndexes) {
      low[i] += Math.max(0, range.low[i] - beyond[i]);
      high[i] += Math.max(0, range.high[i] - beyond[i]);
      reported[i] += Math.max(0, range.reported[i] - beyond[i]);
    }
    const beyondPower = (beyond[0] + beyond[1] + beyond[2]) * voltage;
    lowPower += Math.max(0, range.lowPower - beyondPower);
    highPower += Math.max(0, range.highPower - beyondPower);
  }
  return { low, high, reported, lowPower, highPower };
}

/** The phases that the site has. */
export function measuredPhases({ phases }: ControlSettings): readonly PhaseIndex[] {
  return phaseIndexes.slice(0, phases);
}

/** Whether its meter measures currents, or has done so. */
export function hasCurrents({ currents }: QuantityMemory): boolean {
  return currents.some((current) => current !== null);
}
