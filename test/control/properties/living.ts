/** Random houses that live second by second under the controller: with delays, faults and people, but true meters. */

import * as fc from "fast-check";
import { newMemory, type Memory } from "../../../src/control/memory.js";
import {
  mainFuse,
  membersOf,
  type ChargerSettings,
  type CircuitSettings,
  type ControlSettings,
} from "../../../src/control/settings.js";
import type { ChargerCommand, Decision } from "../../../src/model/commands.js";
import { perPhase, phaseIndexes, type PerPhase, type PhaseCount, type PhaseIndex } from "../../../src/model/phases.js";
import { noQuantities, type ChargerReading, type MeterReading } from "../../../src/model/readings.js";
import { charger, charging, connected, disconnected, siteSettings, pass, start } from "../support.js";

/** s; how slow the devices of a house are. */
export interface Delays {
  readonly meterPeriod: number;
  readonly meterDelay: number;
  readonly chargerPeriod: number;
  /** From a command to the pilot. */
  readonly answer: number;
  /** From the pilot to the car's current. */
  readonly response: number;
}

interface CarPlan {
  readonly phases: 1 | 2 | 3;
  /** A */
  readonly maxCurrent: number;
  /** What it takes of what it is offered. */
  readonly follow: number;
}

export interface HousePlan {
  readonly settings: ControlSettings;
  readonly delays: Delays;
  readonly vehicles: readonly CarPlan[];
  /** W that the battery can give and take; 0: there is none. */
  readonly battery: number;
}

const delays: fc.Arbitrary<Delays> = fc.record({
  meterPeriod: fc.constantFrom(1, 1, 2, 5, 5, 10),
  meterDelay: fc.constantFrom(0, 0, 1, 2, 5),
  chargerPeriod: fc.constantFrom(2, 5, 5),
  answer: fc.constantFrom(0, 1, 1, 3),
  response: fc.constantFrom(0, 2, 4),
});

const car: fc.Arbitrary<CarPlan> = fc.record({
  phases: fc.constantFrom<1 | 2 | 3>(1, 2, 3),
  maxCurrent: fc.constantFrom(10, 16, 32),
  follow: fc.constantFrom(0.9, 1, 1, 1.05),
});

const chargerPlan = fc.record({
  minCurrent: fc.constantFrom(6, 6, 8),
  maxCurrent: fc.constantFrom(16, 32),
  step: fc.constantFrom(1, 1, 0.1),
  phases: fc.constantFrom<ChargerSettings["phases"]>(1, 3, "auto"),
  canSwitchPhases: fc.boolean(),
  rotation: fc.constantFrom<ChargerSettings["rotation"]>([0, 1, 2], [1, 2, 0], [2, 0, 1]),
  mode: fc.constantFrom<ChargerSettings["mode"]>("fast", "fast", "fast", "solar", "solar-min"),
  priority: fc.constantFrom(1, 1, 2),
  circuit: fc.constantFrom(null, null, "Barn", "Stable"),
});

export const livingHouses: fc.Arbitrary<HousePlan> = fc
  .record({
    delays,
    fuse: fc.constantFrom(16, 25, 25, 35),
    barn: fc.constantFrom(13, 20),
    barnHasMeter: fc.boolean(),
    failsafeCurrent: fc.constantFrom(0, 6),
    minimumPause: fc.constantFrom(0, 60_000),
    phases: fc.constantFrom<PhaseCount>(1, 3, 3),
    battery: fc.constantFrom(0, 0, 3_000),
    chargers: fc.array(fc.tuple(chargerPlan, car), { minLength: 1, maxLength: 3 }),
  })
  .map(({ delays, fuse, barn, barnHasMeter, failsafeCurrent, minimumPause, phases, battery, chargers }) => {
    const meters = barnHasMeter ? ["Barn meter"] : [];
    return {
      delays,
      battery: phases === 1 ? 0 : battery,
      vehicles: chargers.map(([, plan]) => plan),
      settings: siteSettings({
        failsafeCurrent,
        minimumPause,
        minimumRun: 0,
        phases,
        circuits: [
          { name: mainFuse, limit: fuse, parent: null, meters: ["Grid"] },
          { name: "Barn", limit: barn, parent: mainFuse, meters },
          { name: "Stable", limit: 13, parent: "Barn", meters: [] },
        ],
        meters: [
          { name: "Grid", measures: battery > 0 && phases === 3 ? ["grid", "battery"] : ["grid"] },
          ...meters.map((name) => ({ name, measures: [] })),
        ],
        chargers: chargers.map(([plan], index) =>
          charger({ ...plan, name: `Charger ${index + 1}`, rotation: phases === 1 ? [0, 1, 2] : plan.rotation }),
        ),
      }),
    };
  });

export type Incident =
  | { readonly what: "load"; readonly phase: PhaseIndex; readonly current: number; readonly inBarn: boolean }
  | { readonly what: "sun"; readonly power: number }
  | { readonly what: "plug" | "unplug" | "full" | "hungry" | "reboot" | "foreign write"; readonly charger: number }
  | { readonly what: "unreachable"; readonly charger: number; readonly seconds: number }
  | { readonly what: "meter silent"; readonly seconds: number }
  | { readonly what: "person"; readonly charger: number; readonly command: ChargerCommand }
  | { readonly what: "grid limit"; readonly power: number | null };

/** What happens, and how long it is quiet afterwards. */
export interface Happening {
  readonly incident: Incident;
  /** s */
  readonly quiet: number;
}

const index = fc.nat({ max: 2 });
const incident: fc.Arbitrary<Incident> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      what: fc.constant("load" as const),
      phase: fc.constantFrom(...phaseIndexes),
      current: fc.constantFrom(0, 2, 6, 10, 14, 18, 24, 30),
      inBarn: fc.constantFrom(false, false, false, true),
    }),
  },
  { weight: 3, arbitrary: fc.record({ what: fc.constant("sun" as const), power: fc.constantFrom(0, 3_000, 9_000) }) },
  {
    weight: 3,
    arbitrary: fc.record({ what: fc.constantFrom("plug", "unplug", "full", "hungry" as const), charger: index }),
  },
  { weight: 1, arbitrary: fc.record({ what: fc.constantFrom("reboot", "foreign write" as const), charger: index }) },
  {
    weight: 1,
    arbitrary: fc.record({
      what: fc.constant("unreachable" as const),
      charger: index,
      seconds: fc.constantFrom(5, 20, 60),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ what: fc.constant("meter silent" as const), seconds: fc.constantFrom(5, 12, 30, 60) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      what: fc.constant("person" as const),
      charger: index,
      command: fc.constantFrom<ChargerCommand>(
        { allowCharging: true },
        { allowCharging: false },
        { mode: "fast" },
        { mode: "solar" },
        { maxAmpere: 8 },
        { maxAmpere: null },
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ what: fc.constant("grid limit" as const), power: fc.constantFrom(null, 4_200) }),
  },
);

export const histories: fc.Arbitrary<readonly Happening[]> = fc.array(
  fc.record({ incident, quiet: fc.constantFrom(1, 5, 20, 45) }),
  { minLength: 1, maxLength: 12, size: "max" },
);

interface Setting {
  readonly enabled: boolean;
  /** A */
  readonly current: number;
  readonly phases: PhaseCount;
}

/** A wallbox with a car at it. */
class Box {
  plugged = true;
  hungry = true;
  told: Setting = { enabled: false, current: 6, phases: 1 };
  private holds = this.told;
  private underWay: { readonly due: number; readonly told: Setting }[] = [];
  private wanted: { readonly due: number; readonly currents: PerPhase<number> }[] = [];
  /** A on its own L1, L2, L3 */
  draw: PerPhase<number> = [0, 0, 0];
  unreachableUntil = 0;

  constructor(
    private readonly settings: ChargerSettings,
    private readonly car: CarPlan,
    private readonly delays: Delays,
    private readonly sitePhases: PhaseCount,
  ) {
    if (!settings.canSwitchPhases) this.told = { ...this.told, phases: settings.phases === 1 ? 1 : 3 };
    this.holds = this.told;
  }

  tell({ allowCharging, current, phases }: Decision, second: number): void {
    if (second < this.unreachableUntil) return;
    const told = { enabled: allowCharging, current: current || this.told.current, phases };
    if (told.enabled === this.told.enabled && told.current === this.told.current && told.phases === this.told.phases)
      return;
    this.told = told;
    this.underWay.push({ due: second + this.delays.answer, told });
  }

  /** Its own settings, which hold at once. */
  set(told: Partial<Setting>): void {
    this.told = { ...this.told, ...told };
    this.holds = this.told;
    this.underWay = [];
  }

  advance(second: number): void {
    for (const { due, told } of this.underWay) if (due <= second) this.holds = told;
    this.underWay = this.underWay.filter(({ due }) => due > second);
    const { enabled, current, phases } = this.holds;
    const used = Math.min(phases, this.car.phases, this.sitePhases);
    const takes = enabled && this.plugged && this.hungry && current >= 6;
    const each = takes ? Math.min(current * this.car.follow, this.car.maxCurrent) : 0;
    this.wanted.push({ due: second + this.delays.response, currents: perPhase((i) => (i < used ? each : 0)) });
    const [next] = this.wanted;
    if (!this.plugged) this.draw = [0, 0, 0];
    else if (next !== undefined && next.due <= second) this.draw = next.currents;
    if (next !== undefined && next.due <= second) this.wanted.shift();
  }

  /** Its car can't take all of this offer. */
  takesLess(current: number): boolean {
    return Math.max(...this.draw) < 0.99 * current;
  }

  /** A on the phases of the house */
  get onHouse(): PerPhase<number> {
    return perPhase((house) => {
      const own = phaseIndexes.find((i) => this.settings.rotation[i] === house);
      return own === undefined ? 0 : this.draw[own];
    });
  }

  reading(second: number): ChargerReading | null {
    if (second < this.unreachableUntil) return null;
    if (!this.plugged) return disconnected;
    const { enabled, current, phases } = this.holds;
    const [currentL1, currentL2, currentL3] = this.draw;
    const measured = { currentL1, currentL2, currentL3, power: 230 * (currentL1 + currentL2 + currentL3) };
    const settings = { maxAmpere: current, phases, allowCharging: enabled, enabled: this.told.enabled };
    return currentL1 > 0 ? charging(current, 1, { ...settings, ...measured }) : connected({ ...settings, ...measured });
  }
}

/** One second of a circuit's phase. */
export interface Flow {
  readonly second: number;
  readonly circuit: CircuitSettings;
  readonly phase: PhaseIndex;
  /** A with and without our cars */
  readonly current: number;
  readonly others: number;
}

export class LivingHouse {
  readonly plan: HousePlan;
  readonly boxes: readonly Box[];
  second = 0;
  /** When a charger was last told something else. */
  changedAt = 0;
  memory: Memory = newMemory();
  decisions: Readonly<Record<string, Decision>> = {};
  private readonly members;
  private house: PerPhase<number> = [2, 2, 2];
  private barn: PerPhase<number> = [0, 0, 0];
  private sun = 0;
  private battery = 0;
  private silentUntil = 0;
  private commands: Record<string, ChargerCommand> = {};
  private powerLimit: number | null | undefined;
  private underWay: { readonly due: number; readonly meters: Record<string, MeterReading> }[] = [];
  private flows: readonly Flow[] = [];

  constructor(plan: HousePlan) {
    this.plan = plan;
    const { settings, vehicles, delays } = plan;
    this.members = membersOf(settings);
    this.boxes = settings.chargers.map((each, i) => {
      const ordinary = { phases: 3, maxCurrent: 16, follow: 1 } as const;
      return new Box(each, vehicles[i] ?? ordinary, delays, settings.phases);
    });
  }

  happen(incident: Incident): void {
    const box = "charger" in incident ? this.boxes[incident.charger] : undefined;
    switch (incident.what) {
      case "load": {
        const { phase, current, inBarn } = incident;
        const old = inBarn ? this.barn : this.house;
        // Beyond three times the fuse no meter is believed.
        const most = inBarn ? 10 : 2 * (this.plan.settings.circuits[0]?.limit ?? 0);
        const next = perPhase((i) => (i === phase ? Math.min(current, most) : old[i]));
        if (inBarn) this.barn = next;
        else this.house = next;
        break;
      }
      case "sun":
        this.sun = incident.power;
        break;
      case "meter silent":
        this.silentUntil = this.second + incident.seconds;
        break;
      case "grid limit":
        this.powerLimit = incident.power;
        break;
      case "person": {
        const name = this.plan.settings.chargers[incident.charger]?.name;
        if (name !== undefined) this.commands = { [name]: incident.command };
        break;
      }
      case "plug":
      case "unplug":
        if (box) box.plugged = incident.what === "plug";
        break;
      case "full":
      case "hungry":
        if (box) box.hungry = incident.what === "hungry";
        break;
      case "reboot":
        box?.set({ enabled: true, current: 16 });
        break;
      case "foreign write":
        box?.set({ current: 16 });
        break;
      case "unreachable":
        if (box) box.unreachableUntil = this.second + incident.seconds;
        break;
    }
  }

  /** One second of physics, and what the controller makes of what it is told in it. */
  live(look: (flow: Flow) => void = () => undefined): void {
    this.second += 1;
    for (const box of this.boxes) box.advance(this.second);
    this.flows = this.measure();
    for (const flow of this.flows) look(flow);
    const { meterPeriod, meterDelay, chargerPeriod } = this.plan.delays;
    if (this.second % meterPeriod === 0 && this.second >= this.silentUntil)
      this.underWay.push({ due: this.second + meterDelay, meters: this.meters() });
    const arrived = this.underWay.filter(({ due }) => due === this.second);
    this.underWay = this.underWay.filter(({ due }) => due > this.second);
    const polled = this.second % chargerPeriod === 0;
    const hasNews = arrived.length > 0 || polled || this.powerLimit !== undefined || this.second % 3 === 0;
    if (hasNews || Object.keys(this.commands).length > 0) this.decide(arrived[0]?.meters ?? {}, polled);
  }

  private decide(meters: Record<string, MeterReading>, polled: boolean): void {
    const { settings } = this.plan;
    const readings = settings.chargers.map(({ name }, i) => [name, this.boxes[i]?.reading(this.second) ?? null]);
    const { memory, decisions } = pass(settings, this.memory, {
      time: start + this.second * 1_000,
      meters,
      chargers: polled ? Object.fromEntries(readings) : {},
      commands: this.commands,
      ...(this.powerLimit === undefined ? {} : { powerLimit: this.powerLimit }),
    });
    this.commands = {};
    this.powerLimit = undefined;
    this.memory = memory;
    if (settings.chargers.some(({ name }) => decisions[name]?.current !== this.decisions[name]?.current))
      this.changedAt = this.second;
    this.decisions = decisions;
    settings.chargers.forEach(({ name }, i) => {
      const decision = decisions[name];
      if (decision !== undefined) this.boxes[i]?.tell(decision, this.second);
    });
  }

  /** A on the phases of the house that a charger loads with such an offer, or with the one that it has. */
  offeredBy(index: number, offer?: number): PerPhase<number> {
    const { name, rotation } = this.chargerSettings(index);
    const { current = 0, phases = 1 } = this.decisions[name] ?? {};
    const draw = this.boxes[index]?.onHouse ?? [0, 0, 0];
    const isDrawing = Math.max(...draw) > 0;
    const wired = rotation.slice(0, Math.min(phases, this.plan.settings.phases));
    return perPhase((i) => ((isDrawing ? draw[i] > 0 : wired.includes(i)) ? Math.max(offer ?? current, draw[i]) : 0));
  }

  /** A that is offered to all chargers on a circuit. */
  offeredOn(circuit: string, phase: PhaseIndex): number {
    return (this.members.get(circuit) ?? []).reduce((sum, index) => sum + this.offeredBy(index)[phase], 0);
  }

  private chargerSettings(index: number): ChargerSettings {
    const settings = this.plan.settings.chargers[index];
    if (settings === undefined) throw new RangeError(`there is no charger ${index}`);
    return settings;
  }

  /** What flows through every circuit. */
  private measure(): readonly Flow[] {
    const { settings, battery } = this.plan;
    const phases = phaseIndexes.slice(0, settings.phases);
    const fed = this.sun / (230 * phases.length);
    const all = perPhase((i) => this.boxes.reduce((sum, { onHouse }) => sum + onHouse[i], 0));
    const base = perPhase((i) => (phases.includes(i) ? this.house[i] + this.barn[i] - fed : 0));
    const power = phases.reduce<number>((sum, i) => sum + 230 * (base[i] + all[i]), 0);
    // Its own controller zeroes the grid, as far as it can.
    this.battery += Math.max(-battery - this.battery, Math.min(battery - this.battery, power - this.battery)) / 2;
    const discharged = this.battery / (230 * phases.length);
    return settings.circuits.flatMap((circuit) => {
      const members = this.members.get(circuit.name) ?? [];
      return phases.map((phase) => {
        const ours = members.reduce((sum, i) => sum + (this.boxes[i]?.onHouse[phase] ?? 0), 0);
        const others =
          circuit.name === mainFuse
            ? base[phase] - discharged
            : circuit.name === "Barn" && circuit.meters.length > 0
              ? this.barn[phase]
              : 0;
        return { second: this.second, circuit, phase, current: others + ours, others };
      });
    });
  }

  /** True, and never twice alike. */
  private meters(): Record<string, MeterReading> {
    const told: Record<string, MeterReading> = {};
    for (const { name, meters } of this.plan.settings.circuits) {
      const [meter] = meters;
      if (meter === undefined) continue;
      const own = this.flows.filter(({ circuit }) => circuit.name === name);
      const noise = (this.second % 7) / 1_000;
      const currents = perPhase((i) => {
        const flow = own.find(({ phase }) => phase === i);
        return flow === undefined ? null : flow.current + noise;
      });
      const power = currents.reduce<number>((sum, current) => sum + 230 * (current ?? 0), 0);
      const quantities = { ...noQuantities, power, currents };
      told[meter] =
        meter === "Grid" && this.plan.battery > 0
          ? { grid: quantities, battery: { ...noQuantities, power: this.battery, soc: 50 } }
          : { grid: quantities };
    }
    return told;
  }
}
