/** What the WiFi gateway of an OpenEVSE keeps in mind: who asks for what, and what comes of it for the wallbox. */

import type { Evse, EvseFault } from "../../house/evse.js";

/**
 * `new`: WiFi firmware 5, with claims and limits · `old`: firmware of before that, with the manual override alone ·
 * `oldest`: firmware before 4, which can only be read, and steered over RAPI.
 */
export type OpenEvseGeneration = "new" | "old" | "oldest";

export interface Properties {
  readonly state?: "active" | "disabled";
  /** A */
  readonly charge_current?: number;
  readonly max_current?: number;
  readonly auto_release?: boolean;
}

export interface StandingClaim extends Properties {
  readonly client: number;
  readonly priority: number;
}

export interface Limit {
  readonly type: string;
  readonly value: number;
  readonly auto_release: boolean;
}

export const manualClient = 0x0001_0001;
const limitClient = 0x0001_0006;
const priorities = { api: 500, manual: 1_000, limit: 1_100 } as const;
const mostClaims = 10;
const minCurrent = 6;
/** V, until somebody says otherwise. */
const voltageFromTheStart = 240;

const faultCodes = {
  "residual current": 6,
  phase: 5,
  ground: 7,
  overtemperature: 10,
  "contactor stuck": 8,
  internal: 14,
} as const satisfies Record<EvseFault, number>;

export class OpenEvseBox {
  readonly evse: Evse;
  readonly generation: OpenEvseGeneration;
  readonly threePhase: boolean;
  /** A, what its owner has set up: stored, and what holds when nobody asks for less. */
  maxConfigured: number;
  /** Version of its controller's RAPI. */
  rapi = "5.1.4";
  /** Whether it checks for cars that need ventilation: `$SV` switches that, in old RAPI. */
  checksVentilation = true;
  /** How often a setting was written to the controller's EEPROM. */
  flashWrites = 0;
  configVersion = 1;
  claimsVersion = 0;
  overrideVersion = 0;
  limitVersion = 0;
  limit: Limit | null = null;
  /** V, as it was set. */
  toldVoltage: number | null = null;
  /** What its controller shows while it is asleep. */
  restCode: 254 | 255 = 254;

  private claims: StandingClaim[] = [];
  /** Stopped at its button or in RAPI, whatever is claimed. */
  private asleep = false;
  private startedAt = 0;

  constructor(evse: Evse, generation: OpenEvseGeneration) {
    this.evse = evse;
    this.generation = generation;
    this.threePhase = evse.phases === 3;
    this.maxConfigured = evse.storedCurrent;
    this.asleep = !evse.allowed;
    evse.onPlug((plugged) => {
      if (!plugged) this.endSession();
    });
  }

  /** As they stand, without the place of each. */
  get standing(): readonly StandingClaim[] {
    return this.claims;
  }

  claimOf(client: number): StandingClaim | null {
    return this.claims.find((claim) => claim.client === client) ?? null;
  }

  /** Replaces the whole of what the client has asked for; `false`: there is no room for another one. */
  claim(client: number, properties: Properties, priority: number = priorities.api): boolean {
    const others = this.claims.filter((claim) => claim.client !== client);
    if (others.length >= mostClaims) return false;
    this.claims = [...others, { auto_release: false, ...properties, client, priority }];
    this.changed(client);
    return true;
  }

  release(client: number): boolean {
    if (!this.claimOf(client)) return false;
    this.claims = this.claims.filter((claim) => claim.client !== client);
    this.changed(client);
    return true;
  }

  override(properties: Properties): boolean {
    return this.claim(manualClient, { auto_release: true, ...properties }, priorities.manual);
  }

  setLimit(limit: Limit | null): void {
    this.limit = limit;
    this.limitVersion += 1;
    this.evse.sessionLimit = limit?.type === "energy" ? limit.value : null;
  }

  /** What all claims together ask for. */
  get asked(): "active" | "disabled" {
    return this.highest("state") ?? "active";
  }

  /** A, on the pilot once it charges. */
  get pilot(): number {
    return this.evse.current;
  }

  get code(): number {
    const { evse } = this;
    if (evse.fault !== null) return faultCodes[evse.fault];
    if (!evse.allowedNow || evse.limitReached) return this.restCode;
    return evse.state === "no car" ? 1 : evse.state === "charging" ? 3 : 2;
  }

  get flags(): number {
    return (this.evse.car ? 0x0100 : 0) | (this.evse.power > 0 ? 0x0040 : 0);
  }

  /** s since the gateway started */
  get uptime(): number {
    return Math.max(0, Math.floor(this.evse.uptime - this.startedAt));
  }

  /** V */
  get voltage(): number {
    return this.toldVoltage ?? voltageFromTheStart;
  }

  /** mA on the one phase that is measured. */
  get milliamperes(): number {
    return Math.round(this.evse.draw[0] * 1_000);
  }

  /** W, as it reckons. */
  get power(): number {
    return Math.round((this.milliamperes / 1_000) * this.voltage * (this.threePhase ? 3 : 1));
  }

  /** At the button, or in RAPI past the gateway. */
  sleep(code: 254 | 255 = 254): void {
    this.asleep = true;
    this.restCode = code;
    this.evse.allowed = false;
  }

  wake(): void {
    this.asleep = false;
    this.restCode = 254;
    this.evse.allowed = true;
  }

  /** The gateway alone starts anew: what was claimed is gone, the controller goes on. */
  forget(): void {
    this.claims = [];
    this.claimsVersion = 0;
    this.overrideVersion = 0;
    this.setLimit(null);
    this.limitVersion = 0;
    this.toldVoltage = null;
    this.startedAt = this.evse.uptime;
    this.evaluate();
  }

  /** Brings the wallbox to what is asked. */
  evaluate(): void {
    const asked = Math.min(this.highest("charge_current") ?? Infinity, this.highest("max_current") ?? Infinity);
    this.evse.current = Math.max(minCurrent, Math.min(asked, this.maxConfigured));
    this.evse.allowed = this.asked === "active" && !this.asleep;
  }

  private endSession(): void {
    const staying = this.claims.filter(({ auto_release }) => auto_release !== true);
    if (this.limit?.auto_release === true) this.setLimit(null);
    if (staying.length === this.claims.length) return;
    this.claims = staying;
    this.changed(manualClient);
  }

  private changed(client: number): void {
    this.claimsVersion = (this.claimsVersion + 1) % 256;
    if (client === manualClient) this.overrideVersion = (this.overrideVersion + 1) % 256;
    this.evaluate();
  }

  /** Of those who say something about it, the one with the highest priority has it. */
  private highest<K extends "state" | "charge_current" | "max_current">(key: K): Properties[K] | undefined {
    const reached: StandingClaim = { client: limitClient, priority: priorities.limit, state: "disabled" };
    const claims = this.evse.limitReached ? [...this.claims, reached] : this.claims;
    return claims.filter((claim) => claim[key] !== undefined).sort((a, b) => b.priority - a.priority)[0]?.[key];
  }
}
