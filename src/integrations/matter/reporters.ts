/** Reports what a charger measures: each number only when it has moved, and not too often. */

import { TemperatureMeasurementServer } from "@matter/main/behaviors/temperature-measurement";
import type { Clock } from "../../model/clock.js";
import type { Facts } from "../charger-facts.js";
import { Reporter } from "../reporter.js";
import { epochSeconds, milli, milliWattHours } from "./attributes.js";
import type { Evse, EvseEndpoint, PhaseEndpoint } from "./evse.js";
import { inAll, onPhase, type Quantity } from "./measurements.js";
import type { ReportedValues } from "./reported-values.js";

/** ms at least between two reports of one number. */
const intervals = { power: 5_000, energy: 30_000, temperature: 60_000 } as const;

interface ReporterContext {
  readonly clock: Clock;
  /** Has a change made after those that were asked for before. */
  readonly enqueue: (name: string, change: () => Promise<void>) => void;
}

/** One measured number: its unit, where it is found, and where it goes. */
interface Measurement {
  readonly name: string;
  readonly unit: string;
  /** ms */
  readonly interval: number;
  read(facts: Facts): number | null;
  write(value: number | null): Promise<void>;
}

export function reportersOf(
  { endpoint, phases }: Evse,
  reported: ReportedValues,
  context: ReporterContext,
): readonly Reporter<Facts>[] {
  const measurements = [
    ...inAll.map((quantity) => electrical(endpoint, quantity)),
    ...phases.flatMap((sensor) => onPhase(sensor.phase).map((quantity) => electrical(sensor.endpoint, quantity))),
    energy(endpoint, context.clock),
    ...(reported.temperature ? [temperature(endpoint)] : []),
  ];
  return measurements.map(({ name, unit, interval, read, write }) => {
    const { clock, enqueue } = context;
    return new Reporter<Facts>({
      clock,
      unit,
      interval,
      read,
      report: (value) => enqueue(name, () => write(typeof value === "number" ? value : null)),
    });
  });
}

function electrical(endpoint: EvseEndpoint | PhaseEndpoint, { attribute, unit, read }: Quantity): Measurement {
  return {
    name: `${attribute} at ${endpoint.id}`,
    unit,
    interval: intervals.power,
    read,
    async write(value) {
      await endpoint.set({ electricalPowerMeasurement: { [attribute]: value === null ? null : milli(value) } });
    },
  };
}

function energy(endpoint: EvseEndpoint, clock: Clock): Measurement {
  return {
    name: "energy",
    unit: "kWh",
    interval: intervals.energy,
    read: ({ reading }) => reading.totalConsumption,
    async write(value) {
      // A counter that does not answer has not changed.
      if (value === null) return;
      await endpoint.act((agent) => {
        const imported = { energy: milliWattHours(value), endTimestamp: epochSeconds(clock.now()) };
        agent.electricalEnergyMeasurement.setMeasurement({ cumulativeEnergy: { imported } });
      });
    },
  };
}

function temperature(endpoint: EvseEndpoint): Measurement {
  return {
    name: "temperature",
    unit: "°C",
    interval: intervals.temperature,
    read: ({ reading }) => reading.temperature,
    async write(value) {
      const measuredValue = value === null ? null : Math.round(value * 100);
      await endpoint.setStateOf(TemperatureMeasurementServer, { measuredValue });
    },
  };
}
