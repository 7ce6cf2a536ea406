/** A virtual E3/DC in simple mode, over real Modbus TCP on 127.0.0.1: a storage system that shows a house its flows. */

import { RegisterStore, startVirtualModbus, type VirtualModbus } from "../../servers/modbus/server.js";
import type { PerPhase } from "../../../model/phases.js";

/** What flows, as people mean it. */
export interface E3dcFlows {
  /** W, import + */
  readonly grid: number;
  /** W, production + */
  readonly pv: number;
  /** W, discharge + */
  readonly battery: number;
  /** W, consumption + */
  readonly house: number;
  /** % */
  readonly soc: number;
  /** W of generators that its own inverter has no part in, production + */
  readonly generators?: number;
  /** W of its own wallbox */
  readonly wallbox?: number;
  /** W on L1 to L3 of the grid, import +. Left out: there is no power meter. */
  readonly gridPowers?: PerPhase<number>;
}

export interface VirtualE3dcOptions {
  /** Asked at each reading. */
  readonly flows: () => E3dcFlows;
  /** 0: any that is free. */
  readonly port?: number;
  readonly unitId?: number;
  /** "sunspec": the other protocol was chosen in its menu. */
  readonly mode?: "e3dc" | "sunspec";
  /** Several systems side by side: the grid's meter is of another kind then. */
  readonly farm?: boolean;
  /** Older ones have no power meters in their registers. */
  readonly powerMeters?: boolean;
}

const first = 40_000;
const beforePowerMeters = 40_103;
const last = 40_136;

const kinds = { root: 1, additional: 2, farm: 5 } as const;

export class VirtualE3dc {
  readonly modbus: VirtualModbus;

  constructor(modbus: VirtualModbus) {
    this.modbus = modbus;
  }

  get port(): number {
    return this.modbus.port;
  }

  /** Always ends, also with connections open. */
  async close(): Promise<void> {
    await this.modbus.close();
  }
}

export async function startVirtualE3dc(options: VirtualE3dcOptions): Promise<VirtualE3dc> {
  const { flows, port = 0, unitId = 1, mode = "e3dc", powerMeters = true } = options;
  const holding = new RegisterStore();
  holding.fill(first, powerMeters ? last : beforePowerMeters);
  if (mode === "e3dc") fillIdentity(holding);
  else holding.setText(first, 2, "SunS");
  const refresh = (): void => {
    if (mode === "sunspec") return;
    const now = flows();
    fillFlows(holding, now);
    if (powerMeters) fillPowerMeters(holding, now, options.farm === true);
  };
  return new VirtualE3dc(await startVirtualModbus({ port, holding, units: [unitId], refresh }));
}

function fillIdentity(store: RegisterStore): void {
  store.setU16(40_000, 0xe3dc);
  store.setWords(40_001, [0x0102, 137]);
  store.setText(40_003, 16, "HagerEnergy GmbH");
  store.setText(40_019, 16, "S10 E AIO");
  store.setText(40_035, 16, "S10-123456789012");
  store.setText(40_051, 16, "S10_2022_004");
}

/** In its own signs: the battery's discharge and what other generators give are negative. */
function fillFlows(store: RegisterStore, flows: E3dcFlows): void {
  const set = (address: number, value: number) => store.setI32(address, Math.round(value), "low-first");
  set(40_067, flows.pv);
  set(40_069, 0 - flows.battery);
  set(40_071, flows.house);
  set(40_073, flows.grid);
  set(40_075, 0 - (flows.generators ?? 0));
  set(40_077, flows.wallbox ?? 0);
  store.setU16(40_082, Math.round(flows.soc));
}

/** A farm's root meter rests at 0. */
function fillPowerMeters(store: RegisterStore, { gridPowers }: E3dcFlows, farm: boolean): void {
  const grid = gridPowers ?? [0, 0, 0];
  const put = (number: number, kind: number, powers: readonly number[]) => {
    store.setU16(40_104 + 4 * number, kind);
    powers.forEach((power, phase) => store.setI16(40_105 + 4 * number + phase, Math.round(power)));
  };
  put(0, kinds.root, farm ? [0, 0, 0] : grid);
  put(1, kinds.additional, [0, 0, 0]);
  if (farm) put(2, kinds.farm, grid);
}
