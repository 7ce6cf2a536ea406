/** The controller's times and tolerances, each with its reason. Times in ms. */

/** An older reading raises no current (SmartEVSE: 11 s, EVerest: 10 s). */
export const freshForRaising = 10_000;

/** The values of one reading lie within this time; an older one was missing in the newest reading. */
export const readingSpan = 1_500;

/** An older state of charge is not used. It changes slowly, and some batteries report it only when it does. */
export const freshStateOfCharge = 300_000;

/** Two devices may show the same change of a battery and of the grid this far apart. */
export const batteryMatch = 15_000;

/** W; a battery that changed by no more within `batteryMatch` fits the grid's power. */
export const fittingPower = 100;

/** The discharge block ends only after this time without a charge from the grid. */
export const blockHold = 60_000;

/** %; a smaller change of a state of charge may be noise. */
export const batteryNoise = 2;

/** A reading of this age counts as lost: the charger is at its failsafe current 15 s after the last one at most. */
export const freshForStaying = 14_000;

/** The same for a meter that reports often: there the car has followed after 15 s, too. */
export const freshForStayingOften = 12_000;

/** Until then a charger that stopped reporting may still draw what it last reported. */
export const chargerSilence = 30_000;

/** A residual-current monitor that is silent for longer protects nobody. */
export const monitorSilence = 60_000;

/** From a command until the meter shows it: response of the charger, of the car (5 s by IEC 61851-1) and of the meter. */
export const deadTime = 10_000;

/** A charger that has not shown a command by then never will: the car draws less than it may. */
export const slowestCharger = 25_000;

/** Headroom must have lasted this long before a current is raised into it. */
export const headroomMemory = 30_000;

/** The history of the surplus is this long. */
export const surplusMemory = 300_000;

/** Older samples of the surplus need not be closer together. */
export const surplusSpacing = 4_000;

/** Older samples of a draw need not be closer together. */
export const drawSpacing = 2_000;

/** A surplus that changed by no more than this, in W, for this long is constant. */
export const steadyWithin = 5;
export const steadyFor = 240_000;

/** The first step of a charge has this long to show in the meter; the lag of slower meters is not learnt. */
export const lagSearch = 80_000;

/** Most meters have shown a change of ours by then. */
export const usualLag = 30_000;

/** A suspected meter has this long to show a change of ours before there may be another one. */
export const wiringCheckPatience = 60_000;

/** A meter that has not changed at all this long after it should have shown a car's change is frozen. */
export const frozenAfter = 30_000;

/** A; a car's current has changed noticeably when it changed by this much. */
export const noticeableCurrent = 2;

/** A; a lower current is the end of a charge or only warms the car: it does not show a limit of the car. */
export const significantCurrent = 5;

/** A; a car that draws less takes nothing. */
export const idleCurrent = 1;

/** A car that takes nothing for this long is full or asleep, and holds only the minimum of a shared circuit. */
export const idleAfter = 60_000;

/** A; until the meter's lag is known, a current is raised by no more than this at a time. */
export const probingRaise = 4;

/** And only into surplus that has lasted this long. */
export const probingMemory = 20_000;

/** Wh; what a start must be worth: wear of contactor and car, losses of starting (0.02 kWh). */
export const startPrice = 20;

/** This many start prices lost end a charge, whatever the intermittency promises. */
export const mostStartsLost = 3;

/** Wh; value that must have been missed before a start: waiting for more would cost what it saves. */
export const startPatience = 5;

/** Between two changes of the number of phases. */
export const phaseDwell = 120_000;

/** A contactor may close this many times in a solar mode within this time. */
export const mostClosings = 6;
export const closingsWithin = 3_600_000;

/** A change of the number of phases has to pay within this time. */
export const phaseHorizon = 600_000;

/** For this long after a start the number of phases may be corrected at once. */
export const justBegun = 60_000;

/** A car charges this long before an equal one that waits takes its turn, where there is not enough for both. */
export const rotationPeriod = 1_800_000;

/** A charger does not charge for this long while it switches phases. */
export const phaseSwitchPause = 60_000;

/** Up to this share of its rating a fuse or breaker holds for an hour (IEC 60898-1: 1.13 In). */
export const holdingOverload = 1.13;

/** Readings in a row that end a loss. */
export const readingsToTrust = 2;

/** A longer time between two observations counts only this much: what happened in between was not observed. */
export const longestStep = 60_000;

/** kWh; a higher session counter is implausible: no car takes so much. */
export const largestSession = 1_000;

/** A; a car that takes so much less than its offer for a while can't take more. */
export const unusedOffer = 1.5;

/** A target is planned for with this reserve: cars ramp up, taper off and lose a little. */
export const planReserve = { share: 0.1, time: 300_000 } as const;

/** kWh that are planned for where a car shall be full and its state of charge is not known: a usual battery. */
export const usualBattery = 60;

/** kWh that are still planned for as long as a car is not seen to be full, whatever it has taken. */
export const unknownRest = 10;

/** A charge for a target goes on while it is ahead of its plan by no more than this: a pause would cost a start. */
export const planSlack = 1_800_000;
