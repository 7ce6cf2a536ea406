/** What the interfaces of a virtual Shelly Pro 3EM know of it. */

import type { WebFault } from "../../servers/web-server.js";
import type { Digest } from "./digest.js";
import type { Status } from "./json.js";

/** `triphase`: one component for three phases · `monophase`: three components for one phase each. */
export type Profile = "triphase" | "monophase";

export interface RpcError {
  readonly code: number;
  readonly message: string;
}

export type RpcAnswer = { readonly result: unknown } | { readonly error: RpcError };

export interface SeenQuestion {
  readonly over: "http" | "ws" | "mqtt";
  readonly method: string;
}

/** The device as its interfaces see it. */
export interface ShellyProState {
  /** `shellypro3em-<MAC address>` */
  readonly name: string;
  readonly profile: Profile;
  /** `null`: open to all. */
  readonly digest: Digest | null;
  readonly fault: WebFault | null;
  readonly refuseSockets: boolean;
  readonly muteSockets: boolean;
  /** The status of every component of the meter, by name. */
  status(): Status;
  ask(over: SeenQuestion["over"], method: string, params: Status): RpcAnswer;
}
