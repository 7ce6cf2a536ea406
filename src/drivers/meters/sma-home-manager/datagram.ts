/** The datagrams of SMA Energy Meters and of the Sunny Home Manager 2.0: what stands where, and what it is worth. */

import { perPhase } from "../../../model/phases.js";
import { noQuantities, type Quantities } from "../../../model/readings.js";
import { plausible } from "../../decoding/fields.js";
import { signedLike } from "../../decoding/signs.js";

/** All of this as two recorded datagrams and libspeedwire have it, not SMA's own “EMETER-Protokoll-TI”. */
const layout = {
  /** "SMA\0", then length 4, tag 0x02a0 and group 1. */
  head: [0x53, 0x4d, 0x41, 0x00, 0x00, 0x04, 0x02, 0xa0, 0x00, 0x00, 0x00, 0x01],
  /** u16: bytes that follow the tag 0x0010. */
  length: 12,
  /** u16 0x0010 */
  tag: 14,
  /** u16; inverters speak 0x6065 on the same port. */
  protocol: 16,
  susyId: 18,
  serial: 20,
  /** u32, ms since the meter started, modulo 2^32 */
  ticker: 24,
  records: 28,
} as const;

const dataTag = 0x0010;
const meterProtocol = 0x6069;
/** Types of records, by the bytes that follow them: what flows now, and what has been counted. */
const current = 4;
const counter = 8;
/** Channel of the record with the firmware: it has no type that its length could be read from. */
const versionChannel = 0x90;

interface Row {
  readonly index: number;
  readonly type: typeof current | typeof counter;
  readonly perUnit: number;
  /** Plausible values, in the unit. */
  readonly range: readonly [min: number, max: number];
}

const watts = { type: current, perUnit: 10, range: [0, 1e6] } as const;
const amperes = { type: current, perUnit: 1_000, range: [0, 2_000] } as const;
const volts = { type: current, perUnit: 1_000, range: [0, 500] } as const;
/** kWh from Ws */
const energy = { type: counter, perUnit: 3_600_000, range: [0, 1e9] } as const;

/** Import and export are two records, and neither is negative. The one that does not flow is 0. */
const records = {
  import: { index: 1, ...watts },
  export: { index: 2, ...watts },
  importEnergy: { index: 1, ...energy },
  exportEnergy: { index: 2, ...energy },
} as const;

const phaseRecords = {
  import: perPhase((phase): Row => ({ index: 21 + 20 * phase, ...watts })),
  export: perPhase((phase): Row => ({ index: 22 + 20 * phase, ...watts })),
  current: perPhase((phase): Row => ({ index: 31 + 20 * phase, ...amperes })),
  voltage: perPhase((phase): Row => ({ index: 32 + 20 * phase, ...volts })),
};

export interface Datagram {
  /** `SUSyID` and serial number are one identity. */
  readonly susyId: number;
  readonly serial: number;
  /** ms, modulo 2^32 */
  readonly ticker: number;
  /** Import +. `power` is `null` where the datagram does not have it. */
  readonly quantities: Quantities;
}

/** `null`: it is none of a meter, or not whole. */
export function parseDatagram(bytes: Buffer): Datagram | null {
  if (bytes.length < layout.records || !layout.head.every((byte, at) => bytes[at] === byte)) return null;
  if (bytes.readUInt16BE(layout.tag) !== dataTag || bytes.readUInt16BE(layout.protocol) !== meterProtocol) return null;
  const end = layout.protocol + bytes.readUInt16BE(layout.length);
  const values = end > bytes.length ? null : parseRecords(bytes.subarray(layout.records, end));
  if (values === null) return null;
  return {
    susyId: bytes.readUInt16BE(layout.susyId),
    serial: bytes.readUInt32BE(layout.serial),
    ticker: bytes.readUInt32BE(layout.ticker),
    quantities: quantitiesOf(values),
  };
}

/** Counts by index and type. `null`: a record is cut off, or of a type that is not known, and all after it unreadable. */
function parseRecords(bytes: Buffer): ReadonlyMap<string, bigint> | null {
  const values = new Map<string, bigint>();
  for (let at = 0; at < bytes.length;) {
    if (at + 4 > bytes.length) return null;
    const [channel, index, type] = bytes.subarray(at, at + 4);
    const width = channel === versionChannel ? 4 : type;
    if (width !== current && width !== counter) return null;
    if (at + 4 + width > bytes.length) return null;
    const count = width === current ? BigInt(bytes.readUInt32BE(at + 4)) : bytes.readBigUInt64BE(at + 4);
    if (channel === 0) values.set(`${index}/${width}`, count);
    at += 4 + width;
  }
  return values;
}

function quantitiesOf(values: ReadonlyMap<string, bigint>): Quantities {
  const one = ({ index, type, perUnit, range }: Row): number | null => {
    const count = values.get(`${index}/${type}`);
    return count === undefined ? null : plausible(Number(count) / perUnit, range);
  };
  const powers = perPhase((phase) => net(one(phaseRecords.import[phase]), one(phaseRecords.export[phase])));
  const currents = perPhase((phase) => one(phaseRecords.current[phase]));
  return {
    ...noQuantities,
    power: net(one(records.import), one(records.export)),
    powers,
    currents: signedLike(currents, powers),
    voltages: perPhase((phase) => one(phaseRecords.voltage[phase])),
    importEnergy: one(records.importEnergy),
    exportEnergy: one(records.exportEnergy),
  };
}

/** W, without the dust that a tenth leaves in the last digits. */
function net(imported: number | null, exported: number | null): number | null {
  return imported === null || exported === null ? null : Math.round((imported - exported) * 10) / 10;
}
