/** Makes HAP's services and characteristics from their definitions, or finds those that came back from the cache. */

import type { Characteristic, CharacteristicProps, HapStatusError, PlatformAccessory, Service } from "homebridge";
import type { CharacteristicDefinition, CustomCharacteristic, Hap, ServiceDefinition } from "./definition.js";

/** HAP's longest text. */
export const longestText = 256;

/** HAPStatus.SERVICE_COMMUNICATION_FAILURE: Apple Home shows "No Response". Type declarations hold no runtime enums. */
export function noResponse(hap: Hap): HapStatusError {
  return new hap.HapStatusError(-70402);
}

/** HAPStatus.INVALID_VALUE_IN_REQUEST */
export function invalidValue(hap: Hap): HapStatusError {
  return new hap.HapStatusError(-70410);
}

/** HAP's list of accessories wants a value of the right format, as Apple's own have one; a read never answers it. */
const placeholders = { float: 0, bool: false, string: "" } as const;

export function serviceOf(
  hap: Hap,
  accessory: PlatformAccessory,
  name: string,
  definition: ServiceDefinition,
): Service {
  const { type, subtype, label, primary } = definition;
  const fullName = label === "" ? name : `${name} ${label}`;
  const service =
    accessory.getServiceById(hap.Service[type], subtype) ??
    accessory.addService(new hap.Service[type](fullName, subtype));
  if (!service.testCharacteristic(hap.Characteristic.ConfiguredName)) nameService(hap, service, fullName);
  if (primary && !service.isPrimaryService) service.setPrimaryService();
  return service;
}

export function informationOf(hap: Hap, accessory: PlatformAccessory): Service {
  const { AccessoryInformation } = hap.Service;
  return accessory.getService(AccessoryInformation) ?? accessory.addService(AccessoryInformation);
}

/** Set once: afterwards it belongs to the person, who may change it in Apple Home. */
function nameService(hap: Hap, service: Service, name: string): void {
  service.addOptionalCharacteristic(hap.Characteristic.ConfiguredName);
  service.updateCharacteristic(hap.Characteristic.ConfiguredName, name);
}

export function characteristicOf(hap: Hap, service: Service, definition: CharacteristicDefinition): Characteristic {
  const { shape } = definition;
  if (typeof shape === "string") {
    const type = hap.Characteristic[shape];
    if (!service.testCharacteristic(type)) service.addOptionalCharacteristic(type);
    return service.getCharacteristic(type);
  }
  const props = propsOf(hap, shape, definition);
  const cached = service.characteristics.find(({ UUID }) => UUID === shape.uuid);
  if (cached === undefined) {
    const made = new hap.Characteristic(shape.name, shape.uuid, props);
    made.value = placeholders[shape.format];
    return service.addCharacteristic(made);
  }
  cached.displayName = shape.name;
  const none = { unit: null, minValue: null, maxValue: null, minStep: null };
  return cached.setProps(props.format === "float" ? { ...none, ...props } : props);
}

/** Units that HAP does not have are given as people write them, as Eve does. */
function propsOf(hap: Hap, shape: CustomCharacteristic, definition: CharacteristicDefinition): CharacteristicProps {
  const standard =
    definition.parseWrite === undefined ? new hap.Characteristic.OutletInUse() : new hap.Characteristic.On();
  const unit = definition.unit === "°C" ? "celsius" : definition.unit;
  return {
    format: shape.format,
    perms: [...standard.props.perms],
    ...(unit === undefined ? {} : { unit }),
    ...(shape.min === undefined ? {} : { minValue: shape.min }),
    ...(shape.max === undefined ? {} : { maxValue: shape.max }),
    ...(shape.step === undefined ? {} : { minStep: shape.step }),
    ...(shape.format === "string" ? { maxLen: longestText } : {}),
  };
}

/** Takes away what an earlier version or another configuration has left in the cache. */
export function prune(
  hap: Hap,
  accessory: PlatformAccessory,
  kept: ReadonlyMap<Service, ReadonlySet<Characteristic>>,
): void {
  for (const service of [...accessory.services]) {
    if (service.UUID === hap.Service.AccessoryInformation.UUID) continue;
    const characteristics = kept.get(service);
    if (characteristics === undefined) {
      accessory.removeService(service);
      continue;
    }
    const names: readonly string[] = [hap.Characteristic.Name.UUID, hap.Characteristic.ConfiguredName.UUID];
    service.characteristics
      .filter((characteristic) => !characteristics.has(characteristic) && !names.includes(characteristic.UUID))
      .forEach((characteristic) => service.removeCharacteristic(characteristic));
  }
}
