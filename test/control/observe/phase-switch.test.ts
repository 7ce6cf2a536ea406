import type { PersistentChargerState } from "../../../src/control/observe/charger-memory.js";
import type { ChargerReading } from "../../../src/model/readings.js";
import { byHand, charging, connected, disconnected, start } from "../support.js";
import { after } from "./readings.js";

describe("a charger that shows no car while it changes phases as told", () => {
  const told = { at: start, current: 6, phases: 3 } as const;
  const before: Partial<PersistentChargerState> = { lastCommand: told, commandConfirmed: true, switchedAt: start };
  const session = { since: start - 60_000, countsFrom: 0, due: null, targetActiveSince: null };
  const gone: ChargerReading = { ...disconnected, allowCharging: false };
  const stopping = { stopOnUnplug: true };

  test("is neither unplugged nor stopped by a person", () => {
    const { persistent, reading } = after(
      [
        [0, charging(14)],
        [1, gone],
        [11, connected({ allowCharging: false, phases: 3 })],
        [90, connected({ allowCharging: false, phases: 3 })],
      ],
      { ...before, session },
      stopping,
    );
    expect(persistent).toMatchObject({ session, manual: null });
    expect(reading?.state).toBe("connected");
  });

  test("keeps a start by hand", () => {
    const { persistent } = after(
      [
        [0, charging(14)],
        [1, gone],
      ],
      { ...before, session, manual: byHand("start") },
    );
    expect(persistent.manual).toEqual(byHand("start"));
  });

  test.each<[why: string, persistent: Partial<PersistentChargerState>, seconds: number]>([
    ["for longer than a change of phases takes", { ...before, session }, 61],
    ["without a change of phases", { ...before, session, switchedAt: null }, 1],
    ["and had none before", { ...before, session: null }, 1],
  ])("is unplugged if it shows none %s", (_why, persistent, seconds) => {
    expect(after([[seconds, gone]], persistent, stopping).persistent).toMatchObject({
      session: null,
      manual: byHand("stop"),
    });
  });
});
