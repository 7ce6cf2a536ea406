/** One Easee account: its requests and its one stream, shared by all chargers that it has. */

import type { Clock } from "../../../model/clock.js";
import { DeviceError } from "../../../model/errors.js";
import type { Log } from "../../../model/log.js";
import type { BackoffOptions } from "../../../transport/backoff.js";
import { type CloudAnswer, CloudClient } from "../../../transport/cloud.js";
import { HubLink } from "../../../transport/signalr.js";
import { type Answer, answerOf } from "../../decoding/fields.js";
import { Gate, type Urgency } from "./gate.js";
import { chargerOf } from "./observations.js";
import { type Credentials, Tokens } from "./tokens.js";

export interface AccountOptions extends Credentials {
  readonly apiUrl: string;
  readonly streamUrl: string;
}

/** How the account is reached; for tests to shorten. */
export interface AccountTimes {
  /** ms for each request */
  readonly deadline?: number;
  /** Waits of the stream between attempts to connect. */
  readonly retry?: BackoffOptions;
}

/** A charger that wants to hear what the stream says of it. */
export interface StreamListener {
  readonly chargerId: string;
  update(update: Answer): void;
  response(response: Answer): void;
  /** Before anything comes from a new connection. */
  connected(): void;
  lost(): void;
}

export interface Request {
  readonly device: string;
  readonly urgency: Urgency;
  /** What it is, for people. */
  readonly operation: string;
  readonly path: string;
  /** Absent: a GET. */
  readonly body?: object;
}

/** Waits of the stream: it is what keeps us from polling, and the cloud closes it when it is busy. */
const streamWaits: BackoffOptions = { first: 2_000, longest: 300_000 };
/** Name of the account where no charger of its own is meant. */
const nobody = "Easee";

export class EaseeAccount {
  readonly #cloud: CloudClient;
  readonly #gate: Gate;
  readonly #tokens: Tokens;
  readonly #stream: HubLink;
  readonly #log: Log;
  readonly #listeners = new Set<StreamListener>();
  /** Whether people know that the stream is away. */
  #awayReported = false;

  constructor(
    { apiUrl, streamUrl, username, password }: AccountOptions,
    clock: Clock,
    log: Log,
    { deadline = 10_000, retry = streamWaits }: AccountTimes = {},
  ) {
    this.#log = log;
    this.#gate = new Gate(clock);
    this.#cloud = new CloudClient({ base: apiUrl, deadline, clock });
    this.#tokens = new Tokens(this.#cloud, this.#gate, clock, { username, password });
    let bearer = "";
    this.#stream = new HubLink({
      url: streamUrl,
      clock,
      retry,
      token: async () => (bearer = await this.#tokens.bearer(nobody, "read")),
      on: {
        ProductUpdate: (update) => this.#hand(update, "update"),
        CommandResponse: (response) => this.#hand(response, "response"),
      },
      onConnected: () => this.#connected(),
      onLost: (status) => {
        if (status === 401) this.#tokens.rejected(bearer);
        this.#lost(status);
      },
    });
  }

  /** What the stream says is what holds. */
  get streaming(): boolean {
    return this.#stream.connected;
  }

  /** The first one to join opens the stream. */
  join(listener: StreamListener): void {
    this.#listeners.add(listener);
    if (this.streaming) this.subscribe(listener);
    this.#stream.start();
  }

  leave(listener: StreamListener): void {
    this.#listeners.delete(listener);
  }

  /** Asks for all that is known of a charger now, and for what comes. */
  subscribe({ chargerId }: StreamListener): void {
    void this.#stream.send("SubscribeWithCurrentState", chargerId, true);
  }

  /** An answer with 2xx. Rejects with DeviceError, as NotNow where the same may be tried later. */
  async request(request: Request): Promise<CloudAnswer> {
    const { device, urgency } = request;
    const bearer = await this.#tokens.bearer(device, urgency);
    const answer = await this.#send(request, bearer);
    if (answer.status !== 401) return answer;
    this.#tokens.rejected(bearer);
    const second = await this.#send(request, await this.#tokens.bearer(device, urgency));
    if (second.status !== 401) return second;
    const what = `the Easee cloud takes our login, and refuses ${request.operation} with it (HTTP 401)`;
    const advice = "Check that this account opens the charger in the Easee app";
    throw new DeviceError({ code: "login-refused", device, what, advice });
  }

  /** Always ends. */
  async close(): Promise<void> {
    await Promise.all([this.#stream.close(), this.#cloud.close()]);
  }

  /** @returns an answer with 2xx or 401 */
  async #send({ device, urgency, operation, path, body }: Request, bearer: string): Promise<CloudAnswer> {
    this.#gate.admit(operation, urgency, device);
    const ways = body === undefined ? { method: "GET" as const } : { method: "POST" as const, body };
    const answer = await this.#cloud
      .request({ device, path, bearer, urgent: urgency === "lower", ...ways })
      .catch((error: unknown) => {
        this.#gate.networkFailed(error);
        throw error;
      });
    const { status, retryAfter } = answer;
    if (status === 429) throw this.#gate.limited(retryAfter, device);
    if (status === 403) throw this.#gate.forbidden(operation, device);
    if (status >= 500) this.#gate.serverFailed(status, retryAfter);
    else this.#gate.worked(operation);
    if (status < 300 || status === 401) return answer;
    throw failure(status, operation, device);
  }

  #connected(): void {
    if (this.#awayReported) this.#log.info("Easee: the stream of the cloud is connected again");
    this.#awayReported = false;
    for (const listener of this.#listeners) {
      listener.connected();
      this.subscribe(listener);
    }
  }

  #lost(status: number | null): void {
    const why = status === null ? "is interrupted" : `refuses us (HTTP ${status})`;
    const line = `Easee: the stream of the cloud ${why}; chargers are asked every now and then until it is back`;
    if (this.#awayReported) this.#log.debug(line);
    else this.#log.warn(line);
    this.#awayReported = true;
    for (const listener of this.#listeners) listener.lost();
  }

  #hand(message: unknown, kind: "update" | "response"): void {
    const answer = answerOf(message);
    if (answer === null) return;
    const id = chargerOf(answer);
    for (const listener of this.#listeners)
      if (id === listener.chargerId || (id === null && kind === "response")) listener[kind](answer);
  }
}

function failure(status: number, operation: string, device: string): DeviceError {
  const what = `the Easee cloud answered ${operation} with HTTP ${status}`;
  if (status >= 500)
    return new DeviceError({ code: "unreachable", device, what, advice: "It is tried again by itself" });
  if (status === 404) {
    const advice = "Check `chargerId`, `siteId` and `circuitId`, and that the account owns this charger";
    return new DeviceError({ code: "wrong-device", device, what, advice });
  }
  const advice = "Check in the Easee app what limits the charger, and that the account may control it";
  return new DeviceError({ code: "refused", device, what, advice });
}

interface Shared {
  readonly account: EaseeAccount;
  users: number;
}

/** Accounts in use, by the clock of their house. */
const houses = new WeakMap<Clock, Map<string, Shared>>();

/** The account with these options, and what gives it back; the last one to do so closes it. */
export function shareAccount(
  options: AccountOptions,
  clock: Clock,
  log: Log,
  times?: AccountTimes,
): { account: EaseeAccount; release: () => Promise<void> } {
  const accounts = houses.get(clock) ?? new Map<string, Shared>();
  houses.set(clock, accounts);
  const key = JSON.stringify([options.apiUrl, options.streamUrl, options.username, options.password]);
  const shared = accounts.get(key) ?? { account: new EaseeAccount(options, clock, log, times), users: 0 };
  accounts.set(key, shared);
  shared.users += 1;
  const release = async (): Promise<void> => {
    shared.users -= 1;
    if (shared.users > 0) return;
    accounts.delete(key);
    await shared.account.close();
  };
  return { account: shared.account, release };
}
