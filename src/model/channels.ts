/** The channels of a charger: what it can report, and what of it can be changed. */

export interface Channel {
  readonly type: "number" | "boolean" | "text";
  /** Unit of a number. */
  readonly unit?: string;
  /** All values of a text channel, where they are a fixed set. */
  readonly values?: readonly string[];
  /** Display name. */
  readonly label: string;
  /** Display name of the write. Absent: it can only be read. */
  readonly change?: string;
}

/** `disconnected`: no car · `connected`: a car that takes no current · `charging` · `fault`: the charger refuses to charge. */
export const chargerStates = ["disconnected", "connected", "charging", "fault"] as const;

export type ChargerState = (typeof chargerStates)[number];

/** Override of the charger's own logic: `NEUTRAL` leaves it to that, `OFF` stops it, `ON` starts it. */
export const forceStates = ["NEUTRAL", "OFF", "ON"] as const;

export type ForceState = (typeof forceStates)[number];

/** Every channel, in display order. The keys are public: `read --json`, `replay`. */
export const chargerChannels = {
  maxAmpere: { type: "number", unit: "A", label: "Maximum current", change: "current" },
  pwmSignal: { type: "text", label: "Control pilot" },
  error: { type: "text", label: "Error" },
  voltageL1: { type: "number", unit: "V", label: "Voltage L1" },
  voltageL2: { type: "number", unit: "V", label: "Voltage L2" },
  voltageL3: { type: "number", unit: "V", label: "Voltage L3" },
  currentL1: { type: "number", unit: "A", label: "Current L1" },
  currentL2: { type: "number", unit: "A", label: "Current L2" },
  currentL3: { type: "number", unit: "A", label: "Current L3" },
  powerL1: { type: "number", unit: "W", label: "Power L1" },
  powerL2: { type: "number", unit: "W", label: "Power L2" },
  powerL3: { type: "number", unit: "W", label: "Power L3" },
  power: { type: "number", unit: "W", label: "Power" },
  phases: { type: "number", label: "Phases", change: "phases" },
  sessionChargeConsumptionLimit: { type: "number", unit: "kWh", label: "Session energy limit", change: "energy limit" },
  priceLimit: { type: "number", unit: "ct/kWh", label: "Price limit" },
  sessionChargeConsumption: { type: "number", unit: "kWh", label: "Session energy" },
  totalConsumption: { type: "number", unit: "kWh", label: "Total energy" },
  allowCharging: { type: "boolean", label: "Charging allowed", change: "start and stop" },
  cableEncoding: { type: "number", unit: "A", label: "Cable" },
  temperature: { type: "number", unit: "°C", label: "Temperature" },
  temperatureType2: { type: "number", unit: "°C", label: "Temperature of the socket" },
  firmware: { type: "text", label: "Firmware" },
  accessState: { type: "text", label: "Access", change: "access" },
  transaction: { type: "number", label: "Transaction", change: "transaction" },
  forceState: { type: "text", values: forceStates, label: "Force state" },
  state: { type: "text", values: chargerStates, label: "State" },
} as const satisfies Record<string, Channel>;

export type ChannelName = keyof typeof chargerChannels;

type ValueOf<C extends Channel> = C["values"] extends readonly (infer V)[]
  ? V
  : { number: number; boolean: boolean; text: string }[C["type"]];

/** The value of one channel; `null` where the device does not have it or did not report it. */
export type ChannelValue<N extends ChannelName = ChannelName> = ValueOf<(typeof chargerChannels)[N]> | null;

export type ChargerChannels = { readonly [N in ChannelName]: ChannelValue<N> };

export const channelNames: readonly ChannelName[] = Object.keys(chargerChannels).filter(isChannelName);

/** The channels of a charger in their order, from any object that has them; a value of the wrong type is `null`. */
export function channelsIn(found: { readonly [N in ChannelName]?: unknown }): ChargerChannels;
export function channelsIn(found: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    channelNames.map((name) => [name, fits(found[name], chargerChannels[name]) ? found[name] : null]),
  );
}

function fits(value: unknown, { type, values }: Channel): boolean {
  if (type === "number") return typeof value === "number" && Number.isFinite(value);
  if (type === "boolean") return typeof value === "boolean";
  return typeof value === "string" && (values === undefined || values.includes(value));
}

export function isChannelName(name: string): name is ChannelName {
  return Object.hasOwn(chargerChannels, name);
}
