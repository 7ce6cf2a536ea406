/** The login of a Shelly from its own side: SHA-256 digests (RFC 7616) over nonces that it has given out. */

import { createHash } from "node:crypto";
import type { Status } from "./json.js";

export class Digest {
  readonly realm: string;
  private readonly password: string;
  private nonce = 1_700_000_000;

  constructor(realm: string, password: string) {
    this.realm = realm;
    this.password = password;
  }

  /** What was given out so far no longer opens anything. */
  expire(): void {
    this.nonce += 60;
  }

  get header(): string {
    return `Digest qop="auth", realm="${this.realm}", nonce="${this.nonce}", algorithm=SHA-256`;
  }

  /** JSON in a text, as frames carry it. */
  get message(): string {
    return JSON.stringify({ auth_type: "digest", nonce: this.nonce, nc: 1, realm: this.realm, algorithm: "SHA-256" });
  }

  opensRequest(method: string, header: string | undefined): boolean {
    const field = (name: string) => new RegExp(`\\b${name}="?([^",]+)"?`).exec(header ?? "")?.[1] ?? "";
    const [nc, cnonce, uri] = [field("nc"), field("cnonce"), field("uri")];
    return (
      field("username") === "admin" &&
      field("nonce") === String(this.nonce) &&
      /^[0-9a-f]{8}$/.test(nc) &&
      field("response") === this.response(nc, cnonce, `${method}:${uri}`)
    );
  }

  opensFrame(auth: Status | null): boolean {
    if (auth === null || auth["username"] !== "admin" || auth["algorithm"] !== "SHA-256") return false;
    if (auth["realm"] !== this.realm || auth["nonce"] !== this.nonce) return false;
    return auth["response"] === this.response("1", String(auth["cnonce"]), "dummy_method:dummy_uri");
  }

  private response(nc: string, cnonce: string, asked: string): string {
    const user = sha256(`admin:${this.realm}:${this.password}`);
    return sha256(`${user}:${this.nonce}:${nc}:${cnonce}:auth:${sha256(asked)}`);
  }
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
