/** What can go wrong with a write, over HTTP and Modbus alike: H-07, H-14, H-15, M-11 of the fault list. */

import { DeviceError } from "../../src/model/errors.js";
import type { Entry } from "./bench-of-devices.js";
import { type Course, expectRecovery, failure, reading } from "./fault.js";
import { write } from "./http-faults.js";
import type { Stand } from "./stand.js";

const chargers = new Set(["go-e", "openevse", "easee", "mennekes"]);
const writable = ({ driver, transport }: Entry): boolean => chargers.has(driver) && transport !== "mqtt";

/** Requests with a write in them that have gone through to the device. */
function spoilWrites(stand: Stand, what: "swallow" | "reset"): { sent(): number } {
  let sent = 0;
  stand.proxy.fault = {
    onRequest(request, { upstream }) {
      if (stand.writesIn(request)) sent += 1;
      upstream.write(request);
    },
    onAnswer(answer, { client, lastRequest }) {
      if (!stand.writesIn(lastRequest)) return void client.write(answer);
      if (what === "reset") client.resetAndDestroy();
    },
  };
  return { sent: () => sent };
}

const maxAmpere = (told: unknown): unknown =>
  typeof told === "object" && told !== null && "maxAmpere" in told ? told.maxAmpere : undefined;

export const writeFaults: readonly Course[] = [
  {
    id: "H-07",
    what: "yes to a write that changes nothing: it fails, or the next reading shows what is so",
    on: ({ driver, transport }) => chargers.has(driver) && transport === "http",
    run: ignored,
  },
  {
    id: "M-11",
    what: "an echo to a write that changes nothing: not taken over",
    on: ({ driver, transport }) => chargers.has(driver) && transport === "modbus",
    run: ignored,
  },
  {
    id: "H-14",
    what: "a write that is heard, and its answer lost: it fails, is not repeated, and the truth is read afterwards",
    on: writable,
    outlasts: true,
    async run(stand) {
      await reading(stand);
      const { sent } = spoilWrites(stand, "swallow");
      expect(await failure(write(stand))).toMatchObject({ code: "unreachable" });
      expect(sent()).toBe(1);
      await stand.heal();
      expect(maxAmpere(await reading(stand))).toBe(10);
    },
  },
  {
    id: "H-15",
    what: "a reset in place of the answer to a write: it fails and is not repeated",
    on: writable,
    async run(stand) {
      const good = await reading(stand);
      const { sent } = spoilWrites(stand, "reset");
      expect(await failure(write(stand))).toMatchObject({ code: "unreachable" });
      expect(sent()).toBe(1);
      await stand.heal();
      await reading(stand);
      expect(good).not.toBeNull();
    },
  },
];

async function ignored(stand: Stand): Promise<void> {
  const good = await reading(stand);
  stand.ignoreWrites?.();
  const outcome = await write(stand).then(
    () => "taken for done",
    (error: unknown) => (error instanceof DeviceError ? error.code : String(error)),
  );
  expect(["taken for done", "not-taken-over"]).toContain(outcome);
  if (stand.modbus) expect(outcome).toBe("not-taken-over");
  expect(maxAmpere(await reading(stand))).toBe(maxAmpere(good));
  await expectRecovery(stand, good);
}
