/** A house whose time is turned by hand, with the whole site in it and any devices: what they do is waited for. */

import { type Config, parseConfig } from "../../src/config/parse.js";
import { Site } from "../../src/site/site.js";
import { Traffic } from "../site/traffic.js";
import { MemoryLog } from "../support/memory-log.js";
import { closeAfterTest } from "../support/test-bench.js";
import type { TestClock } from "../support/test-clock.js";
import { arrived } from "./pushing.js";

/** ms of one step. */
const stepLength = 500;
/** ms of real time in which what is under way has to come to its end. */
const patience = 10_000;
/** Turns of the event loop that something under way may take before time goes on without it: it waits for time itself. */
const longestStep = 1_000;

export class SiteHouse {
  readonly clock: TestClock;
  readonly log = new MemoryLog();
  readonly site: Site;
  readonly #traffic = new Traffic(patience);
  readonly #pass: (seconds: number) => void;

  /**
   * @param block as a person would have written it
   * @param pass lets time pass in the virtual devices, and has those push that do
   */
  constructor(block: object, clock: TestClock, pass: (seconds: number) => void = () => undefined) {
    const { config, problems } = parseConfig(block);
    if (config === null || problems.length > 0) throw new Error(JSON.stringify(problems));
    this.clock = clock;
    this.#pass = pass;
    this.site = new Site(this.#watched(config), { log: this.log, clock });
    closeAfterTest({ close: () => this.site.stop() });
  }

  async start(): Promise<void> {
    await this.site.start();
    await this.#quiet();
  }

  /** Lets so many seconds pass. */
  async turn(seconds: number): Promise<void> {
    for (let left = seconds * 1_000; left > 0; left -= stepLength) {
      this.#pass(stepLength / 1_000);
      await this.#quiet();
      await this.clock.advance(stepLength);
      await this.#quiet();
    }
  }

  async #quiet(): Promise<void> {
    await Promise.race([this.#traffic.quiet(() => this.log.lines.slice(-5).join("\n")), arrived(longestStep)]);
  }

  #watched(config: Config): Config {
    return {
      ...config,
      chargers: config.chargers.map((each) => ({ ...each, connect: (context) => this.#watch(each.connect(context)) })),
      meters: config.meters.map((each) => ({ ...each, connect: (context) => this.#watch(each.connect(context)) })),
      residualCurrentMonitors: config.residualCurrentMonitors.map((each) => ({
        ...each,
        connect: (context) => this.#watch(each.connect(context)),
      })),
    };
  }

  /** The same connection, whose calls count as under way until they end. */
  #watch<T extends object>(connection: T): T {
    const traffic = this.#traffic;
    const watch = <O extends object>(object: O): O =>
      new Proxy(object, {
        get(target, key) {
          const value: unknown = Reflect.get(target, key, target);
          if (typeof value === "object" && value !== null && key === "writes") return watch(value);
          if (typeof value !== "function") return value;
          return (...given: unknown[]): unknown => {
            const result: unknown = Reflect.apply(value, target, given);
            return result instanceof Promise ? traffic.track(result) : result;
          };
        },
      });
    return watch(connection);
  }
}
