/**
 * Too many targets for one day are answered by ResourceExhausted (9.3.9.5). matter.js would refuse them by
 * ConstraintError before they come to us, so its limit of 10 is put where no controller comes to.
 */

import { ClusterModel, CommandModel, DatatypeModel, FieldModel } from "@matter/main/model";

/** What is used of matter.js's models. Their own types do not pass `exactOptionalPropertyTypes`. */
interface Model {
  require(type: unknown, name: string): Model;
  extend(properties: object, ...children: readonly Model[]): Model;
}

/** The same cluster, but that SetTargets takes lists of any length. */
export function withLongLists(cluster: ClusterModel): ClusterModel {
  const model: unknown = cluster;
  if (!isModel(model)) return cluster;
  const command = model.require(CommandModel, "SetTargets");
  const schedules = command.require(FieldModel, "ChargingTargetSchedules");
  const targets = model.require(DatatypeModel, "ChargingTargetScheduleStruct").require(FieldModel, "ChargingTargets");
  const schedule = schedules.require(FieldModel, "entry").extend({}, targets.extend({ constraint: "max 255" }));
  const changed: unknown = model.extend({}, command.extend({}, schedules.extend({}, schedule)));
  return changed instanceof ClusterModel ? changed : cluster;
}

function isModel(value: unknown): value is Model {
  return typeof value === "object" && value !== null && "require" in value && "extend" in value;
}
