/** An OpenEVSE over RAPI, the protocol of its controller, through a gateway with firmware before 4. */

import { z } from "zod";
import type { ChargerReading } from "../../../model/readings.js";
import type { Charger, ChargerWrites } from "../../driver.js";
import { type Answer, type Field, parseNumber, readField } from "../../decoding/fields.js";
import { requireCurrent, unsupported } from "../../options/requirements.js";
import { Gateway, type GatewayOptions } from "./gateway.js";
import { parseReply } from "./rapi-frame.js";
import { readingOf } from "./reading.js";
import { type Details, detailsOf } from "./status.js";
import { isAwake } from "./codes.js";
import { currentRange, wholeVolts } from "./writes.js";

/**
 * open_evse "rapi_proc.h": the place of each value in the reply to its query. RAPI before 5.0 ends `$GS` after two
 * values and `$GC` too, and has the current in `$GE`.
 */
const queries = {
  $GS: ["code", "elapsed", "pilotState", "flags"],
  $GG: ["milliamperes", "millivolts"],
  $GU: ["sessionWattSeconds", "totalWattHours"],
  $GC: ["min", "hardwareMax", "pilot", "configuredMax"],
  $GE: ["pilot", "settings"],
  $GP: ["ds3231", "mcp9808", "tmp007"],
  $G0: ["plug"],
} as const;

type Query = keyof typeof queries;

/** Values that stand there in base 16; `$GS` of two values, in RAPI before 5.0, has none. */
const hexadecimal = new Set(["code", "pilotState", "flags", "settings"]);
const oldStateValues = 2;

/** RAPI from which `$SV` sets the voltage. Before, it switches the check for cars that need ventilation. */
const voltageSince = [5, 1, 3];

const numbers = {
  code: { key: "code", unit: "", range: [0, 255] },
  flags: { key: "flags", unit: "", range: [0, 0xffff_ffff] },
  /** -1: no ammeter */
  current: { key: "milliamperes", unit: "A", scale: 1e-3, range: [0, 100] },
  voltage: { key: "millivolts", unit: "V", scale: 1e-3, range: [1, 500] },
  sessionEnergy: { key: "sessionWattSeconds", unit: "kWh", scale: 1 / 3.6e6, range: [0, 10_000] },
  totalEnergy: { key: "totalWattHours", unit: "kWh", scale: 1e-3, range: [0, 1e8] },
  pilot: { key: "pilot", unit: "A", range: [0, 100] },
  plug: { key: "plug", unit: "", range: [0, 2] },
} as const satisfies Record<string, Field>;

/** -256 °C: there is none. The board's own comes first, as its protection looks at it. */
const temperatures: readonly Field[] = ["mcp9808", "ds3231", "tmp007"].map((key) => ({
  key,
  unit: "°C",
  scale: 0.1,
  range: [-60, 200],
}));

/** `$FS` sleeps; `$FD` disables, which some cars take for a fault, and some need. */
const stopCommand = "$FS";

/** Without its V the current would be written to the controller's EEPROM. */
const currentCommand = (amperes: number): string => `$SC ${amperes} V`;

const blocked = "RAPI_RESPONSE_BLOCKED";

const rapiAdvice = "Set api to wifi, or check that this is the WiFi gateway of an OpenEVSE";

const answerForm = z.object({ cmd: z.string(), ret: z.string().optional(), error: z.string().optional() });

export class RapiCharger implements Charger {
  readonly writes: ChargerWrites;
  readonly #gateway: Gateway;
  #details: Details | null = null;
  #voltage: number | null = null;
  /** As far as it is known; kept over failures. */
  #takesVoltage = true;

  constructor(options: GatewayOptions) {
    this.#gateway = new Gateway(options);
    this.writes = {
      maxAmpere: async (amperes) => {
        requireCurrent(amperes, currentRange, options.device);
        await this.#setCurrent(amperes);
      },
      allowCharging: (allowed) => this.#allow(allowed),
    };
  }

  async read(): Promise<ChargerReading> {
    try {
      const details = (this.#details ??= await this.#askDetails());
      const answers = [await this.#ask("$GS"), await this.#askCurrent(), await this.#ask("$GG")];
      answers.push(await this.#ask("$GU"), await this.#askIfKnown("$GP"), await this.#askIfKnown("$G0"));
      const reading = this.#reading(new Map(answers.flatMap((answer) => [...answer])), details);
      this.#voltage = reading.voltageL1;
      return reading;
    } catch (error) {
      this.#details = null;
      this.#voltage = null;
      throw error;
    }
  }

  /** For boxes without a voltmeter of their own; they forget it with a restart. */
  async setMeasuredVoltage(volts: number): Promise<void> {
    const voltage = wholeVolts(volts, this.#gateway.device);
    if (!this.#takesVoltage) return;
    if (this.#voltage !== null && Math.round(this.#voltage) === voltage) return;
    await this.#command(`$SV ${voltage * 1_000}`);
    this.#voltage = voltage;
  }

  close(): Promise<void> {
    return this.#gateway.close();
  }

  async #setCurrent(amperes: number): Promise<void> {
    await this.#command(currentCommand(amperes));
    const pilot = readField(numbers.pilot, await this.#askCurrent());
    if (pilot !== null && pilot !== amperes)
      throw this.#notTakenOver(`${amperes} A were not taken over, it is ${pilot} A`);
  }

  async #allow(allowed: boolean): Promise<void> {
    await this.#command(allowed ? "$FE" : stopCommand);
    const code = readField(numbers.code, await this.#ask("$GS"));
    if (code !== null && isAwake(code) === !allowed)
      throw this.#notTakenOver(`the ${allowed ? "start" : "stop"} was not taken over`);
  }

  #reading(answer: Answer, { threePhase, firmware }: Details): ChargerReading {
    const at = (field: Field): number | null => readField(field, answer);
    const code = at(numbers.code);
    if (code === null) throw this.#protocol("$GS reports no state");
    const plug = at(numbers.plug);
    return readingOf({
      code,
      flags: at(numbers.flags),
      plugged: plug === 0 ? false : plug === 1 ? true : null,
      pilot: at(numbers.pilot),
      current: at(numbers.current),
      voltage: at(numbers.voltage),
      power: null,
      threePhase,
      temperature: temperatures.map(at).find((celsius) => celsius !== null) ?? null,
      sessionEnergy: at(numbers.sessionEnergy),
      totalEnergy: at(numbers.totalEnergy),
      energyLimit: null,
      firmware,
      uptime: null,
      tag: null,
      asked: null,
      switchedOn: null,
    });
  }

  /** Only the gateway knows of three phases; the firmware that counts here is the controller's. */
  async #askDetails(): Promise<Details> {
    const { json } = await this.#gateway.request({ method: "GET", path: "/config", expect: [404] });
    const { kind, values } = await this.#exchange("$GV");
    const [firmware = null, rapi = ""] = kind === "ok" ? values : [];
    this.#takesVoltage = isSince(rapi, voltageSince) ?? true;
    return { ...detailsOf(json), firmware };
  }

  /** What the pilot signals, or will once it charges. */
  async #askCurrent(): Promise<Answer> {
    const answer = await this.#ask("$GC");
    return answer.get("pilot") === null ? this.#askIfKnown("$GE") : answer;
  }

  async #ask(query: Query): Promise<Answer> {
    const { kind, values } = await this.#exchange(query);
    if (kind === "ok") return valuesOf(query, values);
    throw this.#protocol(`${query} was refused`);
  }

  /** Older controllers refuse what they don't know. */
  async #askIfKnown(query: Query): Promise<Answer> {
    const { kind, values } = await this.#exchange(query);
    return kind === "ok" ? valuesOf(query, values) : new Map();
  }

  async #command(command: string): Promise<void> {
    const { kind, values } = await this.#exchange(command);
    if (kind === "ok") return;
    if (command.startsWith("$SC") && values.length === 0) {
      const advice = "Update its firmware: before June 2016 it can only store a current, which wears its memory out";
      throw this.#gateway.error("refused", `${command} was refused: the controller can't set it for now alone`, advice);
    }
    const instead = values.length > 0 ? ` (${values.join(" ")})` : "";
    throw this.#gateway.error("refused", `${command} was refused${instead}`, "Check what the charger is limited to");
  }

  /** A query is repeated once where an event came in place of its reply; a command never, since it may have been carried out. */
  async #exchange(command: string): Promise<{ readonly kind: "ok" | "no"; readonly values: readonly string[] }> {
    for (let left = command.startsWith("$G") ? 1 : 0; ; left--) {
      const reply = parseReply(await this.#send(command));
      if (reply.kind === "ok" || reply.kind === "no") return reply;
      if (reply.kind === "event" && left > 0) continue;
      const why = reply.kind === "broken" ? reply.why : "only an event came in its place";
      throw this.#protocol(`the reply to ${command} can't be used: ${why}`);
    }
  }

  /** The gateway adds the checksum, and the id of the command, by itself. */
  async #send(rapi: string): Promise<string> {
    const { status, json } = await this.#gateway.request({
      method: "GET",
      path: `/r?json=1&rapi=${encodeURIComponent(rapi)}`,
      changes: !rapi.startsWith("$G"),
      expect: [400, 404, 500],
    });
    const answer = answerForm.safeParse(json).data;
    if (answer?.error === blocked || status === 400) throw this.#blocked(rapi);
    if (answer?.error === "RAPI_RESPONSE_ASYNC_EVENT") return "$AT";
    if (answer?.error !== undefined) {
      const why = answer.error.replace(/[^A-Z_]/g, "").slice(0, 60);
      const code = why === "RAPI_RESPONSE_TIMEOUT" ? "unreachable" : "protocol";
      throw this.#gateway.error(code, `its gateway had no answer to ${rapi}: ${why}`, rapiAdvice);
    }
    if (status === 404) throw this.#protocol("this gateway has no RAPI");
    if (answer?.ret === undefined) throw this.#protocol(`the answer to ${rapi} is not one of a gateway`);
    if (answer.cmd !== rapi) throw this.#protocol(`the answer to ${rapi} belongs to another command`);
    return answer.ret;
  }

  #blocked(command: string) {
    return unsupported(this.#gateway.device, `this firmware blocks RAPI writes (${command})`, "Set api to wifi");
  }

  #notTakenOver(what: string) {
    const advice = "The WiFi gateway may steer it too: set api to wifi where its firmware is 4 or newer";
    return this.#gateway.error("not-taken-over", what, advice);
  }

  #protocol(what: string) {
    return this.#gateway.error("protocol", what, rapiAdvice);
  }
}

function valuesOf(query: Query, values: readonly string[]): Answer {
  const isDecimal = query === "$GS" && values.length === oldStateValues;
  return new Map(
    queries[query].map((name, place) => {
      const text = values[place] ?? "";
      const number = hexadecimal.has(name) && !isDecimal ? hexNumber(text) : parseNumber(text);
      return [name, number];
    }),
  );
}

/** @returns `null`: the text is no version */
function isSince(version: string, first: readonly number[]): boolean | null {
  if (!/^\d+(\.\d+)+/.test(version)) return null;
  const parts = version.split(".").map((part) => Number.parseInt(part, 10));
  const differs = first.findIndex((part, place) => part !== (parts[place] ?? 0));
  return differs < 0 || (parts[differs] ?? 0) > (first[differs] ?? 0);
}

function hexNumber(text: string): number | null {
  return /^[0-9A-Fa-f]{1,8}$/.test(text) ? Number.parseInt(text, 16) : null;
}
