/** What is wrong between parts that are right one by one. */

import { tagOf } from "../control/schedule/vehicles.js";
import { mainFuse } from "../control/settings.js";
import type { ChargerConfig, WrittenDevice } from "./devices.js";
import { suggestion } from "./nearest.js";
import { isBlock, pathText } from "./problems.js";
import type { Problem } from "./problems.js";
import type { CarConfig, CircuitConfig, SiteConfig } from "./schema.js";

type Keys = readonly PropertyKey[];

function quoted(name: string): string {
  return JSON.stringify(name);
}

/** @param meters names of all meters in the block, also of those that don't start */
export function siteProblems(site: SiteConfig, meters: readonly string[]): Problem[] {
  const names = site.circuits.map(({ name }) => name);
  const circuits = site.circuits.flatMap(({ name, parent, meter }, index): Problem[] => {
    const at = (key: string, message: string) => ({ path: pathText(["site", "circuits", index, key]), message });
    const problems: Problem[] = [];
    const first = names.indexOf(name);
    if (name === mainFuse)
      problems.push(at("name", `${quoted(name)} is the one of site.mainFuse: choose another name`));
    if (first < index) problems.push(at("name", `${quoted(name)} is already the name of site.circuits[${first}]`));
    if (parent !== null && !names.includes(parent)) problems.push(at("parent", unknown("circuit", parent, names)));
    if (meter !== undefined && !meters.includes(meter)) problems.push(at("meter", unknown("meter", meter, meters)));
    const loop = loopFrom(name, site.circuits);
    if (loop.length > 0 && loop.every((member) => names.indexOf(member) >= index) && first === index) {
      problems.push(at("parent", `the circuits feed each other in a ring: ${[...loop, name].map(quoted).join(" < ")}`));
    }
    return problems;
  });
  const { failsafeCurrent, mainFuse: fuse } = site;
  if (fuse === undefined || failsafeCurrent <= fuse) return circuits;
  const message = `${failsafeCurrent} A is more than site.mainFuse (${fuse} A) carries`;
  return [...circuits, { path: "site.failsafeCurrent", message }];
}

function unknown(kind: string, name: string, known: readonly string[]): string {
  return `no ${kind} is called ${quoted(name)}: ${suggestion(name, known)}`;
}

/** The circuits from this one up to the main fuse, this one first. Ends also where they feed each other in a ring. */
function chainOf(name: string, circuits: readonly CircuitConfig[]): CircuitConfig[] {
  const chain: CircuitConfig[] = [];
  for (let next: string | null = name; next !== null;) {
    const wanted: string = next;
    const circuit = circuits.find((each) => each.name === wanted);
    if (circuit === undefined || chain.includes(circuit)) break;
    chain.push(circuit);
    next = circuit.parent;
  }
  return chain;
}

/** The ring that this circuit is part of, from it upwards; empty: none. */
function loopFrom(name: string, circuits: readonly CircuitConfig[]): string[] {
  const chain = chainOf(name, circuits);
  return chain[chain.length - 1]?.parent === name ? chain.map((circuit) => circuit.name) : [];
}

/** How a charger fits its driver and the site. */
export function chargerProblems(charger: ChargerConfig, site: SiteConfig | null, keys: Keys): Problem[] {
  const at = (key: string, message: string) => ({
    path: pathText([...keys, ...key.split(".")]),
    message,
    device: charger.name,
  });
  const { minCurrent, maxCurrent, phases, circuit, range, driver } = charger;
  const problems: Problem[] = [];
  const sets = `the driver ${quoted(driver)} sets ${range.min} to ${range.max} A`;
  if (maxCurrent > range.max) problems.push(at("maxCurrent", `${maxCurrent} A is too much: ${sets}`));
  if (minCurrent < range.min) problems.push(at("minCurrent", `${minCurrent} A is too little: ${sets}`));
  const tooMuch = minCurrentLimit(charger, site);
  if (tooMuch !== null) problems.push(at("minCurrent", `${minCurrent} A is above ${tooMuch}`));
  const { plugInHold, unpluggedCurrent } = charger;
  const possible = `${minCurrent} to ${maxCurrent} A (minCurrent, maxCurrent)`;
  const isPossible = (current: number) => current >= minCurrent && current <= maxCurrent;
  if (plugInHold !== undefined && !isPossible(plugInHold.current))
    problems.push(at("plugInHold.current", `${plugInHold.current} A is not within ${possible}`));
  if (unpluggedCurrent > 0 && !isPossible(unpluggedCurrent))
    problems.push(at("unpluggedCurrent", `${unpluggedCurrent} A is not within ${possible}`));
  if (site === null) return problems;
  if (phases === 3 && site.phases === 1) problems.push(at("phases", "3 does not fit: site.phases is 1"));
  const circuits = site.circuits.map(({ name }) => name);
  if (circuit !== undefined && !circuits.includes(circuit)) {
    problems.push(at("circuit", unknown("circuit", circuit, circuits)));
  }
  return problems;
}

/** What keeps a charger from ever charging with its minimum current; `null`: nothing. */
function minCurrentLimit({ minCurrent, maxCurrent, circuit }: ChargerConfig, site: SiteConfig | null): string | null {
  if (minCurrent > maxCurrent) return `maxCurrent (${maxCurrent} A)`;
  if (site?.mainFuse !== undefined && minCurrent > site.mainFuse) return `site.mainFuse (${site.mainFuse} A)`;
  const chain = circuit === undefined || site === null ? [] : chainOf(circuit, site.circuits);
  const narrow = chain.find(({ limit }) => minCurrent > limit);
  return narrow === undefined ? null : `the limit of circuit ${quoted(narrow.name)} (${narrow.limit} A)`;
}

/** Whose tag it is must be clear, and each car must be able to charge. */
export function carProblems(cars: readonly CarConfig[]): Problem[] {
  const at = (path: Keys, message: string) => ({ path: pathText(["cars", ...path]), message });
  const ownerOf = new Map<string, CarConfig>();
  return cars.flatMap((car, index): Problem[] => {
    const { name, tags, minCurrent, maxCurrent } = car;
    const problems: Problem[] = [];
    const first = cars.findIndex((other) => other.name === name);
    if (first < index) problems.push(at([index, "name"], `${quoted(name)} is already the name of cars[${first}]`));
    if (minCurrent !== undefined && maxCurrent !== undefined && minCurrent > maxCurrent)
      problems.push(at([index, "minCurrent"], `${minCurrent} A is above maxCurrent (${maxCurrent} A)`));
    tags.forEach((written, place) => {
      const tag = tagOf(written);
      const owner = tag === null ? undefined : ownerOf.get(tag);
      if (tag === null) problems.push(at([index, "tags", place], "a tag is not blank"));
      else if (owner !== undefined && owner !== car)
        problems.push(at([index, "tags", place], `it already belongs to ${quoted(owner.name)}`));
      else ownerOf.set(tag, car);
    });
    return problems;
  });
}

/** Names tell the devices apart, so only the first of each keeps its name. */
export function duplicateNames(devices: readonly WrittenDevice[]): Problem[] {
  const names = devices.map(({ written }) => (isBlock(written) ? written["name"] : undefined));
  return devices.flatMap(({ keys, label }, index) => {
    const name = names[index];
    const first = devices[names.indexOf(name)];
    if (typeof name !== "string" || name !== label || first === undefined || first === devices[index]) return [];
    const message = `${quoted(name)} is already the name of ${pathText(first.keys)}`;
    return [{ path: pathText([...keys, "name"]), message, device: label }];
  });
}

/** Two entries for one charger would give it two masters. */
export function duplicateAddresses(
  chargers: readonly { readonly keys: Keys; readonly config: ChargerConfig }[],
): Problem[] {
  return chargers.flatMap(({ keys, config }, index) => {
    const first = chargers.findIndex((other) => other.config.address === config.address);
    const other = chargers[first];
    if (config.address === null || other === undefined || first === index) return [];
    const message = `${quoted(config.address)} is already the address of ${quoted(other.config.name)}`;
    return [{ path: pathText([...keys, "host"]), message, device: config.name }];
  });
}
