/** The names of a generic meter's values, and the reading that is made of those values. */

import {
  isMeterChannelName,
  type MeterChannelName,
  meterChannelNames,
  meterChannels,
  quantitiesFrom,
} from "../../model/meter-channels.js";
import { type MeterReading, type MeterRole, meterRoles, type Quantities } from "../../model/readings.js";
import { signedLike, sumOf } from "./signs.js";

/** Plausible values in each unit. */
const ranges = { W: [-1e6, 1e6], A: [-2_000, 2_000], V: [0, 500], kWh: [0, 1e9], "%": [0, 100] } as const;

/** Unit and plausible values of a channel, once scaled. */
export function plausibilityOf(name: MeterChannelName) {
  const { unit } = meterChannels[name];
  return { unit, range: ranges[unit] };
}

/** All names of values that there are. */
export const valueNames: readonly string[] = [
  ...meterChannelNames,
  ...meterRoles.flatMap((role) => meterChannelNames.map((channel) => `${role}.${channel}`)),
];

/** For messages about an unknown name. */
export const knownNames = meterChannelNames.join(", ");

export interface ValueName {
  /** `null`: the first that the meter is configured to measure. */
  readonly role: MeterRole | null;
  readonly channel: MeterChannelName;
}

/** `power` or `pv.power`; `null`: no such name. */
export function parseName(name: string): ValueName | null {
  const [first = "", second, ...more] = name.split(".");
  const role = meterRoles.find((each) => each === first) ?? null;
  const channel = second === undefined ? first : second;
  if (!isMeterChannelName(channel) || more.length > 0 || (second === undefined) !== (role === null)) return null;
  return { role, channel };
}

/** The role of a value of this name; `null`: no such name. */
export function roleOf(name: string, measures: readonly MeterRole[]): MeterRole | null {
  const parsed = parseName(name);
  return parsed && (parsed.role ?? measures[0] ?? "grid");
}

/** @param values by name, in the units of their channels */
export function readingOf(values: ReadonlyMap<string, number | null>, measures: readonly MeterRole[]): MeterReading {
  const found = new Map<MeterRole, Map<MeterChannelName, number | null>>();
  for (const [name, value] of values) {
    const parsed = parseName(name);
    if (parsed === null) continue;
    const role = parsed.role ?? measures[0] ?? "grid";
    const ofRole = found.get(role) ?? new Map<MeterChannelName, number | null>();
    found.set(role, ofRole.set(parsed.channel, value));
  }
  return Object.fromEntries([...found].map(([role, ofRole]) => [role, quantitiesOf(ofRole)]));
}

function quantitiesOf(values: ReadonlyMap<MeterChannelName, number | null>): Quantities {
  const reported = quantitiesFrom((name) => values.get(name));
  return {
    ...reported,
    power: values.has("power") ? reported.power : sumOf(reported.powers),
    currents: signedLike(reported.currents, reported.powers),
  };
}
