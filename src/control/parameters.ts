/** The controller's times and tolerances, each with its reason. Times in ms. */

/** Older readings raise no current (SmartEVSE: 11 s, EVerest: 10 s). */
export const freshForRaising = 10_000;

/** The values of one reading come no further apart; older ones were missing in it. */
export const readingSpan = 1_500;

/** An older state of charge says nothing; it changes slowly, and some batteries tell it only when it does. */
export const freshStateOfCharge = 300_000;

/** So far apart may battery and grid show the same change, where two devices measure them. */
export const batteryMatch = 15_000;

/** A battery that moved by no more than this, in W, within that time fits the grid. */
export const fittingPower = 100;

/** House batteries are let go only after a car has charged from the sun alone for so long. */
export const blockHold = 60_000;

/** A state of charge that changes by no more than this, in %, may only waver. */
export const batteryNoise = 2;

/** Readings of this age are as good as none: the charger falls to its failsafe current, 15 s after the last at most. */
export const freshForStaying = 14_000;

/** From a meter that speaks often already at this one, so that the car has followed after 15 s, too. */
export const freshForStayingOften = 12_000;

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
export const headroomMemory = 30_000;

/** How the surplus moved is known of so long. */
export const surplusMemory = 300_000;

/** Older samples of the surplus need not be closer together. */
export const surplusSpacing = 4_000;

/** Nor need what a charger draws be known of any closer. */
export const drawSpacing = 2_000;

/** A surplus that moved by no more than this, in W, for so long stands still. */
export const steadyWithin = 5;
export const steadyFor = 240_000;

/** The first step of a charge has so long to show in the meter; slower meters than that are not learnt. */
export const lagSearch = 80_000;

/** Most meters have answered to a change of ours by then. */
export const usualLag = 30_000;

/** A meter that is suspected gets so long to answer to a change of ours before there may be another one. */
export const wiringCheckPatience = 60_000;

/** A meter that does not move at all this long after it should have shown that a car's current did is frozen. */
export const frozenAfter = 30_000;

/** A car's current has moved when it changed by this much, in A. */
export const noticeableCurrent = 2;

/** Less than this, in A, is the end of a charge or only warms the car: it tells nothing of what the car takes. */
export const significantCurrent = 5;

/** A car that takes less than this, in A, takes nothing. */
export const idleCurrent = 1;

/** A car that takes nothing for so long is full or asleep and holds only the minimum of a shared circuit. */
export const idleAfter = 60_000;

/** As long as the meter's lag is not known, a current is raised by no more than this at a time, in A. */
export const probingRaise = 4;

/** And only into surplus that has been there this long. */
export const probingMemory = 20_000;

/** Value that a start of charging must be worth, in Wh: contactor, car and losses of starting (0.02 kWh). */
export const startPrice = 20;

/** So many of these lost end a charge, whatever the sky promises. */
export const mostStartsLost = 3;

/** Value that must have been missed before a start, in Wh: waiting for more would cost what it saves. */
export const startPatience = 5;

/** Between two changes of the number of phases. */
export const phaseDwell = 120_000;

/** So often may a contactor close for the sun within this time. */
export const mostClosings = 6;
export const closingsWithin = 3_600_000;

/** A change of the number of phases has to pay within this time. */
export const phaseHorizon = 600_000;

/** For so long after a start the number of phases may be put right at once. */
export const justBegun = 60_000;

/** A car charges this long before it makes way for an equal one that waits, where there is no room for both. */
export const rotationPeriod = 1_800_000;

/** What the charger does not charge while it switches phases. */
export const phaseSwitchPause = 60_000;

/** Up to this share of its rating a fuse or breaker holds for an hour (IEC 60898-1: 1.13 In). */
export const holdingOverload = 1.13;

/** Readings in a row that end a loss. */
export const readingsToTrust = 2;

/** No time between two passes counts for more than this: what happened in between was not seen. */
export const longestStep = 60_000;

/** A count of a session beyond this, in kWh, is none: no car takes so much. */
export const largestSession = 1_000;

/** A car that takes so much less than it is offered for a while, in A, can't take more. */
export const unusedOffer = 1.5;

/** A target is planned for with this much more time than the sum says: cars ramp up, taper off and lose a little. */
export const planReserve = { share: 0.1, time: 300_000 } as const;

/** What is planned for where a car shall be full and nobody knows how empty it is, in kWh: a usual battery. */
export const usualBattery = 60;

/** As long as a car is not seen to be full, so much is still planned for, in kWh, whatever it has got. */
export const unknownRest = 10;

/** A charge for a target goes on while it is ahead of its plan by no more than this: pausing it would wear things. */
export const planSlack = 1_800_000;
