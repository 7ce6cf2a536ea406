/** All texts in English. */

import type { PhaseIndex } from "../model/phases.js";
import type { ClockTime, MeterDoubt, Quantity } from "../model/reasons.js";
import type { ChargerHold } from "../model/readings.js";
import type { ReasonTexts, Say, Texts } from "./texts.js";

const holdTexts: Readonly<Record<ChargerHold, string>> = {
  authorization: "the charger waits for a card, or for a release in its app",
  disabled: "the charger is switched off in its app",
  schedule: "the charger's own timer does not let it charge now",
  price: "the charger's own price limit does not let it charge now",
  "energy-limit": "the charger's own energy limit is reached",
  temperature: "the charger is too hot",
  "load-management": "the charger's own load management does not let it charge now",
  backend: "the charger's backend (OCPP) does not let it charge now",
  grid: "the charger waits for the grid's frequency, voltage or balance",
  adapter: "the charger does not charge through its adapter",
  "minimum-pause": "the charger keeps to its own minimum pause",
  "phase-switch": "the charger changes its phases",
  "simulated-unplug": "the charger plays to the car that its plug was pulled",
  starting: "the charger is starting",
  failsafe: "the charger's own failsafe holds, since nobody spoke to it",
};

const reasons: ReasonTexts = {
  "no-answer": () => "it did not answer",
  "not-a-number": () => "a value is not a number",
  "current-impossible": ({ current }) => `${amperes(current)} on one phase can't be`,
  "power-impossible": ({ power }) => `${watts(power)} can't be`,
  "power-without-currents": ({ power, current }) =>
    `${watts(power)} does not fit ${amperes(current)} on all phases together`,
  "shows-nothing": ({ current }) => `it shows nothing while a car draws ${amperes(current)}`,
  "stands-still": () => "its values stand still while a car's current moved",

  "no-grid-meter": () => "no meter measures the grid",
  "meter-not-heard": ({ meter }) => `${meter} has not told anything yet`,
  "measurement-missing": ({ meter, quantity, doubt }, say) =>
    `${meter} does not tell ${quantityText(quantity)}${because(doubt, say)}`,
  "measurement-old": ({ meter, quantity, age, doubt }, say) =>
    `${meter} has not told ${quantityText(quantity)} for ${Math.round(age / 1_000)} s${because(doubt, say)}`,
  "meter-not-trusted-yet": ({ meter, doubt }, say) => `${meter} is not trusted yet${because(doubt, say)}`,
  "wiring-doubted": ({ meter }) => `${meter} did not answer to the last change of our own as it should`,
  "clamps-reversed": ({ meter, phases }) => {
    const opposite = `${meter} shows the opposite of what cars draw`;
    if (phases.length === 3) return `${opposite}: turn it round, then start by hand`;
    const where = phases.map(phaseName).join(" and ");
    return `${opposite} on ${where}: turn the ${phases.length === 1 ? "clamp" : "clamps"} on ${where} round, then start by hand`;
  },
  "clamps-swapped": ({ meter, phases }) =>
    `${meter} seems to have ${phases.map(phaseName).join(" and ")} swapped: swap the clamps, or correct the charger's phases; then start by hand`,
  "charger-late": () => "the charger's last answer is missing",
  "charger-silent": () => "the charger does not answer",

  "target-upcoming": ({ from, energy, by }) => {
    const aim = energy === null ? `to be full by ${clock(by)}` : `for ${kilowattHours(energy)} by ${clock(by)}`;
    return `all current from ${clock(from)} ${aim}`;
  },
  "cheap-energy-upcoming": ({ from }) => `all current from ${clock(from)}, when energy is cheap`,

  "controller-failed": () => "the controller failed",
  "charger-not-heard": () => "the charger has not answered yet",
  "charger-fault": ({ error }) => `the charger reports a fault${error ? `: ${error}` : ""}`,
  "stopped-by-hand": () => "stopped by hand, until it is started again or the car is unplugged",
  "stopped-until-start": () => "stopped, by hand or since a car was unplugged: until someone starts it",
  "timed-start-over": ({ until }) => `it was started until ${clock(until)}: stopped until someone starts it`,
  "tag-missing": () => "waits for the tag of a known car",
  "tag-unknown": () => "the tag belongs to no known car: refused",
  "session-limit-reached": ({ limit }) => `the session has its ${limit} kWh`,
  "mode-off": () => "switched off: charges only when started by hand",
  "plug-state-unknown": () => "the charger does not tell whether a car is plugged in",
  "no-vehicle": () => "no car is plugged in",
  "nothing-scheduled": () => "waits for a target or a cheap hour: none is set",
  "waits-for-schedule": ({ next }, say) => `waits: ${say(next)}`,
  "residual-current-alarm": ({ monitor, isActive, bands }) =>
    `${monitor} ${isActive ? "raises" : "raised"} an alarm: residual current (${bands}); look for the cause, then start by hand`,
  "monitor-not-heard": ({ monitor }) => `${monitor} has not told anything yet`,
  "monitor-silent": ({ monitor, age }) => `${monitor} has been silent for ${duration(age)}`,

  "fast-mode": () => "fast charging",
  "started-by-hand": ({ until }) => (until === null ? "started by hand" : `started by hand until ${clock(until)}`),
  "minimum-mode": () => "the minimum at least",
  "ready-without-vehicle": ({ current }) => `no car is plugged in: ready with ${amperes(current)}`,
  "plug-in-hold": ({ current, left }) => `${amperes(current)} after plugging in, for ${duration(left)} more`,
  "target-due": ({ energy, by, possible }) => {
    if (energy === null) return `charges until the car is full, by ${clock(by)}`;
    const aim = `charges ${kilowattHours(energy)} more by ${clock(by)}`;
    return possible === null ? aim : `${aim}, of which ${kilowattHours(possible)} are possible`;
  },
  "cheap-energy": ({ until, price }) =>
    `energy is cheap until ${clock(until)}${price === null ? "" : ` (${price} per kWh)`}`,

  "charger-limit": ({ current }) => `${amperes(current)} at most`,
  "charger-own-limit": ({ current }) => `the charger's own settings allow ${amperes(current)}`,
  "cable-limit": ({ current }) => `the cable carries ${amperes(current)}`,
  "current-cap": ({ current }) => `capped at ${amperes(current)} by hand`,
  "power-cap": ({ power }) => `capped at ${watts(power)} by hand`,
  "site-power-limit": ({ power }) => `the grid operator allows ${watts(power)} for all chargers together`,
  "circuit-limit": ({ circuit, phase, limit, baseLoad, highestBaseLoad, within, otherChargers }) => {
    const [draw, drew] = [amperes(baseLoad), amperes(highestBaseLoad)];
    const load = draw === drew ? `others draw ${draw}` : `others drew up to ${drew}`;
    const more = otherChargers > 0 ? ` and other chargers have ${amperes(otherChargers)}` : "";
    const when = draw === drew ? "" : ` in the last ${duration(within)}`;
    return `${circuit}: ${load}${more} of ${amperes(limit)} on ${phaseName(phase)}${when}`;
  },
  "circuit-overdrawn": ({ circuit, charger, current, limit }) =>
    `${circuit}: ${charger} draws ${amperes(current)} although its limit is ${amperes(limit)}`,
  "limit-not-obeyed": ({ current, limit, left }) =>
    `the charger drew ${amperes(current)} although its limit was ${amperes(limit)}: pauses for ${duration(left)} more`,
  "below-minimum": ({ current }) => `charging needs at least ${amperes(current)}`,
  "vehicle-idle": () => "the car takes nothing",
  "charger-holds": ({ hold }) => holdTexts[hold],
  "minimum-pause": ({ left }) => `pauses for ${duration(left)} more`,

  failsafe: ({ problem }, say) => `${say(problem)}: failsafe`,
  "no-increase": ({ problem }, say) => `${say(problem)}: no increase`,
  "wiring-test": ({ problem, current }, say) => `${say(problem)}: tries ${amperes(current)}`,
  "wiring-test-running": ({ problem }, say) => `${say(problem)}: waits for its answer`,
  "wiring-test-small-increase": ({ problem }, say) => `${say(problem)}: no small increase`,

  "surplus-unknown": () => "no meter tells the surplus",
  "surplus-used": ({ surplus }) => ofSurplus(surplus),
  "surplus-too-low": ({ surplus, needed }) => `${ofSurplus(surplus)}: waits for ${watts(needed)}`,
  "surplus-too-new": ({ surplus, needed }) => `${ofSurplus(surplus)}: starts if it stays above ${watts(needed)}`,
  "surplus-too-unsteady": ({ surplus, needed }) =>
    `${ofSurplus(surplus)}: too many clouds lately, starts once it stays above ${watts(needed)} for longer`,
  "starts-too-often": ({ surplus, starts, left }) =>
    `${ofSurplus(surplus)}: began ${starts} times within an hour, rests ${duration(left)} more`,
  "surplus-ended": ({ surplus, needed }) => `${ofSurplus(surplus)} for too long: starts again from ${watts(needed)} on`,
  "surplus-below-need": ({ surplus, needed }) => `${ofSurplus(surplus)}: pauses if it stays below ${watts(needed)}`,
  "surplus-covers-part": ({ surplus, needed }) => `${ofSurplus(surplus)}: goes on down to ${watts(needed)}`,
  "minimum-above-surplus": ({ surplus, why }, say) => `${ofSurplus(surplus)}, ${say(why)}`,
  "phases-fit-surplus": ({ surplus, phases }) =>
    `${ofSurplus(surplus)} suit ${phases === 1 ? "one phase" : "three phases"} better`,
  "vehicle-needs-more": ({ surplus, needed }) => `${ofSurplus(surplus)}, this car needs ${watts(needed)}`,
};

export const english: Texts = {
  reasons,
  decision({ allowCharging, current, phases }, why) {
    if (!allowCharging) return `paused: ${why}`;
    return `${current} A on ${phases === 1 ? "one phase" : "three phases"}: ${why}`;
  },
};

function ofSurplus(power: number): string {
  return `${watts(power)} of surplus`;
}

function because(doubt: MeterDoubt | null, say: Say): string {
  return doubt === null ? "" : `: ${say(doubt)}`;
}

function quantityText(quantity: Quantity): string {
  if (quantity.kind === "current") return `the current of ${phaseName(quantity.phase)}`;
  return quantity.role === null ? "the power" : `the ${quantity.role} power`;
}

function phaseName(phase: PhaseIndex): string {
  return `L${phase + 1}`;
}

const dayNames = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"] as const;

/** "07:00", "Tue 07:00" */
function clock({ weekday, minutes }: ClockTime): string {
  const time = [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, "0")).join(":");
  return weekday === null ? time : `${dayNames[weekday]} ${time}`;
}

/** "2.3 kW", "80 W" */
function watts(power: number): string {
  return Math.abs(power) < 1_000 ? `${Math.round(power)} W` : `${(power / 1_000).toFixed(1)} kW`;
}

/** "10 A", "9.6 A" */
function amperes(current: number): string {
  return `${Math.round(current * 10) / 10} A`;
}

/** "20 kWh", "7.4 kWh" */
function kilowattHours(energy: number): string {
  return `${Number(energy.toFixed(1))} kWh`;
}

/** "40 s", "5 min" */
function duration(ms: number): string {
  return ms < 120_000 ? `${Math.round(ms / 1_000)} s` : `${Math.round(ms / 60_000)} min`;
}
