/** Every channel of a charger as a characteristic of its own, for Eve, automations and the like. */

import type { CharacteristicValue } from "homebridge";
import type { WritableChannel } from "../../drivers/driver.js";
import { channelNames, chargerChannels, type Channel, type ChannelName } from "../../model/channels.js";
import { chargerModes } from "../../model/commands.js";
import type { ChargerView } from "../../site/site-view.js";
import { reasonText } from "../../texts/decision-text.js";
import type { Value } from "../dead-band.js";
import { booleanOf, type CharacteristicDefinition, type CustomCharacteristic, type Write } from "./definition.js";

/** Our own UUIDs: the number is the first group. A number once given is never given again. */
const uuidTail = "-6CEE-41D9-810F-AF3F10CB2E2F";

const uuidNumbers = {
  maxAmpere: 0x01,
  pwmSignal: 0x02,
  error: 0x03,
  voltageL1: 0x04,
  voltageL2: 0x05,
  voltageL3: 0x06,
  currentL1: 0x07,
  currentL2: 0x08,
  currentL3: 0x09,
  powerL1: 0x0a,
  powerL2: 0x0b,
  powerL3: 0x0c,
  power: 0x0d,
  phases: 0x0e,
  sessionChargeConsumptionLimit: 0x0f,
  sessionChargeConsumption: 0x10,
  totalConsumption: 0x11,
  allowCharging: 0x12,
  cableEncoding: 0x13,
  temperature: 0x14,
  firmware: 0x15,
  accessState: 0x16,
  transaction: 0x17,
  state: 0x18,
  forceState: 0x19,
  temperatureType2: 0x1a,
  priceLimit: 0x1b,
  mode: 0x40,
  reason: 0x41,
} as const satisfies Record<ChannelName | "mode" | "reason", number>;

/** UUID of the characteristic of a channel, of the mode or of the reason. */
export function uuidOf(name: keyof typeof uuidNumbers): string {
  return `EC${uuidNumbers[name].toString(16).toUpperCase().padStart(6, "0")}${uuidTail}`;
}

const formats = { number: "float", boolean: "bool", text: "string" } as const;

/**
 * What "not known now" reads as: texts are empty; a limit of 0 is no limit; 0 is a transaction without a card for some
 * chargers, hence −1 is none. Other numbers, and booleans, do not respond while they are not known.
 */
const noTransaction = -1;

function noneOf(name: ChannelName): Value | undefined {
  if (name === "sessionChargeConsumptionLimit") return 0;
  if (name === "transaction") return noTransaction;
  return chargerChannels[name].type === "text" ? "" : undefined;
}

interface Limits {
  readonly min?: number;
  readonly max?: number;
  readonly step?: number;
}

interface WritableDefinition {
  readonly lifting?: number;
  limits(charger: ChargerView): Limits;
  parseWrite(value: CharacteristicValue, charger: ChargerView): Write | null;
}

const writableChannels: Readonly<Record<WritableChannel, WritableDefinition>> = {
  /** Reads what the charger is set to now; writes a cap of the person's own. 0 lifts the cap. */
  maxAmpere: {
    lifting: 0,
    limits: ({ current: { max, step } }) => ({ min: 0, max, step }),
    parseWrite(value, { current: { min, max } }) {
      if (value === 0) return { command: { maxAmpere: null } };
      return typeof value === "number" && value >= min && value <= max ? { command: { maxAmpere: value } } : null;
    },
  },
  allowCharging: {
    limits: () => ({}),
    parseWrite(value) {
      const allowCharging = booleanOf(value);
      return allowCharging === null ? null : { command: { allowCharging } };
    },
  },
  /** 0: no limit. */
  sessionChargeConsumptionLimit: {
    limits: () => ({ min: 0 }),
    parseWrite(value) {
      const valid = typeof value === "number" && Number.isFinite(value) && value >= 0;
      return valid ? { command: { sessionChargeConsumptionLimit: value } } : null;
    },
  },
  /** 0 gives the choice back to the controller. */
  phases: {
    lifting: 0,
    limits: () => ({ min: 0, max: 3, step: 1 }),
    parseWrite(value) {
      if (value === 0) return { command: { phases: "auto" } };
      return value === 1 || value === 3 ? { command: { phases: value } } : null;
    },
  },
  accessState: {
    limits: () => ({}),
    parseWrite(value) {
      return typeof value === "string" && value !== "" ? { setting: { channel: "accessState", value } } : null;
    },
  },
  transaction: {
    limits: () => ({ min: noTransaction, step: 1 }),
    parseWrite(value) {
      if (typeof value !== "number" || !Number.isInteger(value) || value < noTransaction) return null;
      return { setting: { channel: "transaction", value: value === noTransaction ? null : value } };
    },
  },
};

/** The channels that the charger takes writes for are there from the start, the others once they have been reported. */
export function channelCharacteristics(charger: ChargerView): readonly CharacteristicDefinition[] {
  return channelNames.map((name) => {
    const channel: Channel = chargerChannels[name];
    const writable = charger.writable.find((candidate) => candidate === name);
    const writes = writable === undefined ? undefined : writableChannels[writable];
    const none = noneOf(name);
    const shape: CustomCharacteristic = {
      uuid: uuidOf(name),
      name: channel.label,
      format: formats[channel.type],
      ...writes?.limits(charger),
    };
    return {
      id: `channel:${name}`,
      shape,
      always: writes !== undefined,
      read: ({ reading }) => reading[name],
      ...(channel.unit === undefined ? {} : { unit: channel.unit }),
      ...(none === undefined ? {} : { none }),
      ...(writes?.lifting === undefined ? {} : { lifting: writes.lifting }),
      ...(writes === undefined ? {} : { parseWrite: writes.parseWrite }),
    };
  });
}

/** What the controller does with the charger. */
export const controlCharacteristics: readonly CharacteristicDefinition[] = [
  {
    id: "mode",
    shape: { uuid: uuidOf("mode"), name: "Mode", format: "string" },
    always: true,
    read: ({ charger }) => charger.mode,
    parseWrite(value) {
      const mode = chargerModes.find((candidate) => candidate === value);
      return mode === undefined ? null : { command: { mode } };
    },
  },
  {
    id: "reason",
    shape: { uuid: uuidOf("reason"), name: "Reason", format: "string" },
    always: true,
    read: ({ charger }) => (charger.decision === null ? null : reasonText(charger.decision.reasons)),
    none: "",
  },
];
