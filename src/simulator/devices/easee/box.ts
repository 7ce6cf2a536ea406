/** What an Easee charger and its circuit keep in mind beside the wallbox's inside, and what they say of it. */

import { type PerPhase, perPhase } from "../../../model/phases.js";
import type { Evse } from "../../house/evse.js";

/** A, what volatile limits are after a restart of an Easee Home (an Easee Charge: 80 A). */
export const restartCurrent = 40;
/** A */
const leastCurrent = 6;

const all = (current: number): PerPhase<number> => [current, current, current];

/** Dynamic limits with the moment at which they are forgotten. */
interface Dynamic<T> {
  readonly value: T;
  /** ms since 1970; `null`: never */
  readonly until: number | null;
}

/** The limits of one circuit; they live in its master charger. */
export class EaseeCircuit {
  readonly chargers: EaseeBox[] = [];
  /** A, in flash. */
  max: PerPhase<number> = all(32);
  /** A without the cloud, in flash. */
  offlineMax: PerPhase<number>;
  dynamic: Dynamic<PerPhase<number>> = { value: all(restartCurrent), until: null };

  constructor(
    readonly id: number,
    offlineCurrent = 6,
  ) {
    this.offlineMax = all(offlineCurrent);
  }

  /** Fractions are cut off. @param minutes 0: for ever */
  setDynamic(current: PerPhase<number>, minutes: number, now: number): void {
    this.dynamic = { value: perPhase((phase) => Math.floor(current[phase])), until: untilOf(minutes, now) };
  }

  /** What is over falls back to what holds without the cloud. */
  expire(now: number): void {
    if (isOver(this.dynamic, now)) this.dynamic = { value: this.offlineMax, until: null };
  }

  /** A for each charger that has a car. */
  share(online: boolean): PerPhase<number> {
    const cars = Math.max(1, this.chargers.filter(({ evse }) => evse.car !== null).length);
    const limit = online ? this.dynamic.value : this.offlineMax;
    return perPhase((phase) => Math.floor(Math.min(limit[phase], this.max[phase]) / cars));
  }
}

export class EaseeBox {
  /** False: its connection to the cloud is gone. */
  online = true;
  /** In flash. */
  enabled = true;
  /** A, in flash. */
  maxCurrent = 32;
  firmware = 333;
  /** What it has detected: 1 to 3 TN, from 4 on IT. */
  gridType = 1;
  /** False: it never reports the limits of its circuit for P2 and P3. */
  reportsAllPhases = true;
  /** False: a pause is refused while no car is plugged in, with HTTP 400. */
  pausesWithoutCar = true;
  /** Set: totals of before a fault stay as they were (kW, A). */
  staleInFault: { readonly power: number; readonly current: number } | null = null;
  tag = "";

  private dynamic: Dynamic<number> = { value: 32, until: null };

  constructor(
    readonly id: string,
    readonly evse: Evse,
    readonly circuit: EaseeCircuit,
  ) {
    circuit.chargers.push(this);
    evse.onPlug((plugged) => {
      if (plugged) this.dynamic = { value: restartCurrent, until: null };
    });
    this.apply();
  }

  /** A */
  get dynamicCurrent(): number {
    return this.dynamic.value;
  }

  /** @param minutes 0: for ever */
  setDynamic(current: number, minutes: number, now: number): void {
    this.dynamic = { value: Math.floor(current), until: untilOf(minutes, now) };
    this.apply();
  }

  pause(): void {
    this.dynamic = { value: 0, until: null };
    this.apply();
  }

  resume(): void {
    this.dynamic = { value: 32, until: null };
    this.apply();
  }

  /** Forgets what is volatile. Says nothing until the wallbox's own time has moved on far enough. */
  reboot(): void {
    this.evse.reboot();
    this.dynamic = { value: restartCurrent, until: null };
    this.circuit.dynamic = { value: all(restartCurrent), until: null };
  }

  /** Forgets what is over, and hands on to the wallbox what holds. */
  tick(now: number): void {
    this.circuit.expire(now);
    if (isOver(this.dynamic, now)) this.dynamic = { value: restartCurrent, until: null };
    this.apply();
  }

  /** What it reports now, by observation id: data type and value as the stream writes them. */
  observations(): ReadonlyMap<number, readonly [dataType: number, value: string]> {
    const { evse, circuit } = this;
    const double = (value: number): readonly [number, string] => [3, String(Number(value.toFixed(4)))];
    const integer = (value: number): readonly [number, string] => [4, String(value)];
    const bool = (value: boolean): readonly [number, string] => [2, value ? "1" : "0"];
    const volts = evse.voltage;
    const line = volts * Math.sqrt(3);
    const stale = evse.fault === null ? null : this.staleInFault;
    const observed = new Map<number, readonly [number, string]>([
      [21, integer(this.gridType)],
      [31, bool(this.enabled)],
      [38, integer(2)],
      [47, double(this.maxCurrent)],
      [48, double(this.dynamicCurrent)],
      ...perPhase((phase) => [50 + phase, integer(circuit.offlineMax[phase])] as const),
      [80, integer(this.firmware)],
      [96, integer(this.limit < leastCurrent ? 52 : 0)],
      [100, [6, this.pilotMode]],
      [104, double(evse.car === null ? 0 : evse.cable)],
      [109, integer(this.opMode)],
      [110, integer(this.outputPhase)],
      ...perPhase((phase) => [111 + phase, double(circuit.dynamic.value[phase])] as const),
      [114, double(evse.offer?.current ?? 0)],
      [120, double(stale?.power ?? evse.power / 1_000)],
      [121, double(evse.sessionEnergy / 1_000)],
      [124, double(evse.totalEnergy / 1_000)],
      [128, [6, this.tag]],
      [150, integer(Math.round(evse.temperature))],
      [182, double(Math.max(...evse.draw))],
      ...perPhase((phase) => [183 + phase, double(stale?.current ?? evse.draw[phase])] as const),
      ...perPhase((phase) => [194 + phase, double(volts)] as const),
      ...perPhase((phase) => [197 + phase, double(line)] as const),
      [250, bool(this.online)],
    ]);
    if (!this.reportsAllPhases) for (const id of [112, 113]) observed.delete(id);
    return observed;
  }

  /** `GET /api/chargers/{id}/state` */
  state(): Record<string, unknown> {
    const { evse, circuit } = this;
    const [p1, p2, p3] = circuit.dynamic.value;
    const [i1, i2, i3] = evse.draw;
    const [o1, o2, o3] = circuit.offlineMax;
    const stale = evse.fault === null ? null : this.staleInFault;
    return {
      smartCharging: false,
      cableLocked: evse.car !== null,
      chargerOpMode: this.opMode,
      totalPower: stale?.power ?? evse.power / 1_000,
      sessionEnergy: evse.sessionEnergy / 1_000,
      energyPerHour: 0,
      wiFiRSSI: -60,
      outputPhase: this.outputPhase,
      dynamicCircuitCurrentP1: p1,
      dynamicCircuitCurrentP2: this.reportsAllPhases ? p2 : null,
      dynamicCircuitCurrentP3: this.reportsAllPhases ? p3 : null,
      chargerFirmware: this.firmware,
      latestFirmware: this.firmware,
      voltage: evse.voltage,
      inCurrentT2: Math.max(i1, i2, i3),
      inCurrentT3: stale?.current ?? i1,
      inCurrentT4: stale?.current ?? i2,
      inCurrentT5: stale?.current ?? i3,
      outputCurrent: evse.offer?.current ?? 0,
      isOnline: this.online,
      inVoltageT2T3: evse.voltage,
      inVoltageT2T4: evse.voltage,
      inVoltageT2T5: evse.voltage,
      cableRating: evse.car === null ? 0 : evse.cable,
      dynamicChargerCurrent: this.dynamicCurrent,
      reasonForNoCurrent: this.limit < leastCurrent ? 52 : 0,
      lifetimeEnergy: evse.totalEnergy / 1_000,
      offlineMaxCircuitCurrentP1: o1,
      offlineMaxCircuitCurrentP2: o2,
      offlineMaxCircuitCurrentP3: o3,
      errorCode: 0,
      fatalErrorCode: evse.fault === null ? 0 : 1,
    };
  }

  /** A, the lowest of all limits; a charger without the cloud keeps to the circuit's offline limit. */
  private get limit(): number {
    const [first] = this.circuit.share(this.online);
    return this.enabled ? Math.min(this.dynamicCurrent, this.maxCurrent, first) : 0;
  }

  private get opMode(): number {
    if (!this.online) return 0;
    const state = this.evse.state;
    if (state === "no car") return 1;
    if (state === "fault") return 5;
    if (state === "charging") return 3;
    if (this.limit < leastCurrent) return 2;
    return state === "complete" ? 4 : 6;
  }

  private get outputPhase(): number {
    return this.evse.offer === null ? 0 : this.evse.offer.phases === 1 ? 10 : 30;
  }

  private get pilotMode(): string {
    const { state } = this.evse;
    return { "no car": "A", waiting: "B", complete: "B", charging: "C", fault: "F" }[state];
  }

  private apply(): void {
    const [, second, third] = this.circuit.dynamic.value;
    this.evse.phases = second === 0 && third === 0 ? 1 : 3;
    this.evse.current = this.limit < leastCurrent ? 0 : this.limit;
  }
}

function untilOf(minutes: number, now: number): number | null {
  return minutes > 0 ? now + minutes * 60_000 : null;
}

function isOver({ until }: Dynamic<unknown>, now: number): boolean {
  return until !== null && now >= until;
}
