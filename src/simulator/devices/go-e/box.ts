/** What a go-e charger keeps in mind beside the wallbox's inside, whichever API version asks. */

import type { Evse } from "../../house/evse.js";
import { perPhase } from "../../../model/phases.js";

/** `v2`: HOME+/HOMEfix up to firmware 04x, API v1 only · `v3`: Gemini and later, firmware 050 and up. */
export type GoEHardware = "v2" | "v3";

/**
 * What some firmware or model does otherwise, as its users report it.
 * `lacks-keys`: PRO and CORE lack keys, and answer with 400 and all others (go-eCharger-API-v2, issue 312)
 * `refuses-with-500`, `refuses-with-400`: a refused write is answered so (issue 86)
 * `zero-nrg`: zeros only (60.4, issue 321)
 * `amx-shows-as-amp`: takes `amx`, and has only `amp` in its status (hardware V2, 040 and 041)
 * `plain-nrg`: the legacy API measures in A and W
 * `takes-too-much`: says yes to a current above `ama` and stays at that
 * `no-car-while-switching`: shows no car while it changes phases
 */
export type GoEQuirk =
  | "lacks-keys"
  | "refuses-with-500"
  | "refuses-with-400"
  | "zero-nrg"
  | "amx-shows-as-amp"
  | "plain-nrg"
  | "takes-too-much"
  | "no-car-while-switching";

/** A card that the box knows. */
export interface GoECard {
  readonly name: string;
}

export interface GoEBoxOptions {
  readonly quirks?: readonly GoEQuirk[];
  readonly cards?: readonly GoECard[];
  readonly evse: Evse;
  /** 6 digits. */
  readonly serial: string;
  readonly firmware: string;
  readonly hardware: GoEHardware;
}

/** A written value as its API version has it: a number or text of API v1, any JSON value of API v2. */
export type WrittenValue = unknown;

/** Force state `frc`: 0 neutral · 1 off · 2 on. */
export type ForceState = 0 | 1 | 2;

/** What nrg holds, in V, A and W; pf in %. Neutral has no sensor of its own here: 0. */
export interface GoEMeasurement {
  readonly voltages: readonly number[];
  readonly currents: readonly number[];
  readonly powers: readonly number[];
  readonly power: number;
  readonly powerFactors: readonly number[];
}

const nothing = [0, 0, 0];

export class GoEBox {
  readonly evse: Evse;
  readonly serial: string;
  readonly firmware: string;
  readonly hardware: GoEHardware;
  readonly quirks: ReadonlySet<GoEQuirk>;
  readonly cards: readonly GoECard[];
  /** How often the stored current was written: some 100 000 times are what hardware V2 stands. */
  flashWrites = 0;
  /** Largest current that can be set, A. */
  maxCurrent: number;
  /** Settings that nothing here depends on, by key; they read back as written. */
  readonly plainSettings = new Map<string, WrittenValue>();

  private force: ForceState = 0;
  private access: 0 | 1 | 2 = 0;
  private authorised: number | null = null;
  private phaseMode: 0 | 1 | 2;
  private limit: number | null = null;
  private stopsAtLimit = false;

  constructor({ evse, serial, firmware, hardware, quirks = [], cards = [] }: GoEBoxOptions) {
    this.quirks = new Set(quirks);
    this.cards = cards;
    this.evse = evse;
    this.serial = serial;
    this.firmware = firmware;
    this.hardware = hardware;
    this.maxCurrent = evse.maxCurrent;
    this.force = evse.allowed ? 0 : 1;
    this.phaseMode = evse.phases === 1 ? 1 : 2;
    evse.onPlug((plugged) => {
      if (!plugged) this.transaction = null;
    });
  }

  get forceState(): ForceState {
    return this.force;
  }

  set forceState(state: ForceState) {
    this.force = state;
    this.permit();
  }

  /** 0 open · 1 card or app first · 2 by price (API v1 only). */
  get accessState(): 0 | 1 | 2 {
    return this.access;
  }

  set accessState(state: 0 | 1 | 2) {
    this.access = state;
    this.permit();
  }

  /** Who opened the session: 0 nobody's card, n card n; `null`: nobody. Forgotten when the car leaves. */
  get transaction(): number | null {
    return this.authorised;
  }

  set transaction(transaction: number | null) {
    this.authorised = transaction;
    this.permit();
  }

  /** Waits for a card or the app. */
  get locked(): boolean {
    return this.access === 1 && this.authorised === null;
  }

  /** Charging is allowed, as far as settings go. */
  get permitted(): boolean {
    return this.force !== 1 && !this.locked;
  }

  /** 0 auto, which takes three · 1 one · 2 three. */
  get phaseSwitchMode(): 0 | 1 | 2 {
    return this.phaseMode;
  }

  set phaseSwitchMode(mode: 0 | 1 | 2) {
    this.phaseMode = mode;
    this.evse.phases = mode === 1 ? 1 : 3;
  }

  /** Wh, whether it is in force or not; `null`: none. */
  get energyLimit(): number | null {
    return this.limit;
  }

  set energyLimit(energy: number | null) {
    this.limit = energy;
    this.evse.sessionLimit = this.stopsAtLimit ? this.limit : null;
  }

  get autoStop(): boolean {
    return this.stopsAtLimit;
  }

  set autoStop(stops: boolean) {
    this.stopsAtLimit = stops;
    this.evse.sessionLimit = stops ? this.limit : null;
  }

  /** Until the next reboot. */
  setVolatileCurrent(current: number): void {
    this.evse.current = current;
  }

  setStoredCurrent(current: number): void {
    this.flashWrites += 1;
    this.evse.storedCurrent = current;
    this.evse.current = current;
  }

  measure(): GoEMeasurement {
    const { voltage, draw, powers, power } = this.evse;
    if (this.quirks.has("zero-nrg"))
      return { voltages: nothing, currents: nothing, powers: nothing, power: 0, powerFactors: nothing };
    return {
      voltages: perPhase(() => voltage),
      currents: draw,
      powers,
      power,
      powerFactors: perPhase((phase) => (draw[phase] > 0 ? 100 : 0)),
    };
  }

  private permit(): void {
    this.evse.allowed = this.permitted;
  }
}

/** `055.5` and `55.5` as 55.5; what is no number counts as new. */
export function firmwareNumber(firmware: string): number {
  const number = Number.parseFloat(firmware);
  return Number.isNaN(number) ? Infinity : number;
}
