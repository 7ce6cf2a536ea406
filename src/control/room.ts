/** What is left on each circuit for the chargers on it, and how far that can be relied on. */

import { perPhase, phaseIndexes, type PerPhase, type PhaseIndex } from "../model/phases.js";
import { deadTime, roomMemory } from "./limits.js";
import type { BackgroundSample, QuantityMemory } from "./memory.js";
import { hangsOn, mainFuse, type CircuitSettings, type ControlSettings } from "./settings.js";
import { drawRange } from "./draws.js";
import { quantitiesOf, trustIn, type ChargerFacts, type Situation, type Trust } from "./situation.js";

export interface Room {
  readonly name: string;
  readonly parent: string | null;
  /** A per phase */
  readonly limit: number;
  /** A per phase for all chargers together, beyond which they have to be lowered now. */
  readonly toStay: PerPhase<number>;
  /** A per phase for all chargers together, up to which they may be raised. Never more than `toStay`. */
  readonly toRaise: PerPhase<number>;
  readonly trust: Trust;
}

/** What others than our chargers draw, in A per phase: at least, and at most. */
interface Background {
  readonly low: PerPhase<number>;
  readonly high: PerPhase<number>;
}

export function roomsOf(situation: Situation): readonly Room[] {
  const { settings, memory, now } = situation;
  return settings.circuits.map((circuit) => {
    const background = backgroundOf(circuit, situation);
    const lately = (memory.background[circuit.name] ?? []).filter(({ at }) => at >= now - roomMemory);
    const toStay = perPhase((i) => circuit.limit - (background?.low[i] ?? 0));
    return {
      name: circuit.name,
      parent: circuit.parent,
      limit: circuit.limit,
      toStay,
      toRaise: perPhase((i) => {
        const highest = Math.max(background?.high[i] ?? 0, ...lately.map(({ high }) => high[i]));
        return Math.min(toStay[i], circuit.limit - highest);
      }),
      trust: circuitTrust(circuit, situation),
    };
  });
}

/** The sample to remember of a circuit whose meter spoke in this pass; `null`: it did not. */
export function backgroundSample(circuit: CircuitSettings, situation: Situation): BackgroundSample | null {
  const { memory, now } = situation;
  if (!circuit.meters.some((name) => memory.meters[name]?.at === now)) return null;
  const background = backgroundOf(circuit, situation);
  return background === null ? null : { at: now, high: background.high };
}

/** Phases on which a circuit is above its limit. */
export function overloadedPhases(circuit: CircuitSettings, { memory, settings }: Situation): readonly PhaseIndex[] {
  return measuredPhases(settings).filter((i) =>
    circuit.meters.some((name) => {
      const current = quantitiesOf(memory.meters[name])?.currents[i];
      return current !== null && current !== undefined && Math.abs(current.value) > circuit.limit;
    }),
  );
}

function measuredPhases({ phases }: ControlSettings): readonly PhaseIndex[] {
  return phaseIndexes.slice(0, phases);
}

/** `null`: no meter has told anything. Of several meters the one that sees most counts. */
function backgroundOf(circuit: CircuitSettings, situation: Situation): Background | null {
  const chargers = membersOf(circuit.name, situation);
  const all = circuit.meters.flatMap((name) => {
    const quantities = quantitiesOf(situation.memory.meters[name]);
    return (quantities && behindMeter(quantities, chargers, situation)) ?? [];
  });
  if (all.length === 0) return null;
  return {
    low: perPhase((i) => Math.max(...all.map(({ low }) => low[i]))),
    high: perPhase((i) => Math.max(...all.map(({ high }) => high[i]))),
  };
}

function behindMeter(
  quantities: QuantityMemory,
  chargers: readonly ChargerFacts[],
  situation: Situation,
): Background | null {
  const { voltage, settings } = situation;
  if (!tellsCurrents(quantities)) return fromPowerAlone(quantities, chargers, situation);
  const phases = measuredPhases(settings);
  const known = quantities.currents;
  const drawn = perPhase((i) => {
    const measuredAt = known[i]?.at ?? situation.now - deadTime;
    const ranges = chargers.map((charger) => drawRange(charger, measuredAt, voltage));
    return { low: sum(ranges, ({ low }) => low[i]), high: sum(ranges, ({ high }) => high[i]) };
  });
  const shown = (i: PhaseIndex) => (phases.includes(i) ? (known[i]?.value ?? 0) : 0);
  return {
    low: perPhase((i) => (phases.includes(i) ? shown(i) - drawn[i].high : 0)),
    high: perPhase((i) => (phases.includes(i) ? shown(i) - drawn[i].low : 0)),
  };
}

/** A meter that never told currents: all of the power that is not ours may be on any one phase. */
function fromPowerAlone(
  { power }: QuantityMemory,
  chargers: readonly ChargerFacts[],
  { voltage, settings }: Situation,
): Background | null {
  if (power === null) return null;
  const ranges = chargers.map((charger) => drawRange(charger, power.at, voltage));
  const current = (drawn: number) => {
    const amperes = (power.value - drawn) / voltage;
    return settings.phases === 1 ? amperes : Math.max(0, amperes);
  };
  const low = current(sum(ranges, ({ highPower }) => highPower));
  const high = current(sum(ranges, ({ lowPower }) => lowPower));
  return { low: perPhase(() => low), high: perPhase(() => high) };
}

function circuitTrust({ name: circuit, meters }: CircuitSettings, { memory, settings, now }: Situation): Trust {
  const trusts = meters.map((name) => {
    const meter = memory.meters[name];
    const quantities = quantitiesOf(meter);
    const needed =
      quantities && !tellsCurrents(quantities)
        ? [{ what: "the power", sample: quantities.power }]
        : measuredPhases(settings).map((i) => ({ what: `the current of L${i + 1}`, sample: quantities?.currents[i] }));
    return trustIn(name, meter, needed, now);
  });
  if (trusts.length === 0 && circuit === mainFuse)
    return { raise: false, stay: false, problem: "no meter measures the grid" };
  if (trusts.length === 0) return { raise: true, stay: true, problem: "" };
  return {
    raise: trusts.every(({ raise }) => raise),
    stay: trusts.every(({ stay }) => stay),
    problem: trusts.find(({ problem }) => problem !== "")?.problem ?? "",
  };
}

function tellsCurrents({ currents }: QuantityMemory): boolean {
  return currents.some((current) => current !== null);
}

/** The chargers on a circuit and on all circuits below it. */
function membersOf(circuit: string, { settings, chargers }: Situation): readonly ChargerFacts[] {
  return chargers.filter((charger) => hangsOn(charger.settings, circuit, settings));
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}
