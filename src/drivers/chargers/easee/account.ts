/** One Easee account: its requests and its one stream, shared by all of its chargers. */

import type { Clock } from "../../../model/clock.js";
import type { Log } from "../../../model/log.js";
import type { BackoffOptions } from "../../../transport/backoff.js";
import { HubLink } from "../../../transport/signalr.js";
import { type Answer, answerOf } from "../../decoding/fields.js";
import { type Credentials, EaseeCloud } from "./cloud.js";
import { chargerOf } from "./observations.js";

export interface AccountOptions extends Credentials {
  readonly apiUrl: string;
  readonly streamUrl: string;
}

/** For tests to shorten. */
export interface AccountTimes {
  /** ms for each request */
  readonly deadline?: number;
  /** Waits of the stream between attempts to connect. */
  readonly retry?: BackoffOptions;
}

/** A charger that the stream reports on. */
export interface StreamListener {
  readonly chargerId: string;
  update(update: Answer): void;
  response(response: Answer): void;
  /** The stream is lost, or new: what it reported before no longer counts. */
  reset(): void;
}

/** Waits between attempts to connect the stream: without it we poll, and the cloud closes it when it is busy. */
const streamWaits: BackoffOptions = { first: 2_000, longest: 300_000 };
/** Stands for the device where the account itself is meant. */
const ownName = "Easee";

export class EaseeAccount {
  readonly cloud: EaseeCloud;
  readonly #stream: HubLink;
  readonly #log: Log;
  readonly #listeners = new Set<StreamListener>();
  /** The loss of the stream stands in the log. */
  #lossReported = false;

  constructor(
    { apiUrl, streamUrl, username, password }: AccountOptions,
    clock: Clock,
    log: Log,
    { deadline = 10_000, retry = streamWaits }: AccountTimes = {},
  ) {
    this.#log = log;
    this.cloud = new EaseeCloud(apiUrl, { username, password }, clock, deadline);
    let bearer = "";
    this.#stream = new HubLink({
      url: streamUrl,
      clock,
      retry,
      token: async () => (bearer = await this.cloud.tokens.bearer(ownName, "read")),
      handlers: {
        ProductUpdate: (update) => this.#dispatch(update, "update"),
        CommandResponse: (response) => this.#dispatch(response, "response"),
      },
      onConnected: () => this.#connected(),
      onLost: (status) => {
        if (status === 401) this.cloud.tokens.reject(bearer);
        this.#lost(status);
      },
    });
  }

  /** The stream is connected. */
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

  /** Asks the stream for everything it knows of a charger, and for its changes. */
  subscribe({ chargerId }: StreamListener): void {
    void this.#stream.send("SubscribeWithCurrentState", chargerId, true);
  }

  /** Always ends. */
  async close(): Promise<void> {
    await Promise.all([this.#stream.close(), this.cloud.close()]);
  }

  #connected(): void {
    if (this.#lossReported) this.#log.info("Easee: the stream of the cloud is connected again");
    this.#lossReported = false;
    for (const listener of this.#listeners) {
      listener.reset();
      this.subscribe(listener);
    }
  }

  #lost(status: number | null): void {
    const why = status === null ? "is interrupted" : `refuses us (HTTP ${status})`;
    const message = `Easee: the stream of the cloud ${why}; chargers are polled until it is back`;
    if (this.#lossReported) this.#log.debug(message);
    else this.#log.warn(message);
    this.#lossReported = true;
    for (const listener of this.#listeners) listener.reset();
  }

  #dispatch(message: unknown, kind: "update" | "response"): void {
    const answer = answerOf(message);
    if (answer === null) return;
    const id = chargerOf(answer);
    for (const listener of this.#listeners)
      if (id === listener.chargerId || (id === null && kind === "response")) listener[kind](answer);
  }
}

interface Shared {
  readonly account: EaseeAccount;
  users: number;
}

/** Accounts in use, by the clock of their site. */
const sites = new WeakMap<Clock, Map<string, Shared>>();

/** The account with these options, and the function that releases it; the last release closes it. */
export function shareAccount(
  options: AccountOptions,
  clock: Clock,
  log: Log,
  times?: AccountTimes,
): { account: EaseeAccount; release: () => Promise<void> } {
  const accounts = sites.get(clock) ?? new Map<string, Shared>();
  sites.set(clock, accounts);
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
