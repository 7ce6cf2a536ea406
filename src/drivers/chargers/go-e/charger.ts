/** One go-e charger: how it is reached, which API version it speaks, and what that makes of reading and writing. */

import { messageOf } from "../../../model/errors.js";
import type { ChargerReading } from "../../../model/readings.js";
import type { Charger, ChargerWrites, DriverContext } from "../../driver.js";
import { brokerLine } from "./broker.js";
import { cloudLine } from "./cloud-line.js";
import { Identity } from "./identity.js";
import type { ApiVersion, Line, Party } from "./line.js";
import { localLine } from "./local.js";
import { parseStatus, type Status } from "./status.js";
import { readingV1, writesV1 } from "./v1.js";
import { keysV2, readingV2, writesV2 } from "./v2.js";

export type GoERoute =
  | { readonly by: "local"; readonly host: string; readonly port: number }
  | {
      readonly by: "broker";
      readonly topic: string;
      readonly url: string;
      readonly login: { readonly username?: string; readonly password?: string };
    }
  | { readonly by: "cloud"; readonly serial: string; readonly token: string; readonly url?: string | undefined };

export interface GoEOptions {
  readonly route: GoERoute;
  /** `undefined`: the charger is asked. */
  readonly apiVersion?: ApiVersion | undefined;
  /** `undefined`: any charger will do. */
  readonly serial?: string | undefined;
}

/** A charger in the language of one API version. */
interface Dialect {
  /** Checked for who it is from. */
  status(): Promise<Status>;
  reading(status: Status): ChargerReading;
  readonly writes: ChargerWrites;
}

/** @param deadline ms for each request over HTTP */
export function connectGoE(options: GoEOptions, context: DriverContext, deadline = 5_000): Charger {
  const line = lineOf(options.route, context, deadline);
  const { apiVersion } = options;
  const identity = new Identity(options.serial, context.name, context.clock);
  const speak = (version: ApiVersion): Dialect => dialectOf(version, line, identity, context.name);

  let known: Dialect | null = apiVersion === undefined ? null : speak(apiVersion);
  const dialect = async (): Promise<Dialect> => (known ??= speak(await line.askVersion()));
  const undecided: ChargerWrites = {
    maxAmpere: async (amperes) => (await dialect()).writes.maxAmpere(amperes),
    allowCharging: async (allowed) => (await dialect()).writes.allowCharging(allowed),
    sessionChargeConsumptionLimit: async (energy) => (await dialect()).writes.sessionChargeConsumptionLimit?.(energy),
  };
  const read = async (): Promise<ChargerReading> => {
    const spoken = await dialect();
    return spoken.reading(await spoken.status());
  };
  return {
    read,
    /** Until the charger has said which version it speaks: what both have. */
    get writes() {
      return known?.writes ?? undecided;
    },
    ...(line.onNews && {
      watch: (onReading: (reading: ChargerReading) => void) =>
        line.onNews?.(() => void read().then(onReading, (error: unknown) => context.log.debug(messageOf(error)))),
    }),
    close: () => line.close(),
  };
}

function lineOf(route: GoERoute, context: DriverContext, deadline: number): Line {
  if (route.by === "local") return localLine(route, context, deadline);
  if (route.by === "broker") return brokerLine(route, context);
  return cloudLine(route, context, deadline);
}

function dialectOf(version: ApiVersion, line: Line, identity: Identity, device: string): Dialect {
  const party: Party = { device, advice: line.advice };
  const status = async (): Promise<Status> => {
    const told = version === 1 ? await line.v1.status() : await line.v2.status(keysV2);
    const parsed = parseStatus(version, told, party);
    identity.check(parsed.answer);
    return parsed;
  };
  /** Nothing is written to a charger that might be another one. */
  const prove = async (): Promise<void> => {
    if (!identity.proven) await status();
  };
  if (version === 1) {
    const v1 = { ...line.v1, set: (key: string, value: number) => prove().then(() => line.v1.set(key, value)) };
    return { status, reading: readingV1, writes: writesV1(v1, party) };
  }
  const set = (key: string, value: number | null) => prove().then(() => line.v2.set(key, value));
  return { status, reading: readingV2, writes: writesV2({ status: (keys) => line.v2.status(keys), set }, party) };
}
