/** `ev-charging set`: changes one setting of a charger, and reads it back. */

import type { ChargerConfig } from "../config/devices.js";
import { loadConfig } from "../config/load.js";
import { suggestion } from "../config/nearest.js";
import type { Charger, WritableChannel } from "../drivers/driver.js";
import { DeviceError } from "../model/errors.js";
import type { ChargerReading } from "../model/readings.js";
import { reasonText } from "../texts/decision-text.js";
import { choiceOption, commonOptions, exit, numberOption, parse, UsageError, type Command } from "./command.js";
import { using, withContext } from "./devices.js";
import { readBack } from "./read-back.js";

/** One change: how it is written, and how it is recognised in a reading. */
interface Change {
  readonly channel: WritableChannel;
  readonly value: number | boolean | null;
  readonly text: string;
  /** Name of the setting, for messages. */
  readonly setting: string;
  /** `undefined`: this charger does not support it. */
  write(charger: Charger): (() => Promise<void>) | undefined;
  shows(reading: ChargerReading): boolean;
  /** What keeps it from having its effect, for people; `null`: nothing that is known. */
  hindrance?(reading: ChargerReading): string | null;
}

interface Written {
  readonly current?: string | undefined;
  readonly allow?: string | undefined;
  readonly phases?: string | undefined;
  readonly "energy-limit"?: string | undefined;
}

export const set: Command = {
  name: "set",
  summary: "changes one setting of a charger",
  help: `Usage: ev-charging set NAME CHANGE [--config FILE] [--json]

Makes one change, and waits until the charger shows it. CHANGE is one of
  --current A          highest current of each phase, in a setting that is not kept in flash
  --allow on|off       start or stop charging
  --phases 1|3         number of phases
  --energy-limit KWH   energy after which the session ends; 0: no limit
While Homebridge or \`ev-charging run\` controls this charger, it may change it again.`,
  async run(args, terminal) {
    const { values, positionals } = parse(args, {
      ...commonOptions,
      current: { type: "string" },
      allow: { type: "string" },
      phases: { type: "string" },
      "energy-limit": { type: "string" },
    });
    const [name, ...rest] = positionals;
    if (name === undefined) throw new UsageError("say which charger: ev-charging set NAME --current 10");
    if (rest.length > 0) throw new UsageError(`one charger at a time; ${JSON.stringify(rest[0])} is one too many`);
    const { config } = loadConfig(values.config);
    const names = config.chargers.map((charger) => charger.name);
    const charger = config.chargers.find((each) => each.name === name);
    if (charger === undefined)
      throw new UsageError(`no charger is named ${JSON.stringify(name)}; ${suggestion(name, names)}`);
    const change = changeOf(values, charger);
    await withContext(async (context) =>
      using(charger.connect({ ...context, name }), async (device) => make(change, name, device)),
    );
    terminal.out(
      values.json
        ? JSON.stringify({ chargers: { [name]: { [change.channel]: change.value } } })
        : `${name}: ${change.text}`,
    );
    return exit.success;
  },
};

/** @throws UsageError unless exactly one change was written, and one that is valid for the charger */
function changeOf(written: Written, { range, name }: ChargerConfig): Change {
  const { current, allow, phases, "energy-limit": energyLimit } = written;
  const changes: Change[] = [];
  if (current !== undefined) changes.push(currentChange(numberOption("current", current), range, name));
  if (allow !== undefined) changes.push(allowChange(choiceOption("allow", allow, ["on", "off"]) === "on"));
  if (phases !== undefined) changes.push(phasesChange(choiceOption("phases", phases, ["1", "3"]) === "1" ? 1 : 3));
  if (energyLimit !== undefined) changes.push(energyChange(numberOption("energy-limit", energyLimit)));
  const [change] = changes;
  if (change === undefined || changes.length > 1)
    throw new UsageError("make one change: --current A, --allow on|off, --phases 1|3 or --energy-limit KWH");
  return change;
}

function currentChange(current: number, { min, max, step }: ChargerConfig["range"], name: string): Change {
  const steps = current / step;
  if (current < min || current > max || Math.abs(steps - Math.round(steps)) > 1e-6)
    throw new UsageError(`--current: ${name} takes ${min} to ${max} A in steps of ${step} A, not ${current}`);
  return {
    channel: "maxAmpere",
    value: current,
    text: `at most ${current} A`,
    setting: "the current",
    write:
      ({ writes }) =>
      () =>
        writes.maxAmpere(current),
    shows: (reading) => reading.maxAmpere === current,
    hindrance: ({ currentLimit }) =>
      currentLimit !== null && currentLimit < current ? `its own settings allow ${currentLimit} A` : null,
  };
}

function allowChange(allowed: boolean): Change {
  return {
    channel: "allowCharging",
    value: allowed,
    setting: "whether charging is allowed",
    text: allowed ? "charging is allowed" : "charging is stopped",
    write:
      ({ writes }) =>
      () =>
        writes.allowCharging(allowed),
    shows: (reading) => (reading.enabled ?? reading.allowCharging) === allowed && (!allowed || !isHeldBack(reading)),
    hindrance: (reading) => {
      if (!allowed || !isHeldBack(reading)) return null;
      const reason =
        reading.hold === null ? "does not say why" : reasonText([{ code: "charger-holds", hold: reading.hold }]);
      return `it was started, and does not let the car charge: ${reason}`;
    },
  };
}

/** Started, and the charger itself does not let the car charge. */
function isHeldBack({ state, allowCharging, hold }: ChargerReading): boolean {
  return state === "connected" && (allowCharging === false || hold !== null);
}

function phasesChange(count: 1 | 3): Change {
  return {
    channel: "phases",
    value: count,
    setting: "phases",
    text: count === 1 ? "one phase" : "three phases",
    write: ({ writes: { phases } }) => phases && (() => phases(count)),
    shows: (reading) => reading.phases === count,
  };
}

function energyChange(energy: number): Change {
  if (energy < 0) throw new UsageError(`--energy-limit takes 0 or more kWh, not ${energy}`);
  const limit = energy === 0 ? null : energy;
  return {
    channel: "sessionChargeConsumptionLimit",
    value: limit,
    setting: "the energy limit",
    text: limit === null ? "no energy limit" : `${limit} kWh for the session`,
    write: ({ writes: { sessionChargeConsumptionLimit: setLimit } }) => setLimit && (() => setLimit(limit)),
    shows: ({ sessionChargeConsumptionLimit: shown }) => Math.abs((shown ?? 0) - energy) < 0.051,
  };
}

/** Some chargers report their capabilities only in the first reading. */
async function afterFirstContact(change: Change, charger: Charger): Promise<(() => Promise<void>) | undefined> {
  await charger.read();
  return change.write(charger);
}

/** @throws DeviceError where the charger does not support it, refuses it, or does not report it in time */
async function make(change: Change, name: string, charger: Charger): Promise<void> {
  const write = change.write(charger) ?? (await afterFirstContact(change, charger));
  if (write === undefined)
    throw new DeviceError({
      code: "unsupported",
      device: name,
      what: `it can't change ${change.setting}`,
      advice: "Nothing was changed",
    });
  await write();
  await readBack(charger, { name, ...change });
}
