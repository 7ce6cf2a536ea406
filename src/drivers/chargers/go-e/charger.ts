/** One go-e charger: its route and its API version, and the check that the right charger answers. */

import { messageOf } from "../../../model/errors.js";
import type { ChargerReading } from "../../../model/readings.js";
import type { Charger, ChargerWrites, DriverContext } from "../../driver.js";
import { type BrokerAddress, brokerRoute } from "./broker.js";
import { CardNames, cardKeys } from "./cards.js";
import { type CloudAddress, cloudRoute } from "./cloud.js";
import { Identity } from "./identity.js";
import { type LocalAddress, localRoute } from "./local.js";
import type { ApiVersion, Route } from "./route.js";
import type { Status } from "./status.js";
import { parseStatusV1, readingV1, writesV1 } from "./v1.js";
import { extraKeysV2, keysV2, mainKeysV2, parseStatusV2, readingV2, writesV2 } from "./v2.js";

/** The route, and the charger's address on it. */
export type GoERoute =
  | ({ readonly by: "local" } & LocalAddress)
  | ({ readonly by: "broker" } & BrokerAddress)
  | ({ readonly by: "cloud" } & CloudAddress);

export interface GoEOptions {
  readonly route: GoERoute;
  /** `undefined`: the charger is asked. */
  readonly apiVersion?: ApiVersion | undefined;
  /** `undefined`: any charger is accepted. */
  readonly serial?: string | undefined;
}

/** The charger in one version of the API. */
interface Api {
  /** Rejects with DeviceError. */
  read(): Promise<ChargerReading>;
  readonly writes: ChargerWrites;
}

/** @param deadline ms for each request over HTTP */
export function connectGoE(
  { route: address, apiVersion, serial }: GoEOptions,
  context: DriverContext,
  deadline = 5_000,
): Charger {
  const route = routeTo(address, context, deadline);
  const identity = new Identity(serial, context.name, context.clock);
  let known = apiVersion === undefined ? null : apiOf(apiVersion, route, identity, context);
  const api = async (): Promise<Api> => (known ??= apiOf(await route.detectVersion(), route, identity, context));
  const read = async (): Promise<ChargerReading> => (await api()).read();
  /** Only what both versions have. */
  const writesOfEither: ChargerWrites = {
    maxAmpere: async (amperes) => (await api()).writes.maxAmpere(amperes),
    allowCharging: async (allowed) => (await api()).writes.allowCharging(allowed),
    sessionChargeConsumptionLimit: async (energy) => (await api()).writes.sessionChargeConsumptionLimit?.(energy),
  };
  return {
    read,
    get writes() {
      return known?.writes ?? writesOfEither;
    },
    ...(route.onUpdate && {
      watch: (onReading: (reading: ChargerReading) => void) =>
        route.onUpdate?.(() => void read().then(onReading, (error: unknown) => context.log.debug(messageOf(error)))),
    }),
    close: () => route.close(),
  };
}

const keysOnBroker = { main: mainKeysV2, extra: [...extraKeysV2, ...cardKeys] };

function routeTo(address: GoERoute, context: DriverContext, deadline: number): Route {
  if (address.by === "local") return localRoute(address, context, deadline);
  if (address.by === "broker") return brokerRoute(address, keysOnBroker, context);
  return cloudRoute(address, context, deadline);
}

function apiOf(version: ApiVersion, { v1, v2, advice }: Route, identity: Identity, context: DriverContext): Api {
  const { name: device, clock } = context;
  const source = { device, advice };
  const status = async (): Promise<Status> => {
    const parsed =
      version === 1 ? parseStatusV1(await v1.status(), source) : parseStatusV2(await v2.status(keysV2), source);
    identity.verify(parsed);
    return parsed;
  };
  /** Nothing is written to a charger that might be another one. */
  const verify = async (): Promise<void> => {
    if (!identity.isVerified) await status();
  };
  if (version === 1) {
    const set = (key: string, value: number) => verify().then(() => v1.set(key, value));
    return { read: async () => readingV1(await status()), writes: writesV1(set, source) };
  }
  const set = (key: string, value: number | null) => verify().then(() => v2.set(key, value));
  const cards = new CardNames((keys) => v2.status(keys), clock);
  const read = async (): Promise<ChargerReading> => {
    const reading = readingV2(await status());
    return { ...reading, tag: await cards.tagOf(reading.transaction) };
  };
  return { read, writes: writesV2(set, device) };
}
