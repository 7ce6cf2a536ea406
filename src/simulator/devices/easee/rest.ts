/** What the virtual Easee cloud's REST interface answers to those who only look. */

import type { EaseeBox, EaseeCircuit } from "./box.js";

export type Answer = readonly [status: number, body: object | string | null];

/** One site with all that is on it. */
export interface EaseeHome {
  readonly site: number;
  readonly boxes: ReadonlyMap<string, EaseeBox>;
  readonly circuits: ReadonlyMap<number, EaseeCircuit>;
}

/** @param query with its question mark */
export function answerTo(path: string, query: string, home: EaseeHome): Answer {
  const { site, boxes, circuits } = home;
  const [, , kind, id = "", part, circuit, tail] = path.split("/");
  const box = kind === "chargers" ? boxes.get(id) : undefined;
  if (path === "/api/chargers") return [200, [...boxes.keys()].map((known) => ({ id: known, name: known }))];
  if (box && part === "state") return [200, box.state()];
  if (box && part === "config") return [200, configOf(box)];
  if (box && part === "site") return [200, siteAnswer(home, true)];
  if (kind === "sites" && Number(id) === site) {
    const found = circuits.get(Number(circuit));
    if (part === undefined) return [200, siteAnswer(home, query.includes("detailed=true"))];
    if (part === "circuits" && found && tail === "settings") return [200, circuitSettings(found)];
  }
  return [404, { errorCode: 404 }];
}

function configOf({ enabled, maxCurrent, gridType }: EaseeBox): object {
  return { isEnabled: enabled, maxChargerCurrent: maxCurrent, detectedPowerGridType: gridType };
}

function siteAnswer({ site, circuits: all }: EaseeHome, detailed: boolean): object {
  const circuits = [...all.values()].map(({ id, chargers }, index) => ({
    id,
    siteId: site,
    circuitPanelId: index + 1,
    panelName: "",
    ratedCurrent: 32,
    ...(detailed && { chargers: chargers.map((box) => ({ id: box.id, name: box.id })) }),
  }));
  return { id: site, siteKey: "ABCD-1234", name: "Home", circuits, equalizers: [] };
}

function circuitSettings({ dynamic, max, offlineMax }: EaseeCircuit): object {
  const named = (name: string, [p1, p2, p3]: readonly number[]) => ({
    [`${name}P1`]: p1,
    [`${name}P2`]: p2,
    [`${name}P3`]: p3,
  });
  return {
    ...named("dynamicCircuitCurrent", dynamic.value),
    ...named("maxCircuitCurrent", max),
    ...named("offlineMaxCircuitCurrent", offlineMax),
    enableIdleCurrent: false,
    allowOfflineMaxCircuitCurrent: true,
  };
}

/** The keys of a JSON object; `null`: it is none. */
export function jsonIn(text: string): ReadonlyMap<string, unknown> | null {
  if (text === "") return new Map();
  try {
    return new Map(Object.entries(JSON.parse(text)));
  } catch {
    return null;
  }
}
