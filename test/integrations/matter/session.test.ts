import { EnergyEvse } from "@matter/main/clusters/energy-evse";
import { newChargerMemory, noPersistentChargerState } from "../../../src/control/observe/charger-memory.js";
import { observeCharger } from "../../../src/control/observe/chargers.js";
import { follow, type SessionEvent, type Session, type Shown } from "../../../src/integrations/matter/session.js";
import { noChargerReading, type ChargerReading } from "../../../src/model/readings.js";
import { charger } from "../../control/support.js";

const { State, FaultState, EnergyTransferStoppedReason: Reason } = EnergyEvse;

const start = 1_750_000_000_000;

/** A charger whose readings are followed one after the other. */
class Course {
  session: Session | null;
  shown: Shown | null = null;
  /** The controller's, which counts the energy. */
  #memory = newChargerMemory(noPersistentChargerState);
  now = start;

  constructor(session: Session | null = null) {
    this.session = session;
  }

  /** One reading, so many seconds after the one before. */
  report(reported: Partial<ChargerReading>, { offered = true, after = 5 } = {}): readonly SessionEvent[] {
    this.now += after * 1_000;
    const reading = { ...noChargerReading, error: "NONE", ...reported };
    this.#memory = observeCharger(this.#memory, reading, this.now, charger(), 230);
    const energy = this.#memory.persistent.session === null ? null : this.#memory.charged;
    const progress = follow(this.session, this.shown, { reading, energy, offered, now: this.now });
    this.session = progress.session;
    this.shown = progress.shown;
    return progress.events;
  }

  get state() {
    return this.shown?.state;
  }
}

const events = (happenings: readonly SessionEvent[]) => happenings.map(({ event }) => event);

describe("state", () => {
  test.each<[why: string, reported: Partial<ChargerReading>, state: EnergyEvse.State | null]>([
    ["no car", { state: "disconnected" }, State.NotPluggedIn],
    ["a car that has shown no wish yet", { state: "connected" }, State.PluggedInNoDemand],
    ["a car whose pilot says C", { state: "connected", pwmSignal: "C" }, State.PluggedInDemand],
    ["a car whose pilot says B", { state: "connected", pwmSignal: "B2" }, State.PluggedInNoDemand],
    ["a charge", { state: "charging" }, State.PluggedInCharging],
    ["a fault", { state: "fault", error: "RCCB" }, State.Fault],
    ["a charger that does not know", {}, null],
  ])("%s", (_why, reported, state) => {
    const course = new Course();
    course.report(reported);
    expect(course.state).toBe(state);
  });

  test("a pause of ours does not end the wish of a car that has charged", () => {
    const course = new Course();
    course.report({ state: "charging" });
    course.report({ state: "connected" }, { offered: false });
    expect(course.state).toBe(State.PluggedInDemand);
    course.report({ state: "connected", pwmSignal: "B1" }, { offered: false, after: 600 });
    expect(course.state).toBe(State.PluggedInDemand);
  });

  test("a car that takes nothing of what it is offered again wants nothing, after a minute", () => {
    const course = new Course();
    course.report({ state: "charging" });
    course.report({ state: "connected" }, { offered: false });
    course.report({ state: "connected" });
    expect(course.state).toBe(State.PluggedInDemand);
    course.report({ state: "connected" }, { after: 61 });
    expect(course.state).toBe(State.PluggedInNoDemand);
  });

  test("a moment without an answer to the question ends no session", () => {
    const course = new Course();
    course.report({ state: "charging" });
    expect(course.report({ state: null })).toEqual([]);
    expect(course.report({ state: "charging" })).toEqual([]);
    expect(course.session?.id).toBe(1);
  });
});

describe("what happens", () => {
  test("a car that comes charging is connected first", () => {
    expect(events(new Course().report({ state: "charging" }))).toEqual(["connected", "started"]);
  });

  test("a plug that is pulled ends transfer and session, with what was charged", () => {
    const course = new Course();
    course.report({ state: "charging", sessionChargeConsumption: 0 });
    course.report({ state: "charging", sessionChargeConsumption: 2.5 });
    expect(course.report({ state: "disconnected", sessionChargeConsumption: 0 })).toEqual([
      { event: "stopped", sessionId: 1, reason: Reason.Other, energy: 2.5 },
      { event: "not-detected", sessionId: 1, state: State.PluggedInCharging, duration: 10, energy: 2.5 },
    ]);
  });

  test.each([
    ["the car has stopped", true, Reason.EvStopped],
    ["the charger has stopped", false, Reason.EvseStopped],
  ])("%s", (_who, offered, reason) => {
    const course = new Course();
    course.report({ state: "charging" });
    expect(course.report({ state: "connected" }, { offered })).toEqual([
      { event: "stopped", sessionId: 1, reason, energy: 0 },
    ]);
  });

  test("energy is counted by the charger's counter where it does not count by session", () => {
    const course = new Course();
    course.report({ state: "charging", totalConsumption: 1_000 });
    course.report({ state: "charging", totalConsumption: 1_004.25 });
    expect(course.session?.energy).toBe(4.25);
  });

  test("a fault that ends the charge ends the transfer at once, and not once more when it is over", () => {
    const course = new Course();
    course.report({ state: "charging", sessionChargeConsumption: 0 });
    course.report({ state: "charging", sessionChargeConsumption: 1.5 });
    const fault = course.report({ state: "fault", error: "RCCB", sessionChargeConsumption: 1.5 });
    expect(events(fault)).toEqual(["fault", "stopped"]);
    expect(fault[1]).toEqual({ event: "stopped", sessionId: 1, reason: Reason.EvseStopped, energy: 1.5 });
    expect(events(course.report({ state: "fault", error: "RCCB" }))).toEqual([]);
    expect(events(course.report({ state: "connected" }, { offered: false }))).toEqual(["fault"]);
    expect(course.state).toBe(State.PluggedInDemand);
    expect(events(course.report({ state: "charging" }))).toEqual(["started"]);
  });

  test("a transfer goes on over a fault while current flows, and ends with the current", () => {
    const course = new Course();
    const fault = { state: "fault", error: "Overtemp" } as const;
    course.report({ state: "charging", currentL1: 16 });
    expect(events(course.report({ ...fault, currentL1: 16 }))).toEqual(["fault"]);
    expect(events(course.report({ ...fault, currentL1: 0.2 }))).toEqual(["stopped"]);
  });

  test("a fault without a car has no session", () => {
    expect(new Course().report({ state: "fault", error: "Overtemp" })).toEqual([
      {
        event: "fault",
        sessionId: null,
        state: State.NotPluggedIn,
        before: FaultState.NoError,
        now: FaultState.OverTemperature,
      },
    ]);
  });

  test("a fault that hides the car keeps the session, by the pilot or by what was there before", () => {
    const course = new Course();
    course.report({ state: "connected" });
    course.report({ state: "fault", error: "RCCB" });
    expect(course.session).toMatchObject({ id: 1, open: true });
    expect(events(course.report({ state: "fault", error: "RCCB", pwmSignal: "A" }))).toEqual(["not-detected"]);
  });

  test("another car while a fault lasts is another session", () => {
    const course = new Course();
    course.report({ state: "charging" });
    course.report({ state: "fault", error: "RCCB", pwmSignal: "A" });
    const cleared = course.report({ state: "charging" });
    expect(events(cleared)).toEqual(["connected", "fault", "started"]);
    expect(course.session?.id).toBe(2);
  });
});

describe("after a restart of the program", () => {
  const open: Session = {
    id: 7,
    open: true,
    since: start - 3_600_000,
    until: null,
    energy: 5,
    transferFrom: 2,
    wanting: true,
    idleSince: null,
  };

  test("the car that still charges is the same session and the same transfer", () => {
    const course = new Course(open);
    expect(course.report({ state: "charging", sessionChargeConsumption: 5.5 })).toEqual([]);
    expect(course.session).toMatchObject({ id: 7, energy: 5.5 });
  });

  test("a smaller count of the charger's is another car", () => {
    const course = new Course(open);
    expect(events(course.report({ state: "charging", sessionChargeConsumption: 0.5 }))).toEqual([
      "stopped",
      "not-detected",
      "connected",
      "started",
    ]);
    expect(course.session).toMatchObject({ id: 8, energy: 0.5 });
  });

  test("later, a smaller count is only a charger that was restarted", () => {
    const course = new Course(open);
    course.report({ state: "charging", sessionChargeConsumption: 5.5 });
    expect(course.report({ state: "charging", sessionChargeConsumption: 0 })).toEqual([]);
    expect(course.session).toMatchObject({ id: 7, energy: 5.5 });
  });

  test("ids begin anew after 31 bits", () => {
    const course = new Course({ ...open, id: 0x7fff_ffff, open: false, transferFrom: null });
    course.report({ state: "connected" });
    expect(course.session?.id).toBe(1);
  });
});
