/** The format of the state file. Its keys stay as they are, whatever the program calls these values. */

import { z } from "zod";
import type { PersistentState } from "../control/memory.js";
import { noPersistentChargerState, type PersistentChargerState } from "../control/observe/charger-memory.js";
import { chargerModes, type ManualOverride } from "../model/commands.js";
import { weekdays } from "../model/weekdays.js";

const version = 1;

const phaseCount = z.literal([1, 3]);
/** ms since 1970 that a Date takes. */
const time = z.number().min(0).max(8.64e15);
/** kWh and W, far above what any site has. */
const energy = z.number().min(0).max(1e9);
const power = z.number().min(0).max(1e9);
const current = z.number().min(0).max(1_000);

const target = z.object({
  days: z.array(z.literal(weekdays)).readonly(),
  time: z.int().min(0).max(1_439),
  energy: energy.nullable(),
});

const session = z.object({
  since: time.nullable(),
  countsFrom: energy,
  due: time.nullable(),
  pursuedSince: time.nullable(),
});

const charger = z.object({
  mode: z.enum(chargerModes).nullable(),
  phases: z.literal([1, 3, "auto"]).nullable(),
  cap: current.nullable(),
  minimum: current.nullable().default(null),
  powerLimit: power.nullable(),
  energyLimit: energy.nullable(),
  manual: z.enum(["start", "stop"]).nullable(),
  until: time.nullable().default(null),
  targets: z.array(target).readonly().nullable().default(null),
  session: session.nullable().default(null),
  appetite: z
    .object({ current: current.nullable(), phases: z.number().min(0).max(3).nullable() })
    .default(noPersistentChargerState.vehicleLimit),
  given: z.object({ at: time, current, phases: phaseCount }).nullable(),
  confirmed: z.boolean(),
  startedAt: time.nullable(),
  pausedAt: time.nullable(),
  switchedAt: time.nullable(),
});

const file = z.object({
  version: z.literal(version),
  chargers: z.record(z.string(), charger),
  alarms: z.record(z.string(), z.string()).default({}),
  powerLimit: power.nullable().default(null),
});

type ChargerEntry = z.output<typeof charger>;

/** `null`: it can't be understood. */
export function parseState(text: string): PersistentState | null {
  try {
    const { chargers, alarms, powerLimit } = file.parse(JSON.parse(text));
    return { chargers: eachOf(chargers, fromEntry), alarms, powerLimit };
  } catch {
    return null;
  }
}

export function formatState({ chargers, alarms, powerLimit }: PersistentState): string {
  return `${JSON.stringify({ version, chargers: eachOf(chargers, toEntry), alarms, powerLimit })}\n`;
}

function fromEntry(entry: ChargerEntry): PersistentChargerState {
  const { manual, until, session, appetite, given, confirmed, ...same } = entry;
  return {
    ...same,
    manual: manualFrom(manual, until),
    session: session && sessionFrom(session),
    vehicleLimit: appetite,
    lastCommand: given,
    commandConfirmed: confirmed,
  };
}

/** @param until when a start ends, or when the one ended that became this stop */
function manualFrom(kind: ChargerEntry["manual"], until: number | null): ManualOverride | null {
  if (kind === null) return null;
  return kind === "start" ? { kind, until } : { kind, endedStart: until };
}

function sessionFrom({ pursuedSince, ...same }: z.output<typeof session>): PersistentChargerState["session"] {
  return { ...same, targetActiveSince: pursuedSince };
}

function toEntry(state: PersistentChargerState): ChargerEntry {
  const { manual, session, vehicleLimit, lastCommand, commandConfirmed, ...same } = state;
  return {
    ...same,
    manual: manual === null ? null : manual.kind,
    until: manual?.kind === "start" ? manual.until : (manual?.endedStart ?? null),
    session: session && {
      since: session.since,
      countsFrom: session.countsFrom,
      due: session.due,
      pursuedSince: session.targetActiveSince,
    },
    appetite: vehicleLimit,
    given: lastCommand,
    confirmed: commandConfirmed,
  };
}

function eachOf<From, To>(entries: Readonly<Record<string, From>>, convert: (entry: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(entries).map(([name, entry]) => [name, convert(entry)]));
}
