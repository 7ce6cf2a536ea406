/** What a row of the fault list is, and how it is carried out on the bench. */

import { isDeepStrictEqual } from "node:util";
import type { DeviceErrorCode } from "../../src/model/errors.js";
import { DeviceError } from "../../src/model/errors.js";
import type { Entry } from "./entries.js";
import { arrived, longestWay } from "./pushing.js";
import { type Connection, pastDeadline, type DeviceBench } from "./device-bench.js";

/**
 * `fails`: with one of these codes · `reads: all`: as if nothing were wrong ·
 * `reads: less`: what is told is right, what is not is `null`; or it fails as devices do.
 */
export type Outcome = { readonly fails: readonly DeviceErrorCode[] } | { readonly reads: "all" | "less" };

export interface Fault {
  /** As in the catalogue of faults, such as N-05. */
  readonly id: string;
  /** What happens, and what is promised then. */
  readonly what: string;
  /** Where it can happen. */
  on(entry: Entry): boolean;
}

/** Something is wrong, then it is well again. */
export interface Disturbance extends Fault {
  inject(bench: DeviceBench): void | Promise<void>;
  /** It shows only when the driver's own deadline has run out. */
  readonly outlasts?: true;
  readonly outcome: Outcome;
}

/** A course of its own. */
export interface Course extends Fault {
  run(bench: DeviceBench, entry: Entry): Promise<void>;
}

/** Makes rows for one driver, on virtual devices of their own. */
export function rowOf(driver: string): (id: string, what: string, run: () => Promise<void>) => Course {
  return (id, what, run) => ({ id, what, on: (entry) => entry.driver === driver, run });
}

/** Everything that holds whatever the fault is. */
export async function carryOut(fault: Disturbance | Course, bench: DeviceBench, entry: Entry): Promise<void> {
  if ("run" in fault) await fault.run(bench, entry);
  else {
    const good = await reading(bench);
    await fault.inject(bench);
    await letExpire(bench);
    const look = () => expectOutcome(bench, fault.outcome, good);
    await (fault.outlasts ? pastDeadline(look) : look());
    await expectRecovery(bench, good);
  }
  expect(peakOf(bench)).toBeLessThanOrEqual(1);
  await bench.device.close();
  await bench.proxy.deserted();
  expect(await failure(bench.read())).toMatchObject({ code: "unreachable" });
}

/** @param push what a device that pushes sends meanwhile; left out: its true values */
export async function expectOutcome(
  bench: DeviceBench,
  outcome: Outcome,
  good: unknown,
  device?: Connection,
  push?: () => Promise<void>,
): Promise<void> {
  const result = await bench.read(device, push).then(
    (value) => ({ value: withoutUptime(value) }),
    (error: unknown) => ({ error }),
  );
  if ("fails" in outcome) {
    expect(result).toHaveProperty("error");
    expect(outcome.fails).toContain(codeOf(result));
  } else if ("error" in result) {
    expect({ outcome: outcome.reads, code: codeOf(result) }).toEqual({ outcome: "less", code: expect.any(String) });
  } else if (outcome.reads === "all") expect(result.value).toEqual(good);
  else expect(inventedIn(result.value, good)).toEqual([]);
}

/** Readings in which a device that is well again must show what is true. */
const patience = 20;

/** Back by itself, with what is true now and not with what was. */
export async function expectRecovery(bench: DeviceBench, good: unknown): Promise<void> {
  await bench.heal();
  bench.vary();
  await readUntil(bench, (now) => !isDeepStrictEqual(now, good));
  bench.vary();
  expect(await readUntil(bench, (now) => isDeepStrictEqual(now, good))).toEqual(good);
}

/** A device that sends value by value shows what is new within a few readings. */
export async function readUntil(bench: DeviceBench, holds: (value: unknown) => boolean): Promise<unknown> {
  for (let left = patience; ; left--) {
    await bench.push();
    const value = await reading(bench);
    if (left === 0 || holds(value)) return value;
  }
}

/** Lets what is known from before grow old: devices that push count as there for a while. */
export async function letExpire({ pushing }: DeviceBench): Promise<void> {
  if (!pushing) return;
  await arrived(longestWay);
  await pushing.clock.advance(memory);
}

/** ms after which no device counts as there any more that has said nothing. */
const memory = 6_000;

/** All is well, maybe only at the second attempt: a connection that broke meanwhile is noticed by the first. */
export async function reading(bench: DeviceBench, device?: Connection): Promise<unknown> {
  const read = () => bench.read(device);
  return withoutUptime(await read().catch(read).catch(read));
}

/** What a read or write fails with; anything but a DeviceError fails the test. */
export async function failure(promise: Promise<unknown>): Promise<DeviceError> {
  const result = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ("value" in result) throw new Error(`It did not fail, but gave ${JSON.stringify(result.value)}`);
  if (result.error instanceof DeviceError) return result.error;
  throw result.error;
}

/** Most requests that were on their way to the device at the same time. */
function peakOf({ proxy, modbus, pushing }: DeviceBench): number {
  return pushing ? 0 : Math.max(proxy.connectionPeak, modbus?.inFlightPeak ?? 0);
}

function codeOf(result: { readonly error: unknown } | { readonly value: unknown }): DeviceErrorCode {
  if (!("error" in result)) throw new Error(`It did not fail, but gave ${JSON.stringify(result.value)}`);
  if (result.error instanceof DeviceError) return result.error.code;
  throw result.error;
}

/** A clock that goes on is no reading that differs. */
function withoutUptime(value: unknown): unknown {
  if (typeof value !== "object" || value === null || !("uptime" in value)) return value;
  return { ...value, uptime: null };
}

/** Paths at which something is told that is not so, as `path: told, not true`. */
export function inventedIn(told: unknown, good: unknown, path = ""): readonly string[] {
  if (told === null || told === undefined || Object.is(told, good)) return [];
  if (typeof told === "object" && typeof good === "object" && good !== null) {
    const truth = new Map<string, unknown>(Object.entries(good));
    return Object.entries(told).flatMap(([key, value]) => inventedIn(value, truth.get(key), `${path}.${key}`));
  }
  if (typeof told === "number" && typeof good === "number") {
    // The same quantity from another place of the answer, which has other digits.
    if (Math.abs(told - good) <= 1e-3 * Math.abs(good)) return [];
    // A current has the sign of its power where that is known; without, it counts as drawn.
    if (path.includes(".currents.") && told === Math.abs(good)) return [];
  }
  return [`${path}: ${JSON.stringify(told)}, not ${JSON.stringify(good)}`];
}
