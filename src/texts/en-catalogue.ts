/** What each reason means, and what ends it, in English. */

import type { ReasonCode } from "../model/reasons.js";

export interface ReasonEntry {
  readonly meaning: string;
  readonly end: string;
}

export const englishCatalogue: Readonly<Record<ReasonCode, ReasonEntry>> = {
  "controller-failed": {
    meaning: "An error in this plugin: all chargers pause.",
    end: "The next decision that succeeds. Please report what the log says.",
  },
  "charger-not-heard": { meaning: "The charger has not answered since the start.", end: "Its first answer." },
  "charger-fault": { meaning: "The charger reports a fault.", end: "The charger no longer reports it." },
  "charger-late": { meaning: "The newest reading of the charger is missing or late.", end: "Its next answer." },
  "charger-silent": { meaning: "The charger has not answered for more than 30 s.", end: "Its next answer." },

  "stopped-by-hand": {
    meaning: "A person stopped it, here or at the charger.",
    end: "A start by hand, or unplugging the car.",
  },
  "stopped-until-start": {
    meaning: "A person stopped it, or a car was unplugged and `stopOnUnplug` is set.",
    end: "A start by hand.",
  },
  "timed-start-over": { meaning: "The time of a start by hand is over.", end: "A start by hand." },
  "tag-missing": {
    meaning: "`unknownTags` refuses cars without a known tag, and none was shown.",
    end: "A known tag.",
  },
  "tag-unknown": { meaning: "The tag that was shown belongs to none of the configured cars.", end: "A known tag." },
  "session-limit-reached": {
    meaning: "The session has reached its energy limit.",
    end: "Another limit, or unplugging the car.",
  },
  "mode-off": { meaning: "The mode is `off`.", end: "Another mode, or a start by hand." },
  "plug-state-unknown": {
    meaning: "The charger does not report whether a car is plugged in, and the mode depends on it.",
    end: "The charger reports it.",
  },
  "no-vehicle": { meaning: "No car is plugged in.", end: "Plugging one in." },
  "nothing-scheduled": {
    meaning: "The mode is `scheduled`, and neither a target nor a cheap hour is ahead.",
    end: "A target, cheap hours, another mode, or a start by hand.",
  },
  "waits-for-schedule": {
    meaning: "The mode is `scheduled`, and its time has not come.",
    end: "That time, another mode, or a start by hand.",
  },
  "residual-current-alarm": {
    meaning: "A residual-current monitor raised an alarm: all chargers pause.",
    end: "A start by hand, once the alarm is over.",
  },
  "monitor-not-heard": {
    meaning: "A residual-current monitor has not answered since the start.",
    end: "Its first answer.",
  },
  "monitor-silent": {
    meaning: "A residual-current monitor has not answered for more than a minute.",
    end: "Its next answer.",
  },

  "fast-mode": { meaning: "The mode is `fast`.", end: "Another mode, or a stop by hand." },
  "started-by-hand": {
    meaning: "A person started it.",
    end: "The end of its time, a stop by hand, or unplugging the car.",
  },
  "minimum-mode": {
    meaning: "The mode is `solar-min`, or the car is not `sunOnly`: the minimum current whatever the surplus.",
    end: "Another mode, or more surplus.",
  },
  "ready-without-vehicle": {
    meaning: "No car is plugged in, and `unpluggedCurrent` is offered to the next one.",
    end: "Plugging one in.",
  },
  "plug-in-hold": {
    meaning: "A car was just plugged in, and `plugInHold` gives it a current.",
    end: "Its time is over.",
  },
  "target-due": { meaning: "It is time to charge for a target.", end: "The target is reached, or its time has come." },
  "target-upcoming": { meaning: "There is a target to charge for later.", end: "That time." },
  "cheap-energy": { meaning: "Energy is cheap now.", end: "The end of the cheap time." },
  "cheap-energy-upcoming": { meaning: "Energy will be cheap later.", end: "That time." },

  "charger-limit": { meaning: "The most that the charger may take.", end: "A higher `maxCurrent`." },
  "charger-own-limit": {
    meaning: "A limit that is set in the charger itself: `ama` of a go-e.",
    end: "A higher limit in the charger's app.",
  },
  "cable-limit": { meaning: "The charger says that the cable carries no more.", end: "Another cable." },
  "current-cap": { meaning: "A person limited the current.", end: "Another limit, or none." },
  "power-cap": { meaning: "A person limited the power.", end: "Another limit, or none." },
  "site-power-limit": {
    meaning: "The limit for all chargers together: that of the grid operator, or `powerLimit`.",
    end: "A higher limit, or chargers that take less.",
  },
  "circuit-limit": {
    meaning: "The main fuse or a circuit carries no more on this phase.",
    end: "Other loads draw less, for the time that the reason names.",
  },
  "circuit-overdrawn": {
    meaning: "A charger on the main fuse or a circuit draws far more than its limit.",
    end: "That charger keeps to its limit, or pauses.",
  },
  "limit-not-obeyed": {
    meaning: "The charger drew far more than its limit for half a minute, also after the limit was written again.",
    end: "A quarter of an hour is over, the car is unplugged, or a person starts it.",
  },
  "below-minimum": {
    meaning: "What is left is below the minimum current.",
    end: "That of the reason before it.",
  },
  "vehicle-idle": { meaning: "The car may charge and takes nothing: it may be full.", end: "The car takes current." },
  "charger-holds": {
    meaning: "The car may charge, and the charger itself says why it does not let it.",
    end: "What it names: a card, its timer, its limit, its app.",
  },
  "minimum-pause": { meaning: "A pause lasts at least `minimumPause`.", end: "Its time is over, or a start by hand." },

  failsafe: {
    meaning: "A reading that is needed to charge safely is missing: no more than `failsafeCurrent`.",
    end: "The missing reading, mostly two good ones in a row.",
  },
  "no-increase": {
    meaning: "A reading that is needed to charge is uncertain: the current may fall, but not rise.",
    end: "The missing reading, mostly two good ones in a row.",
  },
  "no-grid-meter": { meaning: "No meter with the role `grid` is configured.", end: "Configuring one." },
  "meter-not-heard": { meaning: "A meter has not answered since the start.", end: "Its first answer." },
  "measurement-missing": {
    meaning: "A meter has never reported a quantity that is needed.",
    end: "The meter reports it.",
  },
  "measurement-old": { meaning: "The last usable value of a meter is too old.", end: "A new value." },
  "meter-not-trusted-yet": {
    meaning: "A meter answers again after missing or implausible readings.",
    end: "Two good readings in a row.",
  },
  "wiring-doubted": {
    meaning: "A meter did not show a change of the charger's current on the right phase or in the right direction.",
    end: "A change that it shows correctly.",
  },
  "wiring-test": {
    meaning: "The current is lowered to test whether the meter shows it.",
    end: "The response of the meter.",
  },
  "wiring-test-running": {
    meaning: "The current was changed to test whether the meter shows it.",
    end: "The response of the meter.",
  },
  "wiring-test-small-increase": {
    meaning: "The wiring of a meter is doubted, and the increase is too small to test it.",
    end: "A larger change, or a correct response.",
  },
  "clamps-reversed": {
    meaning: "A meter shows the opposite of what cars draw: no more than the minimum current.",
    end: "Turning the clamps round, and a start by hand.",
  },
  "clamps-swapped": {
    meaning: "A meter shows on one phase what cars draw on another: no more than the minimum current.",
    end: "Swapping the clamps or correcting the charger's `phaseRotation`, and a start by hand.",
  },

  "surplus-unknown": {
    meaning: "No meter has reported the surplus since the start.",
    end: "A reading of the grid meter.",
  },
  "surplus-used": { meaning: "It charges with the surplus.", end: "Less surplus." },
  "surplus-too-low": { meaning: "The surplus is too low to start.", end: "The surplus that the reason names." },
  "surplus-too-new": {
    meaning: "The surplus is enough to start, but has not lasted yet.",
    end: "It lasts a little longer.",
  },
  "surplus-too-unsteady": {
    meaning: "The surplus is enough, but was lately too intermittent for a start to pay.",
    end: "It lasts longer than it lately did.",
  },
  "starts-too-often": {
    meaning: "The surplus is enough, but the charger's contactor has closed too often within an hour.",
    end: "The time that the reason names, or a start by hand.",
  },
  "surplus-ended": {
    meaning: "Continuing without surplus has cost as much as a new start.",
    end: "The surplus that the reason names.",
  },
  "surplus-below-need": {
    meaning: "It charges with less surplus than pays, and waits for it to come back.",
    end: "More surplus, or a pause if it does not come back.",
  },
  "surplus-covers-part": {
    meaning: "The surplus covers only a part of the minimum current, but enough of it.",
    end: "More or less surplus.",
  },
  "minimum-above-surplus": {
    meaning: "It charges with the minimum current, of which the surplus covers a part.",
    end: "More surplus.",
  },
  "phases-fit-surplus": {
    meaning: "It changes to the number of phases that uses more of the surplus.",
    end: "The change is made.",
  },
  "vehicle-needs-more": {
    meaning: "The surplus is less than the `minPower` of this car.",
    end: "The surplus that the reason names.",
  },
};
