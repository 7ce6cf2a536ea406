/** A connection to one SMA meter: joins its multicast group and receives its datagrams, one a second. */

import { createSocket, type Socket } from "node:dgram";
import { DeviceError, type DeviceErrorCode } from "../../../model/errors.js";
import type { MeterReading, MeterRole } from "../../../model/readings.js";
import type { BackoffOptions } from "../../../transport/backoff.js";
import { type Attempt, KeptConnection } from "../../../transport/keep-connected.js";
import type { DriverContext, Meter } from "../../driver.js";
import { PushedReadings } from "../../push/pushed-readings.js";
import { reversed } from "../../decoding/signs.js";
import { parseDatagram } from "./datagram.js";
import { SeenMeters } from "./seen-meters.js";

/** The multicast group of SMA meters. */
export const smaGroup = "239.12.255.254";
/** ms that a read waits; the meter sends every second. */
const readTimeout = 10_000;

const advice =
  "Check that meter and this computer are in the same network, that switches and WLAN let multicast (239.12.255.254) through, and that no firewall blocks UDP port 9522";

export interface SmaOptions {
  /** `undefined`: the only one there is. */
  readonly serial: number | undefined;
  /** This computer's address in the meter's network; `undefined`: the system chooses. */
  readonly interface: string | undefined;
  readonly port: number;
  readonly reversed: boolean;
  readonly measures: readonly MeterRole[];
}

export class SmaMeter implements Meter {
  readonly #options: SmaOptions;
  readonly #context: DriverContext;
  readonly #seen: SeenMeters;
  readonly #readings: PushedReadings;
  readonly #kept: KeptConnection;
  #socket: Socket | null = null;
  /** Why the group can't be joined; `null`: it is joined, or has not been tried. */
  #failure: string | null = null;

  /** @param retry how long to wait before a socket that failed is opened anew */
  constructor(options: SmaOptions, context: DriverContext, retry?: BackoffOptions) {
    this.#options = options;
    this.#context = context;
    this.#seen = new SeenMeters(options.serial);
    this.#kept = new KeptConnection({ clock: context.clock, retry, open: (attempt) => this.#listen(attempt) });
    this.#readings = new PushedReadings(context.clock, () =>
      this.#error("unreachable", "the connection has been closed"),
    );
  }

  watch(onReading: (reading: MeterReading) => void): void {
    this.#readings.watch(onReading);
    this.#kept.start();
  }

  read(): Promise<MeterReading> {
    this.#kept.start();
    return this.#readings.next(readTimeout, () => this.#silence());
  }

  async close(): Promise<void> {
    this.#kept.stop();
    this.#readings.close();
    const socket = this.#socket;
    this.#socket = null;
    if (socket) await new Promise<void>((resolve) => socket.close(() => resolve()));
  }

  #listen(attempt: Attempt): void {
    const { port, interface: address } = this.#options;
    const socket = createSocket({ type: "udp4", reuseAddr: true });
    this.#socket = socket;
    socket.on("error", (error) => this.#broken(socket, attempt, error));
    socket.on("message", (bytes) => this.#onMessage(bytes));
    socket.bind(port, () => {
      try {
        if (address === undefined) socket.addMembership(smaGroup);
        else socket.addMembership(smaGroup, address);
        this.#failure = null;
        attempt.connected();
      } catch (error) {
        this.#broken(socket, attempt, error);
      }
    });
  }

  #broken(socket: Socket, attempt: Attempt, error: unknown): void {
    if (!attempt.lost()) return;
    this.#socket = null;
    socket.close();
    const { port, interface: address } = this.#options;
    const why = error instanceof Error ? error.message : String(error);
    this.#failure = `UDP port ${port}${address === undefined ? "" : ` at ${address}`} can't be listened to: ${why}`;
    this.#context.log.debug(`${this.#context.name}: ${this.#failure}`);
  }

  #onMessage(bytes: Buffer): void {
    if (this.#readings.closed) return;
    const datagram = parseDatagram(bytes);
    if (datagram === null || datagram.quantities.power === null) return;
    if (!this.#seen.accepts(datagram, this.#context.clock.now())) return;
    const { measures, reversed: isReversed } = this.#options;
    const quantities = isReversed ? reversed(datagram.quantities) : datagram.quantities;
    const reading = { [measures[0] ?? "grid"]: quantities };
    this.#readings.push(reading);
  }

  #silence(): DeviceError {
    const { serial } = this.#options;
    const seen = this.#seen.serials;
    if (this.#failure !== null) return this.#error("unreachable", this.#failure, interfaceAdvice);
    if (serial !== undefined && seen.length > 0 && !seen.includes(serial)) {
      const what = `its serial number ${serial} is not seen on the network, but ${seen.join(", ")}`;
      return this.#error("wrong-device", what, "Set serial to the number on the meter that is meant");
    }
    if (serial === undefined && seen.length > 1) {
      const what = `several SMA meters are seen on the network: ${seen.join(", ")}`;
      return this.#error("wrong-device", what, "Set serial to the number of the one that is meant");
    }
    return this.#error("unreachable", `no datagram of an SMA meter came within ${readTimeout / 1_000} s`);
  }

  #error(code: DeviceErrorCode, what: string, help = advice): DeviceError {
    return new DeviceError({ code, device: this.#context.name, what, advice: help });
  }
}

const interfaceAdvice =
  "Check that interface is an address of this computer, and that no other program holds the port for itself";
