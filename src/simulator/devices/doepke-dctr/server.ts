/** A virtual Doepke DCTR B-X Hz over real Modbus TCP on 127.0.0.1: residual currents by band, thresholds and alarms. */

import { type ByBand, residualCurrentBands, type ResidualCurrentBand } from "../../../model/readings.js";
import { RegisterStore, startVirtualModbus, type VirtualModbus } from "../../servers/modbus/server.js";

export interface VirtualDctrOptions {
  /** Asked for the direct current at each reading; left out: `currents.dc`. */
  readonly dc?: () => number;
  /** 0: any that is free. */
  readonly port?: number;
  readonly unitId?: number;
}

type Bands<T> = { [B in ResidualCurrentBand]: T };

const lastRegister = 35;

/** All values in the device's own counts, 0 to 65 535. */
export class VirtualDctr {
  /** The validity word; what its codes mean is not known. */
  validity = 0;
  readonly currents: Bands<number> = { ...everywhere(2) };
  readonly thresholdsA: Bands<number> = { ...everywhere(15) };
  readonly thresholdsB: Bands<number> = { ...everywhere(30) };
  /** Bands in which the alarms are switched on. */
  readonly enabledA = new Set<ResidualCurrentBand>(residualCurrentBands);
  readonly enabledB = new Set<ResidualCurrentBand>(residualCurrentBands);
  alarmDelay = 10;
  /** Whether an alarm stays after its current has gone, until `reset`: not documented. */
  latches = false;

  private served: VirtualModbus | null = null;
  private readonly latchedA = new Set<ResidualCurrentBand>();
  private readonly latchedB = new Set<ResidualCurrentBand>();

  /** The server: its faults, its requests, its connections. */
  get modbus(): VirtualModbus {
    if (this.served === null) throw new Error("It has not been started");
    return this.served;
  }

  get port(): number {
    return this.modbus.port;
  }

  /** Somebody presses the button on the device. */
  reset(): void {
    this.latchedA.clear();
    this.latchedB.clear();
  }

  async start({ dc, port = 0, unitId = 1 }: VirtualDctrOptions): Promise<void> {
    const holding = new RegisterStore();
    holding.fill(0, lastRegister);
    const refresh = () => {
      if (dc) this.currents.dc = dc();
      this.fill(holding);
    };
    this.served = await startVirtualModbus({ port, holding, units: [unitId], refresh });
  }

  /** Always ends, also with connections open. */
  async close(): Promise<void> {
    await this.served?.close();
  }

  private fill(store: RegisterStore): void {
    store.setWords(0, [this.validity, ...listed(this.currents)]);
    store.setU16(9, bitsOf(this.raised(this.thresholdsA, this.enabledA, this.latchedA)));
    store.setU16(10, bitsOf(this.raised(this.thresholdsB, this.enabledB, this.latchedB)));
    store.setWords(16, [...listed(this.thresholdsA), bitsOf(this.enabledA)]);
    store.setWords(25, [...listed(this.thresholdsB), bitsOf(this.enabledB)]);
    store.setU16(34, this.alarmDelay);
  }

  private raised(
    thresholds: ByBand<number>,
    enabled: ReadonlySet<ResidualCurrentBand>,
    latched: Set<ResidualCurrentBand>,
  ): ReadonlySet<ResidualCurrentBand> {
    const now = residualCurrentBands.filter((band) => enabled.has(band) && this.currents[band] >= thresholds[band]);
    if (!this.latches) return new Set(now);
    for (const band of now) latched.add(band);
    return latched;
  }
}

export async function startVirtualDctr(options: VirtualDctrOptions = {}): Promise<VirtualDctr> {
  const device = new VirtualDctr();
  await device.start(options);
  return device;
}

function everywhere(value: number): ByBand<number> {
  return {
    dc: value,
    total: value,
    "50Hz": value,
    below100Hz: value,
    "150Hz": value,
    "100HzTo1kHz": value,
    above1kHz: value,
    above10kHz: value,
  };
}

function listed(values: ByBand<number>): readonly number[] {
  return residualCurrentBands.map((band) => values[band]);
}

/** Direct current in bit 7, and so on down. */
function bitsOf(bands: ReadonlySet<ResidualCurrentBand>): number {
  return residualCurrentBands.reduce((bits, band, index) => bits | (bands.has(band) ? 0x80 >> index : 0), 0);
}
