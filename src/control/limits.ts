/** The controller's times and tolerances, each with its reason. Times in ms. */

/** Older readings raise no current (SmartEVSE: 11 s, EVerest: 10 s). */
export const freshForRaising = 10_000;

/** Older readings are as good as none: the charger falls to its failsafe current. */
export const freshForStaying = 15_000;

/** Until then a charger that stopped answering may still draw what it was last seen to draw. */
export const chargerSilence = 30_000;

/** A residual-current monitor that is silent for longer watches nothing. */
export const monitorSilence = 60_000;

/**
 * From a command until it has to show in the meter: the charger's answer, the car's (5 s by IEC 61851-1) and the
 * meter's own delay together.
 */
export const deadTime = 10_000;

/** A charger that has not shown a command by then never will: the car draws less than it may. */
export const slowestCharger = 25_000;

/** Room at a fuse must have been there this long before a current is raised into it. */
export const roomMemory = 30_000;

/** Surplus must have been there this long before a current is raised into it. */
export const surplusMemory = 20_000;

/** A meter that does not move at all this long after a car's current did is frozen. */
export const frozenAfter = 30_000;

/** A car's current has moved when it changed by this much, in A. */
export const noticeableCurrent = 2;

/** A car that takes less than this, in A, takes nothing. */
export const idleCurrent = 1;

/** A car that takes nothing for so long is full or asleep and holds only the minimum of a shared circuit. */
export const idleAfter = 60_000;

/** A current may be raised by this much at a time when it follows the sun, in A. */
export const sunRaise = 4;

/** Value that a start of charging must be worth, in Wh: contactor, car and losses of starting (0.02 kWh). */
export const startPrice = 20;

/** Between two changes of the number of phases: at most six in an hour. */
export const phaseDwell = 600_000;

/** What the charger does not charge while it switches phases. */
export const phaseSwitchPause = 60_000;

/** Up to this share of its rating a fuse or breaker holds for an hour (IEC 60898-1: 1.13 In). */
export const holdingOverload = 1.13;

/** Readings in a row that end a loss. */
export const readingsToTrust = 2;

/** No time between two passes counts for more than this: what happened in between was not seen. */
export const longestStep = 60_000;
