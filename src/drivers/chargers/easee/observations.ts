/** What an Easee charger reports: one row per observation, and the newest value of each. */

import { scaled } from "../../../model/rounding.js";
import { type Answer, plausible, toNumber } from "../../decoding/fields.js";

interface Row {
  /** Id in the stream. */
  readonly id: number;
  /** Key in `GET /api/chargers/{id}/state`; absent: only in the stream. */
  readonly key?: string;
  readonly type: "number" | "boolean" | "text";
  /** Unit, once scaled. */
  readonly unit?: string;
  readonly scale?: number;
  /** Plausible values, in the unit. */
  readonly range?: readonly [min: number, max: number];
}

/** Up to 80 A after a restart of an Easee Charge; 1000 A was seen as "no limit". */
const limit = { type: "number", unit: "A", range: [0, 1_000] } as const;
const current = { type: "number", unit: "A", range: [0, 100] } as const;
/** Far above phase to phase. */
const voltage = { type: "number", unit: "V", range: [0, 500] } as const;
const code = { type: "number", unit: "", range: [0, 10_000] } as const;

/**
 * Ids and units: pyeasee `const.py`; those of the AMQP subset also developer.easee.com, "Enumerations".
 * Keys: evcc `charger/easee/types.go`. Terminals on TN grids: T2 = N, T3 to T5 = L1 to L3.
 */
export const observations = {
  /** 1 to 3 TN, from 4 on IT. The REST interface has it in the configuration, not in the state. */
  gridType: { ...code, id: 21, key: "detectedPowerGridType" },
  isEnabled: { id: 31, type: "boolean" },
  /** 1 one phase · 2 automatic · 3 three phases. Kept in flash: read only. */
  phaseMode: { ...code, id: 38 },
  /** Kept in flash: read only. */
  maxChargerCurrent: { ...limit, id: 47 },
  dynamicChargerCurrent: { ...limit, id: 48, key: "dynamicChargerCurrent" },
  offlineMaxCircuitCurrentP1: { ...limit, id: 50, key: "offlineMaxCircuitCurrentP1" },
  offlineMaxCircuitCurrentP2: { ...limit, id: 51, key: "offlineMaxCircuitCurrentP2" },
  offlineMaxCircuitCurrentP3: { ...limit, id: 52, key: "offlineMaxCircuitCurrentP3" },
  firmware: { id: 80, key: "chargerFirmware", type: "number", unit: "", range: [0, 1e6] },
  reasonForNoCurrent: { ...code, id: 96, key: "reasonForNoCurrent" },
  /** Letter of IEC 61851-1, A to F. */
  pilotMode: { id: 100, key: "pilotMode", type: "text" },
  cableRating: { ...current, id: 104, key: "cableRating" },
  opMode: { ...code, id: 109, key: "chargerOpMode" },
  outputPhase: { ...code, id: 110, key: "outputPhase" },
  dynamicCircuitCurrentP1: { ...limit, id: 111, key: "dynamicCircuitCurrentP1" },
  dynamicCircuitCurrentP2: { ...limit, id: 112, key: "dynamicCircuitCurrentP2" },
  dynamicCircuitCurrentP3: { ...limit, id: 113, key: "dynamicCircuitCurrentP3" },
  /** What the control pilot signals. */
  outputCurrent: { ...current, id: 114, key: "outputCurrent" },
  errorCode: { ...code, id: 118, key: "errorCode" },
  fatalErrorCode: { ...code, id: 119, key: "fatalErrorCode" },
  /** Reported in kW. */
  totalPower: { id: 120, key: "totalPower", type: "number", unit: "W", scale: 1_000, range: [-1_000, 60_000] },
  sessionEnergy: { id: 121, key: "sessionEnergy", type: "number", unit: "kWh", range: [0, 10_000] },
  /** Reported about once an hour. */
  lifetimeEnergy: { id: 124, key: "lifetimeEnergy", type: "number", unit: "kWh", range: [0, 1e8] },
  userToken: { id: 128, type: "text" },
  temperature: { id: 150, type: "number", unit: "°C", range: [-60, 200] },
  currentT2: { ...current, id: 182, key: "inCurrentT2" },
  currentT3: { ...current, id: 183, key: "inCurrentT3" },
  currentT4: { ...current, id: 184, key: "inCurrentT4" },
  currentT5: { ...current, id: 185, key: "inCurrentT5" },
  voltageT2T3: { ...voltage, id: 194, key: "inVoltageT2T3" },
  voltageT2T4: { ...voltage, id: 195, key: "inVoltageT2T4" },
  voltageT2T5: { ...voltage, id: 196, key: "inVoltageT2T5" },
  voltageT3T4: { ...voltage, id: 197, key: "inVoltageT3T4" },
  voltageT3T5: { ...voltage, id: 198, key: "inVoltageT3T5" },
  voltageT4T5: { ...voltage, id: 199, key: "inVoltageT4T5" },
  /** Called `isOnline` by the REST interface. */
  cloudConnected: { id: 250, key: "isOnline", type: "boolean" },
} as const satisfies Record<string, Row>;

export type ObservationName = keyof typeof observations;

type NamesOf<T extends Row["type"]> = {
  [N in ObservationName]: (typeof observations)[N]["type"] extends T ? N : never;
}[ObservationName];

export type NumberName = NamesOf<"number">;

type Value = number | boolean | string | null;

interface Observed {
  readonly value: Value;
  /** ms since 1970, by the cloud's or the charger's clock; 0: not known. */
  readonly at: number;
  /** Our command, which the charger has not reported itself. */
  readonly isCommand?: true;
}

const rows: readonly (readonly [ObservationName, Row])[] = Object.entries(observations).flatMap(([name, row]) =>
  isObservationName(name) ? [[name, row] as const] : [],
);
const byId = new Map(rows.map(([name, { id }]) => [id, name]));

/** ms; a timestamp further in the future is ignored, since it would shut out all true values. */
const furthestFuture = 86_400_000;

const disconnected = 1;

/** The newest value of each observation of one charger. */
export class ObservationStore {
  readonly #values = new Map<ObservationName, Observed>();
  /** What the charger has ever reported: some never report P2 and P3. */
  readonly #reported = new Set<ObservationName>();

  number(name: NumberName): number | null {
    const value = this.#values.get(name)?.value;
    return typeof value === "number" ? value : null;
  }

  boolean(name: NamesOf<"boolean">): boolean | null {
    const value = this.#values.get(name)?.value;
    return typeof value === "boolean" ? value : null;
  }

  text(name: NamesOf<"text">): string | null {
    const value = this.#values.get(name)?.value;
    return typeof value === "string" && value !== "" ? value : null;
  }

  /** Whether the charger has ever reported it by itself. */
  hasReported(name: ObservationName): boolean {
    return this.#reported.has(name);
  }

  /** When this was reported; 0: not known. */
  stampOf(name: ObservationName): number {
    return this.#values.get(name)?.at ?? 0;
  }

  /**
   * Takes one `ProductUpdate` of the stream. Values older than the known one, and unknown ones, are ignored.
   * @returns whether a value has changed
   */
  takeUpdate(update: Answer, now: number): boolean {
    const id = toNumber(update.get("id"));
    const name = id === null ? undefined : byId.get(id);
    const stamp = update.get("timestamp");
    const at = typeof stamp === "string" ? Date.parse(stamp) : NaN;
    if (name === undefined || Number.isNaN(at) || at > now + furthestFuture) return false;
    if (at < this.stampOf(name)) return false;
    return this.#take(name, valueOf(observations[name], update.get("value")), at);
  }

  /** Takes a state from REST. It has no timestamps, so later values of the stream count from its own last timestamp on. */
  takeState(state: Answer): void {
    for (const [name, { key }] of rows) {
      const raw = key === undefined ? undefined : state.get(key);
      if (raw !== undefined) this.#take(name, valueOf(observations[name], raw), this.stampOf(name));
    }
  }

  /** Takes the value that a command of that moment has set, so that the echo of an older one no longer counts. */
  takeCommanded(name: NumberName, value: number, at: number): void {
    if (at >= this.stampOf(name)) this.#values.set(name, { value, at, isCommand: true });
  }

  #take(name: ObservationName, value: Value, at: number): boolean {
    const before = this.#values.get(name);
    if (name === "sessionEnergy" && isStrayZero(value, before)) return false;
    // A command that is not reported stands for as long as the rest of it does.
    if (value === null && before?.isCommand) return false;
    if (value !== null) this.#reported.add(name);
    this.#values.set(name, { value, at });
    if (name === "dynamicCircuitCurrentP1" && before !== undefined && before.value !== value) this.#dropCommanded();
    if (name === "opMode" && before?.value === disconnected && value !== disconnected)
      this.#values.set("sessionEnergy", { value: 0, at: this.stampOf("sessionEnergy") });
    return before === undefined || before.value !== value;
  }

  /** The first phase is no longer as we commanded it, so the others, if they are not reported, are not known. */
  #dropCommanded(): void {
    for (const name of otherPhases) if (this.#values.get(name)?.isCommand) this.#values.delete(name);
  }
}

/** The other phases of a circuit: not reported, and set together with the first. */
const otherPhases = ["dynamicCircuitCurrentP2", "dynamicCircuitCurrentP3"] as const;

/** Zeros turn up at random in the session's energy (evcc); a session begins when a car is plugged in. */
function isStrayZero(value: Value, before: Observed | undefined): boolean {
  return value === 0 && typeof before?.value === "number" && before.value > 0;
}

function valueOf({ type, scale = 1, range }: Row, raw: unknown): Value {
  if (type === "boolean") return booleanOf(raw);
  if (type === "text") return typeof raw === "string" ? raw.slice(0, 100) : null;
  const count = toNumber(raw);
  if (count === null) return null;
  const value = scaled(count, scale);
  return range === undefined ? value : plausible(value, range);
}

/** The stream writes booleans as 1 and 0, some of its clients saw True and False. */
function booleanOf(raw: unknown): boolean | null {
  const text = String(raw).toLowerCase();
  return text === "1" || text === "true" ? true : text === "0" || text === "false" ? false : null;
}

function isObservationName(name: string): name is ObservationName {
  return Object.hasOwn(observations, name);
}

/** The charger that an update or a command's response is about; `null`: not given. */
export function chargerOf(message: Answer): string | null {
  const id = message.get("mid") ?? message.get("serialNumber");
  return typeof id === "string" ? id : null;
}
