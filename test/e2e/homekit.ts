/** A HomeKit controller on this computer, in place of Apple Home. */

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

/** Apple's types are written without their common base UUID. */
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

/** Status that hap-nodejs responds with for an unreachable device. */
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

  /** Reads the accessories again. */
  async refresh(): Promise<void> {
    this.#accessories = accessoriesSchema.parse(await this.#client.getAccessories()).accessories;
  }

  get services(): readonly string[] {
    return this.#accessories.flatMap(({ services }) => services.map(({ type }) => shortType(type)));
  }

  /** The characteristic of a service, by its type or description. */
  has(service: string, characteristic: string): boolean {
    return this.#find(service, characteristic) !== undefined;
  }

  /** The value, or the status of a failed read. */
  async read(service: string, characteristic: string): Promise<{ value?: unknown; status?: number | undefined }> {
    const answer: unknown = await this.#client.getCharacteristics([this.#id(service, characteristic)]);
    const [found] = valuesSchema.parse(answer).characteristics;
    return found ?? {};
  }

  async write(service: string, characteristic: string, value: string | number | boolean): Promise<void> {
    await this.#client.setCharacteristics({ [this.#id(service, characteristic)]: value });
  }

  /** Calls back with each value that the bridge pushes. */
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
