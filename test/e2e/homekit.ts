/** A HomeKit controller on this computer, as Apple Home would be one. */

import { HttpClient } from "hap-controller";
import { z } from "zod";

const accessoriesSchema = z.object({
  accessories: z.array(
    z.object({
      aid: z.number(),
      services: z.array(
        z.object({
          type: z.string(),
          characteristics: z.array(z.object({ iid: z.number(), type: z.string(), description: z.string().optional() })),
        }),
      ),
    }),
  ),
});

const valuesSchema = z.object({
  characteristics: z.array(z.object({ value: z.unknown().optional(), status: z.number().optional() })),
});

/** Apple's own types are written without the base UUID that they share. */
const appleBase = "-0000-1000-8000-0026BB765291";

function shortType(type: string): string {
  return type.toUpperCase().replace(appleBase, "").replace(/^0+/, "");
}

/** HAP, R2: service and characteristic types */
export const hap = {
  outlet: "47",
  on: "25",
  outletInUse: "26",
  contactSensor: "80",
  contactSensorState: "6A",
  switch: "49",
  temperatureSensor: "8A",
} as const;

/** What hap-nodejs answers for a device that can't be reached. */
export const communicationFailure = -70402;

export class HomeKitController {
  readonly #client: HttpClient;
  #accessories: z.output<typeof accessoriesSchema>["accessories"] = [];

  constructor(id: string, port: number) {
    this.#client = new HttpClient(id, "127.0.0.1", port);
  }

  async pair(pin: string): Promise<void> {
    await this.#client.finishPairing(await this.#client.startPairing(), pin);
    await this.refresh();
  }

  /** Looks again which accessories there are. */
  async refresh(): Promise<void> {
    this.#accessories = accessoriesSchema.parse(await this.#client.getAccessories()).accessories;
  }

  get services(): readonly string[] {
    return this.#accessories.flatMap(({ services }) => services.map(({ type }) => shortType(type)));
  }

  /** By service and by type or description of the characteristic. */
  has(service: string, characteristic: string): boolean {
    return this.#find(service, characteristic) !== undefined;
  }

  /** The value, or the status of a reading that failed. */
  async read(service: string, characteristic: string): Promise<{ value?: unknown; status?: number | undefined }> {
    const answer: unknown = await this.#client.getCharacteristics([this.#id(service, characteristic)]);
    const [found] = valuesSchema.parse(answer).characteristics;
    return found ?? {};
  }

  async write(service: string, characteristic: string, value: string | number | boolean): Promise<void> {
    await this.#client.setCharacteristics({ [this.#id(service, characteristic)]: value });
  }

  /** Calls back with each new value that the bridge sends by itself. */
  async subscribe(service: string, characteristic: string, onEvent: () => void): Promise<void> {
    this.#client.on("event", onEvent);
    await this.#client.subscribeCharacteristics([this.#id(service, characteristic)]);
  }

  async close(): Promise<void> {
    await this.#client.close();
  }

  #id(service: string, characteristic: string): string {
    const id = this.#find(service, characteristic);
    if (id === undefined) throw new Error(`no ${characteristic} on ${service}`);
    return id;
  }

  #find(service: string, characteristic: string): string | undefined {
    for (const { aid, services } of this.#accessories)
      for (const { type, characteristics } of services) {
        if (shortType(type) !== service) continue;
        const found = characteristics.find(
          (each) => shortType(each.type) === characteristic || each.description === characteristic,
        );
        if (found) return `${aid}.${found.iid}`;
      }
    return undefined;
  }
}
