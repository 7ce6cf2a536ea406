/** What the web server of an OpenEVSE's gateway answers to each path. */

import { z } from "zod";
import { manualClient, type OpenEvseBox, type Properties } from "./box.js";
import { configOf, statusOf } from "./status.js";

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export interface Asked {
  readonly method: string;
  readonly path: string;
  /** What was sent, if it is JSON. */
  readonly body: unknown;
  /** Says yes and changes nothing. */
  readonly ignoresWrites: boolean;
  /** The gateway reaches the controller. */
  readonly connected: boolean;
}

const message = (status: number, msg: string): Answer => ({ status, body: { msg } });

/** The firmware looks at the first letter only. */
const wish = z
  .string()
  .transform((text) => (text.startsWith("a") ? "active" : text.startsWith("d") ? "disabled" : undefined));

const propertiesForm = z.object({
  state: wish.optional(),
  charge_current: z.number().optional(),
  max_current: z.number().optional(),
  auto_release: z.boolean().optional(),
});

const limitForm = z.object({
  type: z.enum(["time", "energy", "soc", "range"]),
  value: z.int().positive(),
  auto_release: z.boolean().default(true),
});

/** `null`: there is no such path. */
export function answerTo(box: OpenEvseBox, asked: Asked): Answer | null {
  if (asked.path === "/status") return status(box, asked);
  if (asked.path === "/config") return { status: 200, body: configOf(box) };
  if (box.generation === "oldest") return null;
  if (asked.path === "/override") return override(box, asked);
  if (box.generation === "old") return null;
  if (asked.path === "/limit") return limit(box, asked);
  if (asked.path.startsWith("/claims")) return claims(box, asked);
  return null;
}

function status(box: OpenEvseBox, { method, body, ignoresWrites, connected }: Asked): Answer {
  if (method === "GET") return { status: 200, body: statusOf(box, connected) };
  const { voltage } = z.object({ voltage: z.number().optional() }).safeParse(body).data ?? {};
  if (voltage !== undefined && !ignoresWrites) box.toldVoltage = voltage;
  return message(200, "done");
}

function override(box: OpenEvseBox, { method, body, ignoresWrites }: Asked): Answer {
  const standing = box.claimOf(manualClient);
  if (method === "GET") {
    if (standing) return { status: 200, body: propertiesOf(standing) };
    return box.generation === "old" ? message(404, "No manual override") : { status: 200, body: {} };
  }
  if (method === "DELETE")
    return box.release(manualClient) ? message(200, "Deleted") : message(500, "Failed to release manual override");
  const properties = propertiesForm.safeParse(body);
  if (!properties.success) return message(400, "Failed to parse JSON");
  if (!ignoresWrites && !box.override(clean(properties.data))) return message(500, "Failed to claim manual override");
  return message(201, "Created");
}

function claims(box: OpenEvseBox, { method, path, body, ignoresWrites }: Asked): Answer {
  const client = clientIn(path);
  if (client === null) {
    if (method === "GET") return { status: 200, body: box.standing };
    return message(405, "Method not allowed");
  }
  const standing = box.claimOf(client);
  if (method === "GET") return standing ? { status: 200, body: propertiesOf(standing) } : message(404, "Not found");
  if (method === "DELETE") return box.release(client) ? message(200, "done") : message(404, "Not found");
  const properties = propertiesForm.safeParse(body);
  if (!properties.success) return message(400, "Could not parse JSON");
  if (!ignoresWrites && !box.claim(client, clean(properties.data))) return message(400, "Could not make claim");
  return message(200, "done");
}

function limit(box: OpenEvseBox, { method, body, ignoresWrites }: Asked): Answer {
  if (method === "GET") return { status: 200, body: box.limit ?? {} };
  if (method === "DELETE") {
    if (box.limit === null) return message(200, "no limit");
    if (!ignoresWrites) box.setLimit(null);
    return message(200, "done");
  }
  const wanted = limitForm.safeParse(body);
  if (!wanted.success) return message(400, "failed to parse JSON");
  if (!ignoresWrites) box.setLimit(wanted.data);
  return message(201, "done");
}

/** As `toInt` of Arduino reads it: 31 bits, and what is beyond them is the highest of them. */
function clientIn(path: string): number | null {
  const text = path.slice("/claims/".length);
  return text === "" ? null : Math.min(Number.parseInt(text, 10) || 0, 0x7fff_ffff);
}

function propertiesOf({ state, charge_current, max_current, auto_release }: Properties): object {
  return { state, charge_current, max_current, auto_release };
}

function clean({ state, charge_current, max_current, auto_release }: z.output<typeof propertiesForm>): Properties {
  return {
    ...(state === undefined ? {} : { state }),
    ...(charge_current === undefined ? {} : { charge_current }),
    ...(max_current === undefined ? {} : { max_current }),
    ...(auto_release === undefined ? {} : { auto_release }),
  };
}
