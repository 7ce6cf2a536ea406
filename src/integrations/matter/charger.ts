/** One charger on Matter: what is true of it goes out, what controllers ask of it goes to the site. */

import { EnergyEvse } from "@matter/main/clusters/energy-evse";
import type { Clock } from "../../model/clock.js";
import type { Log } from "../../model/log.js";
import type { ChargerReading } from "../../model/readings.js";
import { chargerIn, type ChargerView, type SiteApi, type SiteView } from "../../site/site-view.js";
import { factsOf, isAllowed, type Facts } from "../charger-facts.js";
import type { Reporter } from "../reporter.js";
import { isEnabled, stateOf } from "./attributes.js";
import * as commands from "./commands.js";
import { powerRange } from "./device-energy-management.js";
import type { EvseCommands } from "./energy-evse.js";
import type { ModeCommands } from "./energy-evse-mode.js";
import { createEvse, namePowered, type Evse } from "./evse.js";
import { reconciled } from "./limits.js";
import { isUrgent, type PersistentState, type PersistentStateFile } from "./persistent-state.js";
import { numberOf, type ModeResponse } from "./modes.js";
import { Publisher } from "./publisher.js";
import { reportersOf } from "./reporters.js";
import { follow, type SessionEvent, type Shown } from "./session.js";
import { tagBytes } from "./tag.js";
import { checkSchedules, replaced, schedulesOf, targetsOf } from "./targets.js";
import { withReported, type ReportedValues } from "./reported-values.js";

type Schedule = EnergyEvse.ChargingTargetSchedule;

/** ms at least between two saves of values that only count up, to spare SD cards. */
const quietInterval = 60_000;

const nothingShown: Shown = { state: null, fault: EnergyEvse.FaultState.NoError };

export interface MatterChargerParts {
  readonly site: SiteApi;
  readonly clock: Clock;
  readonly log: Log;
  readonly memory: PersistentStateFile;
  /** Among several behind an aggregator, from 0; `null`: it is alone. */
  readonly place: number | null;
}

export class MatterCharger implements EvseCommands, ModeCommands {
  readonly evse: Evse;
  readonly #parts: MatterChargerParts;
  readonly #publisher: Publisher;
  /** What the endpoint has a place for. */
  readonly #composed: ReportedValues;
  /** As it is now. */
  #charger: ChargerView;
  #reporters: readonly Reporter<Facts>[];
  #state: PersistentState;
  #savedAt = -Infinity;
  /** What was shown last of a charger that answered; `null`: nothing since the start. */
  #shown: Shown | null = null;
  /** The last reading; `null`: none since the start. */
  #reading: ChargerReading | null = null;
  /** What a controller set, as it wrote it, and the targets that it came to. */
  #set: { readonly schedules: readonly Schedule[]; readonly targets: string } | null = null;

  constructor(charger: ChargerView, parts: MatterChargerParts) {
    const { memory, place, clock, log } = parts;
    this.#parts = parts;
    this.#charger = charger;
    this.#state = memory.of(charger.name);
    if (charger.reading !== null) this.#update({ told: withReported(this.#state.told, charger.reading) });
    this.#composed = this.#state.told;
    this.evse = createEvse(charger, this.#composed, this, place);
    this.#publisher = new Publisher(charger.name, this.evse, clock, log);
    this.#reporters = this.#reports();
  }

  /** Publishes what has changed since the last time. */
  refresh(view: SiteView): void {
    const charger = chargerIn(view, this.#charger.name) ?? this.#charger;
    this.#charger = charger;
    const now = this.#parts.clock.now();
    if (this.#state.until !== null && now >= this.#state.until) return this.#request(commands.disable());

    const facts = factsOf(charger);
    const sessionEvents = facts === null ? [] : this.#follow(facts, now);
    this.#update(
      {
        limits: reconciled(this.#state.limits, charger.userSettings.maxAmpere, charger.current),
        ...(isEnabled(charger) ? {} : { until: null }),
        ...(charger.mode === "off" ? {} : { mode: charger.mode }),
      },
      sessionEvents.length > 0,
    );
    const { limits, until, session, mode } = this.#state;
    const shown = facts === null ? { ...this.#lastShown, state: null } : this.#lastShown;
    this.#publisher.publish({
      state: stateOf({ charger, facts, shown, limits, until }),
      mode: numberOf(mode),
      session,
      plan: isEnabled(charger) && charger.mode !== "fast" ? charger.plan : null,
      targets: charger.userSettings.targets,
      powerRange: powerRange(charger.current, Math.max(1, this.#composed.phases.length)),
      reachable: facts !== null,
      tag: facts === null ? null : this.#newTag(facts),
      sessionEvents,
    });
    this.#reporters.forEach((reporter) => reporter.refresh(facts));
  }

  /** What the endpoint has a place for, and with it its shape. */
  get composed(): ReportedValues {
    return this.#composed;
  }

  /** The endpoint is online, for the first time or after it was reset with all that it showed. */
  async forget(): Promise<void> {
    await this.settled();
    this.#publisher.enqueue("power source", () => namePowered(this.evse));
    this.#publisher.forget();
    this.#reporters.forEach((reporter) => reporter.stop());
    this.#reporters = this.#reports();
    this.refresh(this.#parts.site.view);
  }

  /** Resolves once all that was to be published is there. */
  async settled(): Promise<void> {
    await this.#publisher.settled();
  }

  /** Ends the timers, and resolves once what was published last is there. */
  async stop(): Promise<void> {
    this.#reporters.forEach((reporter) => reporter.stop());
    this.#save();
    await this.settled();
  }

  async enableCharging(request: EnergyEvse.EnableChargingRequest): Promise<void> {
    await this.#carryOut(commands.enableCharging(request, this.#situation));
  }

  async disable(): Promise<void> {
    await this.#carryOut(commands.disable());
  }

  async changeToMode(number: number): Promise<ModeResponse> {
    const { answer, change } = commands.changeToMode(number, this.#situation, this.#parts.site.view.meters);
    if (change !== null) await this.#carryOut(change);
    return answer;
  }

  async setTargets(schedules: readonly Schedule[]): Promise<void> {
    checkSchedules(schedules);
    const all = replaced(this.#schedules, schedules);
    const targets = targetsOf(all);
    this.#set = { schedules: all, targets: JSON.stringify(targets) };
    await this.#carryOut({ state: {}, command: { targets } });
  }

  getTargets(): Schedule[] {
    return [...this.#schedules];
  }

  async clearTargets(): Promise<void> {
    this.#set = null;
    await this.#carryOut({ state: {}, command: { targets: [] } });
  }

  checkUserMaximum(milliamperes: number): void {
    commands.checkUserMaximum(milliamperes, this.#situation);
  }

  setUserMaximum(milliamperes: number): void {
    // The attribute holds what was written, which is not what was shown.
    this.#publisher.forget();
    this.#request(commands.setUserMaximum(milliamperes, this.#situation));
  }

  get #lastShown(): Shown {
    return this.#shown ?? nothingShown;
  }

  get #situation(): commands.Situation {
    return {
      charger: this.#charger,
      state: this.#state,
      fault: this.#lastShown.fault,
      now: this.#parts.clock.now(),
    };
  }

  /** As the controller wrote them, as long as they come to the targets that the site has. */
  get #schedules(): readonly Schedule[] {
    const { targets } = this.#charger.userSettings;
    return this.#set?.targets === JSON.stringify(targets) ? this.#set.schedules : schedulesOf(targets);
  }

  /** Resolves once what comes of it is shown. */
  async #carryOut(change: commands.Change): Promise<void> {
    this.#request(change);
    await this.#publisher.settled();
  }

  #request({ command, state }: commands.Change): void {
    this.#update(state);
    this.#parts.site.command(this.#charger.name, command);
    this.refresh(this.#parts.site.view);
  }

  #follow(facts: Facts, now: number): readonly SessionEvent[] {
    const { reading, charger } = facts;
    const energy = charger.sessionEnergy;
    const progress = follow(this.#state.session, this.#shown, { reading, energy, offered: isAllowed(facts), now });
    this.#shown = progress.shown;
    this.#update({ session: progress.session, told: withReported(this.#state.told, reading) });
    return progress.events;
  }

  /** Bytes of a tag that the reading before did not have; `null`: there is none. */
  #newTag({ reading }: Facts): Uint8Array | null {
    const before = this.#reading;
    this.#reading = reading;
    return reading.tag === null || before === null || reading.tag === before.tag ? null : tagBytes(reading.tag);
  }

  #update(changes: Partial<PersistentState>, urgent = false): void {
    const before = this.#state;
    this.#state = { ...before, ...changes };
    const due = this.#parts.clock.now() - this.#savedAt >= quietInterval;
    if (urgent || due || isUrgent(before, this.#state)) this.#save();
  }

  #save(): void {
    const { memory, clock } = this.#parts;
    this.#savedAt = clock.now();
    memory.save(this.#charger.name, this.#state);
  }

  /** What is measured, and reported apart from the rest. */
  #reports(): readonly Reporter<Facts>[] {
    return reportersOf(this.evse, this.#composed, {
      clock: this.#parts.clock,
      enqueue: (name, change) => this.#publisher.enqueue(name, change),
    });
  }
}
