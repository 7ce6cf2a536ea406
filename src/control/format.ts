/** Numbers as people read them in a reason. */

/** "2.3 kW", "80 W" */
export function watts(power: number): string {
  return Math.abs(power) < 1_000 ? `${Math.round(power)} W` : `${(power / 1_000).toFixed(1)} kW`;
}

/** "10 A", "9.6 A" */
export function amperes(current: number): string {
  return `${Math.round(current * 10) / 10} A`;
}

/** "20 kWh", "7.4 kWh" */
export function kilowattHours(energy: number): string {
  return `${Number(energy.toFixed(1))} kWh`;
}

/** "40 s", "5 min" */
export function duration(ms: number): string {
  return ms < 120_000 ? `${Math.round(ms / 1_000)} s` : `${Math.round(ms / 60_000)} min`;
}
