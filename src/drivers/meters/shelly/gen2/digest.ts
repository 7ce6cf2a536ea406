/** The login of a Shelly: digest authentication with SHA-256 (RFC 7616), over HTTP and inside its own frames. */

import { createHash } from "node:crypto";
import { parseJson } from "../../../../model/json.js";
import { answerOf, toNumber } from "../../../decoding/fields.js";

/** A Shelly knows no other user. */
const username = "admin";

/** What the device wants a login to be made of. */
export interface Challenge {
  readonly realm: string;
  readonly nonce: string;
  /** Whether the nonce is a number in its own words. */
  readonly numeric: boolean;
  readonly nc: number;
}

interface HttpLogin {
  readonly challenge: Challenge;
  readonly password: string;
  readonly method: string;
  /** Path and query, as they stand in the request. */
  readonly uri: string;
  readonly cnonce: string;
  readonly user?: string;
}

/** Out of a `WWW-Authenticate` header; `null`: it is none that we can answer. */
export function challengeOfHeader(header: string): Challenge | null {
  if (!/^Digest\s/i.test(header)) return null;
  const parts = new Map(
    [...header.matchAll(/(\w+)=(?:"([^"]*)"|([^\s,]+))/g)].map(([, key = "", quoted, bare]) => [
      key.toLowerCase(),
      quoted ?? bare ?? "",
    ]),
  );
  const [realm, nonce] = [parts.get("realm"), parts.get("nonce")];
  if (realm === undefined || nonce === undefined || parts.get("algorithm")?.toUpperCase() !== "SHA-256") return null;
  return { realm, nonce, numeric: false, nc: 1 };
}

/** Out of the message of an error 401 in a frame, which is JSON in a text; `null`: it is none that we can answer. */
export function challengeOfMessage(message: unknown): Challenge | null {
  const fields = typeof message === "string" ? answerOf(parseJson(message)) : null;
  const [realm, nonce] = [fields?.get("realm"), fields?.get("nonce")];
  if (fields?.get("algorithm") !== "SHA-256" || typeof realm !== "string") return null;
  if (typeof nonce !== "number" && typeof nonce !== "string") return null;
  return { realm, nonce: String(nonce), numeric: typeof nonce === "number", nc: toNumber(fields.get("nc")) ?? 1 };
}

/** The `Authorization` header of a request. */
export function authorization({ challenge, password, method, uri, cnonce, user = username }: HttpLogin): string {
  const { realm, nonce } = challenge;
  const nc = challenge.nc.toString(16).padStart(8, "0");
  const response = hash(
    [hash(`${user}:${realm}:${password}`), nonce, nc, cnonce, "auth", hash(`${method}:${uri}`)].join(":"),
  );
  return (
    `Digest username="${user}", realm="${realm}", nonce="${nonce}", uri="${uri}", algorithm=SHA-256, ` +
    `qop=auth, nc=${nc}, cnonce="${cnonce}", response="${response}"`
  );
}

/** The `auth` object of a frame. */
export function frameAuth({ realm, nonce, numeric, nc }: Challenge, password: string, cnonce: number): object {
  const response = hash(
    [hash(`${username}:${realm}:${password}`), nonce, nc, cnonce, "auth", hash("dummy_method:dummy_uri")].join(":"),
  );
  return { realm, username, nonce: numeric ? Number(nonce) : nonce, cnonce, response, algorithm: "SHA-256" };
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
